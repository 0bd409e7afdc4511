import type { SyncPreview } from '#contract/sync.ts'
import { previewFields, previewTitle, readWords } from '../state/sync-words.ts'
import { plural } from '../state/words.ts'
import { FindingList } from './sync-findings.tsx'
import { SignalTag } from './signal.tsx'
import { Unknown } from './values.tsx'

type Read = SyncPreview['reads'][number]

/** The first records of each kind as they would become, with what is wrong with them in words. */
export function SyncPreviewView({ preview }: { preview: SyncPreview }) {
  return (
    <section className="sync-preview" aria-label="Preview">
      {preview.reads.map((read) => (
        <ReadView key={read.name} read={read} />
      ))}
    </section>
  )
}

function ReadView({ read }: { read: Read }) {
  const faults = read.findings.filter(({ sort }) => sort === 'fault')
  return (
    <div className="sync-read">
      <header className="sync-read-head">
        <h3>{readWords(read.name)}</h3>
        <span className="tiny quiet">
          {read.records.length > 0 ? `the first ${read.records.length}, as ${read.kind}` : `as ${read.kind}`}
        </span>
        <ReadMark read={read} faults={faults.length} />
      </header>
      {read.errorDetail ? (
        <p className="small">
          {read.errorDetail}{' '}
          <span className="quiet">
            Asked was <code>{read.tool}</code>.
          </span>
        </p>
      ) : null}
      {read.errorDetail === null && read.records.length === 0 ? (
        <p className="small quiet">
          <code>{read.tool}</code> answered, and there was no record in it.
        </p>
      ) : null}
      <ul className="sync-records">
        {read.records.map((record) => (
          <Record key={record.id} record={record} />
        ))}
      </ul>
      <FindingList items={read.findings} />
    </div>
  )
}

function ReadMark({ read, faults }: { read: Read; faults: number }) {
  if (read.errorDetail) return <SignalTag signal="risk">Not readable</SignalTag>
  if (read.records.length === 0 && faults === 0) return <SignalTag signal="unknown">Empty</SignalTag>
  return faults > 0 ? <SignalTag signal="watch">{plural(faults, 'fault')}</SignalTag> : null
}

function Record({ record }: { record: Read['records'][number] }) {
  const title = previewTitle(record.fields)
  return (
    <li className="sync-record">
      <p className="sync-record-head">
        {title === null ? <Unknown what="no name" /> : <strong>{title}</strong>}
        <code className="tiny quiet">{record.id}</code>
      </p>
      <dl className="sync-record-fields tiny">
        {previewFields(record.fields).map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  )
}
