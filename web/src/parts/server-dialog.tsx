import { useEffect, useRef, useState } from 'react'
import type { ServerRecord } from '#contract/mcp.ts'
import { EMPTY_FORM, formOf, readChange, readNew, type FieldFaults, type ServerForm } from '../state/server-form.ts'
import { useAddServer, useChangeServer } from '../state/use-servers.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ServerFields } from './server-fields.tsx'
import { Problem } from './states.tsx'

/** Adds a connection. */
export function AddServerDialog({ onClose, onDone }: { onClose: () => void; onDone: (record: ServerRecord) => void }) {
  const add = useAddServer()
  return (
    <ServerFormDialog
      title="Add a connection"
      record={null}
      asked={add}
      onClose={onClose}
      onSave={(form) => {
        const read = readNew(form)
        if ('faults' in read) return read.faults
        add.mutate(read.body, { onSuccess: onDone })
        return null
      }}
    />
  )
}

/** Changes a connection; what is not touched stays. */
export function EditServerDialog({ record, onClose }: { record: ServerRecord; onClose: () => void }) {
  const change = useChangeServer(record.id)
  return (
    <ServerFormDialog
      title={`Edit ${record.name}`}
      record={record}
      asked={change}
      onClose={onClose}
      onSave={(form) => {
        const read = readChange(form, record)
        if (read && 'faults' in read) return read.faults
        if (read) change.mutate(read.body, { onSuccess: onClose })
        else onClose()
        return null
      }}
    />
  )
}

interface FormDialogProps {
  title: string
  record: ServerRecord | null
  asked: { readonly isPending: boolean; readonly isError: boolean; readonly error: unknown }
  onClose: () => void
  /** Sends what the form says, or gives its faults. */
  onSave: (form: ServerForm) => FieldFaults | null
}

function ServerFormDialog({ title, record, asked, onClose, onSave }: FormDialogProps) {
  const [form, setForm] = useState<ServerForm>(record ? formOf(record) : EMPTY_FORM)
  const [faults, setFaults] = useState<FieldFaults>({})
  const element = useRef<HTMLFormElement>(null)
  useEffect(() => {
    element.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [faults])
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        ref={element}
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setFaults(onSave(form) ?? {})
        }}
      >
        <ServerFields
          form={form}
          faults={faults}
          record={record}
          onChange={(part) => setForm((before) => ({ ...before, ...part }))}
        />
        {asked.isError ? (
          <Problem thrown={asked.error} kept={record ? 'It is as it was.' : 'What you typed is still here.'} />
        ) : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={asked.isPending}>
            {record ? 'Save' : 'Add'}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
