import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { RECORD_KINDS, RecordKind, type ImportPreview } from '#contract/records.ts'
import type { ApiProblem } from '../api/api-problem.ts'
import { previewImport } from '../api/upload.ts'
import {
  callFaults,
  callSetting,
  chosenFields,
  mapSetting,
  mappingFaults,
  NOTHING_TOLD,
  type CallChoices,
  type ColumnChoices,
} from '../state/import-map.ts'
import { useUpload, type ImportChoices } from '../state/use-upload.ts'
import { useMe } from '../state/use-me.ts'
import { bytesWords, labelWords, plural } from '../state/words.ts'
import { Button } from './button.tsx'
import { asOptions, Select } from './field.tsx'
import { ImportCalls } from './import-calls.tsx'
import { ImportOptionsForm } from './import-options.tsx'
import { ImportSending } from './import-sending.tsx'
import { Section } from './page.tsx'
import { Loaded, Problem } from './states.tsx'

/** Before anything is stored: what each column becomes, and how to read the file. */
export function ImportPrepare({
  file,
  onCancel,
  onStarted,
}: {
  file: File
  onCancel: () => void
  onStarted: (importId: string) => void
}) {
  const [kind, setKind] = useState<RecordKind | undefined>(undefined)
  const preview = useQuery({
    queryKey: ['import-preview', file.name, file.size, file.lastModified, kind],
    queryFn: () => previewImport(file, kind ? { kind } : {}),
    staleTime: Infinity,
    placeholderData: (before) => before,
  })
  return (
    <>
      <div className="import-file">
        <div>
          <p className="import-name truncate" title={file.name}>
            {file.name}
          </p>
          <p className="quiet small tabular">{bytesWords(file.size)}</p>
        </div>
        <Button onClick={onCancel}>Another file</Button>
      </div>
      <Loaded asked={preview} lines={8}>
        {(found) => <Prepared key={found.kind} file={file} preview={found} onKind={setKind} onStarted={onStarted} />}
      </Loaded>
    </>
  )
}

function Prepared({
  file,
  preview,
  onKind,
  onStarted,
}: {
  file: File
  preview: ImportPreview
  onKind: (kind: RecordKind) => void
  onStarted: (importId: string) => void
}) {
  const [columns, setColumns] = useState<ColumnChoices>({})
  const [told, setTold] = useState<CallChoices>(NOTHING_TOLD)
  const me = useMe()
  const [choices, setChoices] = useState<ImportChoices>({
    asOf: '',
    dayOrder: '',
    isAtomic: false,
    isDryRun: false,
    hasListPrice: false,
    // a recording may be tried on the sample company; a table of one's own may not
    replaceSample: me.company.isSample && preview.calls === null,
  })
  const upload = useUpload(onStarted)
  const { calls } = preview
  const faults = calls ? callFaults(calls, told) : mappingFaults(preview, columns)
  const start = (): void =>
    upload.start({
      file,
      kind: preview.kind,
      map: calls ? undefined : mapSetting(preview, columns, choices),
      call: callSetting(calls, told),
      choices,
    })
  if (upload.isSending)
    return <ImportSending importId={upload.importId} share={upload.share} size={file.size} onStop={upload.stop} />
  return (
    <>
      <KindChoice preview={preview} onKind={onKind} />
      {calls ? (
        <ImportCalls calls={calls} told={told} onTell={setTold} />
      ) : (
        <Section title="What each column becomes">
          <MappingTable preview={preview} columns={columns} onChange={setColumns} />
        </Section>
      )}
      <ImportOptionsForm preview={preview} choices={choices} onChange={setChoices} isSample={me.company.isSample} />
      <UploadFault problem={upload.problem} importId={upload.importId} />
      <div className="import-go">
        <MappingFaults faults={faults} />
        <Button look="accent" disabled={faults.length > 0} onClick={start}>
          {choices.isDryRun ? 'Try without storing' : `Import ${preview.kind}`}
        </Button>
      </div>
    </>
  )
}

function KindChoice({ preview, onKind }: { preview: ImportPreview; onKind: (kind: RecordKind) => void }) {
  const columns = `${encodingWords(preview)}, separated by ${separatorWords(preview.delimiter)}`
  return (
    <Section title="What these rows are" note={preview.calls ? 'Calls' : columns}>
      <Select
        label="Rows are"
        isLabelUnseen
        value={preview.kind}
        onChange={(value) => onKind(RecordKind.parse(value))}
        options={asOptions(kindsInOrder(preview), (kind) => kindWords(preview, kind))}
      />
    </Section>
  )
}

function MappingFaults({ faults }: { faults: readonly string[] }) {
  if (faults.length === 0) return null
  return (
    <ul className="import-faults" role="status">
      {faults.map((fault) => (
        <li key={fault}>{fault}</li>
      ))}
    </ul>
  )
}

function UploadFault({ problem, importId }: { problem: ApiProblem | null; importId: string | null }) {
  return (
    <>
      {problem ? <Problem thrown={problem} kept="Nothing was stored. Your choices are kept." /> : null}
      {problem && importId ? (
        <Link href={`/import/${importId}`} className="text-link">
          See what was wrong, row by row
        </Link>
      ) : null}
    </>
  )
}

function MappingTable({
  preview,
  columns,
  onChange,
}: {
  preview: ImportPreview
  columns: ColumnChoices
  onChange: (columns: ColumnChoices) => void
}) {
  const chosen = chosenFields(preview, columns)
  const options = [
    { value: '', label: 'Leave out' },
    ...preview.fields.map((field) => ({
      value: field.field,
      label: field.isRequired ? `${field.label} (needed)` : field.label,
    })),
  ]
  return (
    <div className="table-scroll" role="region" aria-label="Columns" tabIndex={0}>
      <table className="plain mapping">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">First values</th>
            <th scope="col">Becomes</th>
          </tr>
        </thead>
        <tbody>
          {preview.columns.map(({ column, sample }) => (
            <tr key={column} className={chosen.get(column) ? '' : 'is-left-out'}>
              <th scope="row">{column}</th>
              <td className="mapping-sample">
                {sample.filter(Boolean).join(' · ') || <span className="quiet">empty</span>}
              </td>
              <td>
                <Select
                  label={`${column} becomes`}
                  isLabelUnseen
                  value={chosen.get(column) ?? ''}
                  options={options}
                  onChange={(value) => onChange({ ...columns, [column]: value === '' ? null : value })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function kindsInOrder(preview: ImportPreview): RecordKind[] {
  const fitting = preview.kinds.map((one) => one.kind)
  return [...new Set<RecordKind>([preview.kind, ...fitting, ...RECORD_KINDS])]
}

function kindWords(preview: ImportPreview, kind: string): string {
  const fit = preview.kinds.find((one) => one.kind === kind)
  return fit ? `${labelWords(kind)} (${plural(fit.matched, 'column')} fit)` : labelWords(kind)
}

function encodingWords({ encoding }: ImportPreview): string {
  return { 'utf-8': 'UTF-8', 'latin-1': 'Latin-1', 'utf-16': 'UTF-16' }[encoding]
}

function separatorWords(delimiter: string): string {
  return { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' }[delimiter] ?? `“${delimiter}”`
}
