import { useEffect, useId, useRef, useState } from 'react'
import type { ServerRecord } from '#contract/mcp.ts'
import { idOf, type FieldFaults, type HeaderField, type ServerForm } from '../state/server-form.ts'
import { CREDENTIAL_WORDS } from '../state/server-words.ts'
import { Button, IconButton } from './button.tsx'
import { asOptions, Check, Field, Select } from './field.tsx'

interface FieldsProps {
  form: ServerForm
  faults: FieldFaults
  /** What is stored; null for a new one. */
  record: ServerRecord | null
  onChange: (part: Partial<ServerForm>) => void
}

const KINDS = ['none', 'shared', 'member'] as const

export function ServerFields({ form, faults, record, onChange }: FieldsProps) {
  return (
    <>
      <Field
        label="Name"
        value={form.name}
        maxLength={80}
        autoComplete="off"
        placeholder="Kestrel CRM"
        // An id that was not typed by hand goes with the name.
        onChange={({ target: { value } }) =>
          onChange(record || form.id !== idOf(form.name) ? { name: value } : { name: value, id: idOf(value) })
        }
        {...told(faults.name)}
      />
      <Field
        label="Address"
        type="url"
        value={form.url}
        maxLength={2000}
        autoComplete="off"
        placeholder="https://crm.example/mcp"
        onChange={(event) => onChange({ url: event.target.value })}
        {...told(
          faults.url,
          record
            ? 'Left as it is, the full stored address stays, with what follows its ?.'
            : 'It speaks streamable HTTP.',
        )}
      />
      {record ? null : (
        <Field
          label="Id"
          value={form.id}
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ id: event.target.value })}
          {...told(faults.id, 'Its tools are called by it, as in crm__find. It cannot be changed later.')}
        />
      )}
      <CredentialFields form={form} faults={faults} onChange={onChange} />
      <HeaderFields form={form} faults={faults} record={record} onChange={onChange} />
      <Check
        label="Critical"
        hint="When it is down, the verdict over all connections is down."
        checked={form.critical}
        onChange={(critical) => onChange({ critical })}
      />
      <ExpectedTools form={form} faults={faults} onChange={onChange} />
    </>
  )
}

/** The hint of a field, or its fault in its place. */
function told(fault: string | undefined, hint?: string) {
  if (fault) return { 'aria-invalid': true, hint: <span className="risk-text">{fault}</span> }
  return hint ? { hint } : {}
}

type PartProps = Omit<FieldsProps, 'record'>

function CredentialFields({ form, faults, onChange }: PartProps) {
  return (
    <>
      <Select
        label="Sign-in"
        value={form.credentials}
        options={asOptions(KINDS, (kind) => CREDENTIAL_WORDS[KINDS.find((one) => one === kind) ?? 'none'])}
        onChange={(value) => onChange({ credentials: KINDS.find((kind) => kind === value) ?? 'none' })}
        hint={
          form.credentials === 'none' ? 'Open, or let in by a header below.' : 'You are led to its own page to sign in.'
        }
      />
      {form.credentials === 'none' ? null : <ClientFields form={form} faults={faults} onChange={onChange} />}
    </>
  )
}

function ClientFields({ form, faults, onChange }: PartProps) {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    if (faults.oauth) setOpen(true)
  }, [faults])
  return (
    <details className="form-more" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>A client registered beforehand</summary>
      <div className="form">
        <p className="field-hint">Needed only where clients cannot register by themselves.</p>
        <Field
          label="Client id"
          value={form.clientId}
          maxLength={400}
          autoComplete="off"
          onChange={(event) => onChange({ clientId: event.target.value })}
          {...told(faults.oauth)}
        />
        <Field
          label="Client secret"
          type="password"
          value={form.clientSecret}
          maxLength={1000}
          autoComplete="new-password"
          onChange={(event) => onChange({ clientSecret: event.target.value })}
          hint="Stored encrypted, never shown again."
        />
        <Field
          label="Scope"
          value={form.scope}
          maxLength={400}
          autoComplete="off"
          onChange={(event) => onChange({ scope: event.target.value })}
        />
      </div>
    </details>
  )
}

function HeaderFields({ form, faults, record, onChange }: FieldsProps) {
  const next = useRef(1)
  const stored = record?.headers ?? []
  const isClosed = stored.length > 0 && !form.replacesHeaders
  const set = (headers: readonly HeaderField[]): void => onChange({ headers, replacesHeaders: record !== null })
  const turn = (key: number, part: Partial<HeaderField>): void =>
    set(form.headers.map((field) => (field.key === key ? { ...field, ...part } : field)))
  const add = (): void => {
    set([...form.headers, { key: next.current, name: '', value: '' }])
    next.current += 1
  }
  return (
    <fieldset className="field header-fields">
      <legend>Headers</legend>
      <p className={faults.headers ? 'field-hint risk-text' : 'field-hint'}>
        {faults.headers ??
          (isClosed
            ? `Stored: ${stored.join(', ')}. Values are never shown.`
            : 'Sent with each request. Stored encrypted, never shown again.')}
      </p>
      {form.headers.map((field) => (
        <HeaderRow
          key={field.key}
          field={field}
          isFaulty={faults.headers !== undefined}
          onChange={(part) => turn(field.key, part)}
          onRemove={() => set(form.headers.filter((one) => one.key !== field.key))}
        />
      ))}
      <div className="actions">
        {isClosed ? (
          <Button look="bare" onClick={() => onChange({ replacesHeaders: true, headers: [] })}>
            Replace them all
          </Button>
        ) : (
          <Button look="bare" icon="plus" onClick={add}>
            Add a header
          </Button>
        )}
        {record && form.replacesHeaders && stored.length > 0 ? (
          <Button look="bare" onClick={() => onChange({ replacesHeaders: false, headers: [] })}>
            Keep those stored
          </Button>
        ) : null}
      </div>
    </fieldset>
  )
}

interface HeaderRowProps {
  field: HeaderField
  isFaulty: boolean
  onChange: (part: Partial<HeaderField>) => void
  onRemove: () => void
}

function HeaderRow({ field, isFaulty, onChange, onRemove }: HeaderRowProps) {
  return (
    <div className="header-field">
      <input
        className="input"
        aria-label="Name of the header"
        placeholder="Authorization"
        autoComplete="off"
        maxLength={80}
        value={field.name}
        aria-invalid={isFaulty && field.name.trim() === ''}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <input
        className="input"
        type="password"
        placeholder="Value"
        aria-label={`Value of ${field.name || 'the header'}`}
        autoComplete="new-password"
        maxLength={4000}
        value={field.value}
        aria-invalid={isFaulty && field.value === ''}
        onChange={(event) => onChange({ value: event.target.value })}
      />
      <IconButton icon="bin" label={`Leave out ${field.name || 'this header'}`} onClick={onRemove} />
    </div>
  )
}

function ExpectedTools({ form, faults, onChange }: PartProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>Expected tools</label>
      <textarea
        id={id}
        className="input mono"
        rows={2}
        spellCheck={false}
        value={form.expectedTools}
        aria-describedby={`${id}-hint`}
        aria-invalid={faults.expectedTools !== undefined}
        onChange={(event) => onChange({ expectedTools: event.target.value })}
      />
      <p id={`${id}-hint`} className={faults.expectedTools ? 'field-hint risk-text' : 'field-hint'}>
        {faults.expectedTools ?? 'One a line. When one of them is missing, the connection does not count as healthy.'}
      </p>
    </div>
  )
}
