import { useId, type ReactNode } from 'react'
import { missingTools, type Mapping, type SyncForm } from '../state/sync-form.ts'
import { labelWords, plural } from '../state/words.ts'
import { Field, Select } from './field.tsx'

interface FieldsProps {
  form: SyncForm
  faults: Readonly<Record<string, string>>
  mappings: readonly Mapping[]
  offered: readonly string[] | null
  onChange: (part: Partial<SyncForm>) => void
}

export function SyncFields({ form, faults, mappings, offered, onChange }: FieldsProps) {
  const chosen = mappings.find(({ name }) => name === form.mapping)
  return (
    <>
      <Select
        label="Mapping"
        value={form.mapping}
        options={mappings.map(({ name, label }) => ({ value: name, label: optionWords(name, label) }))}
        onChange={(mapping) => onChange({ mapping, ownText: null })}
        hint={chosen ? <Fit mapping={chosen} ownText={form.ownText} offered={offered} /> : 'Which field becomes which.'}
      />
      {chosen && chosen.faults.length > 0 && form.ownText === null ? <MappingFaults faults={chosen.faults} /> : null}
      {(chosen?.settings ?? []).map((name) => (
        <Field
          key={name}
          label={labelWords(name)}
          value={form.settings[name] ?? ''}
          maxLength={400}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ settings: { ...form.settings, [name]: event.target.value } })}
          {...told(faults[name], 'The mapping hands it to the tools.')}
        />
      ))}
      <div className="sync-pair">
        <Field
          label="Currency"
          value={form.currency}
          maxLength={3}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ currency: event.target.value.toUpperCase() })}
          {...told(faults['currency'], 'Of amounts that name none.')}
        />
        <MinutesField minutes={form.minutes} fault={faults['minutes']} onChange={(minutes) => onChange({ minutes })} />
      </div>
      {chosen ? (
        <MappingText text={form.ownText ?? chosen.text} isOwn={form.ownText !== null} onChange={onChange} />
      ) : null}
    </>
  )
}

export function MinutesField({
  minutes,
  fault,
  onChange,
}: {
  minutes: string
  fault: string | undefined
  onChange: (minutes: string) => void
}) {
  return (
    <Field
      label="Minutes between runs"
      inputMode="numeric"
      value={minutes}
      maxLength={6}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
      {...told(fault, '60 is every hour, 1440 every day.')}
    />
  )
}

/** The hint of a field, or its fault in its place. */
function told(fault: string | undefined, hint: string): { hint: ReactNode; 'aria-invalid'?: true } {
  return fault ? { 'aria-invalid': true, hint: <span className="risk-text">{fault}</span> } : { hint }
}

function optionWords(name: string, label: string | null): string {
  return label === null ? name : `${label} (${name})`
}

/** Whether the connection offers what the mapping asks for. */
function Fit({
  mapping,
  ownText,
  offered,
}: {
  mapping: Mapping
  ownText: string | null
  offered: readonly string[] | null
}) {
  const missing = missingTools(ownText ?? mapping.text, offered)
  if (missing === null || offered?.length === 0)
    return 'Which field becomes which. The tools of this connection are not known yet.'
  if (missing.length === 0) return 'Fits: this connection offers every tool it asks for.'
  return (
    <span className="watch-text">
      {`Does not fit: ${plural(missing.length, 'tool')} it asks for ${missing.length === 1 ? 'is' : 'are'} not offered here: ${missing.join(', ')}.`}
    </span>
  )
}

function MappingFaults({ faults }: { faults: readonly string[] }) {
  return (
    <div className="notice notice-risk sync-notice" role="status">
      <div>
        <p>
          <strong>The file of this mapping has {plural(faults.length, 'fault')}.</strong> Mend it, or choose another.
        </p>
        <ul className="file-faults">
          {faults.map((fault) => (
            <li key={fault}>
              <code>{fault}</code>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

interface TextProps {
  text: string
  isOwn: boolean
  onChange: FieldsProps['onChange']
}

/** The mapping as it is written, to be changed for this connection alone. */
function MappingText({ text, isOwn, onChange }: TextProps) {
  const id = useId()
  return (
    <details className="form-more">
      <summary>{isOwn ? 'The mapping, changed for this connection' : 'Read or change the mapping'}</summary>
      <div className="field">
        <label htmlFor={id} className="unseen">
          Mapping as text
        </label>
        <textarea
          id={id}
          className="input mono sync-text"
          rows={14}
          spellCheck={false}
          maxLength={100_000}
          value={text}
          aria-describedby={`${id}-hint`}
          onChange={(event) => onChange({ ownText: event.target.value })}
        />
        <p id={`${id}-hint`} className="field-hint">
          A change is kept with this connection; the file stays as it is.{' '}
          {isOwn ? (
            <button type="button" className="text-link" onClick={() => onChange({ ownText: null })}>
              Back to the file
            </button>
          ) : null}
        </p>
      </div>
    </details>
  )
}
