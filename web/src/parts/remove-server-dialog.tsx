import type { ServerRecord } from '#contract/mcp.ts'
import { useRemoveServer } from '../state/use-servers.ts'
import { plural } from '../state/words.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'

interface RemoveProps {
  record: ServerRecord
  tools: number
  onClose: () => void
  onRemoved: () => void
}

/** The question before a connection goes with what is stored of it. */
export function RemoveServerDialog({ record, tools, onClose, onRemoved }: RemoveProps) {
  const remove = useRemoveServer(record.id, onRemoved)
  const stored = [
    record.headers.length > 0 ? plural(record.headers.length, 'stored header') : null,
    record.credentials === 'none' ? null : record.credentials === 'shared' ? 'the sign-in' : 'everybody’s sign-ins',
    'what was approved',
    'what was measured',
  ].filter((part) => part !== null)
  return (
    <ConfirmDialog
      title={`Remove ${record.name}?`}
      verb="Remove"
      kept="Nothing was removed."
      change={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        {tools > 0 ? `Its ${plural(tools, 'tool')} cannot be called any more. ` : 'Nobody can call it any more. '}
        With it go {new Intl.ListFormat('en').format(stored)}. This cannot be undone.
      </p>
      {record.enabled ? (
        <p className="field-hint">To keep all of that and only stop it, switch it off instead.</p>
      ) : null}
    </ConfirmDialog>
  )
}
