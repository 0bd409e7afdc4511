import { useState } from 'react'
import type { Sync } from '#contract/sync.ts'
import { MINUTES_FAULT, readMinutes } from '../state/sync-form.ts'
import { useChangeSync, useRemoveSync, useRunSync } from '../state/use-syncs.ts'
import { Button } from './button.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './states.tsx'
import { MinutesField } from './sync-fields.tsx'

interface DialogProps {
  sync: Sync
  onClose: () => void
}

export function ScheduleDialog({ sync, onClose }: DialogProps) {
  const change = useChangeSync(sync.id)
  const [typed, setTyped] = useState(String(sync.scheduleMinutes))
  const [fault, setFault] = useState<string | undefined>(undefined)
  const save = (): void => {
    const minutes = readMinutes(typed)
    setFault(minutes === null ? MINUTES_FAULT : undefined)
    if (minutes !== null) change.mutate({ scheduleMinutes: minutes }, { onSuccess: onClose })
  }
  return (
    <Dialog title={`How often is ${sync.serverName} read?`} onClose={onClose}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <MinutesField minutes={typed} fault={fault} onChange={setTyped} />
        <p className="field-hint">
          {sync.enabled ? 'A new schedule begins with a run within a minute.' : 'It counts once copying goes on.'}
        </p>
        {change.isError ? <Problem thrown={change.error} kept="The schedule is as it was." /> : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={change.isPending}>
            Save
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

export function RemoveSyncDialog({ sync, onClose }: DialogProps) {
  const remove = useRemoveSync(sync.id)
  return (
    <ConfirmDialog
      title={`Remove copying from ${sync.serverName}?`}
      verb="Remove"
      kept="Nothing was removed."
      change={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        What was copied stays, as records of your own, and grows old from now on. The schedule, the mapping chosen for
        it and the list of runs go. The connection and its tools stay.
      </p>
      {sync.enabled ? <p className="field-hint">To keep all of that and only stop it, switch it off instead.</p> : null}
    </ConfirmDialog>
  )
}

export function AcceptRemovalsDialog({ sync, told, onClose }: DialogProps & { told: readonly string[] }) {
  const run = useRunSync(sync.id)
  return (
    <ConfirmDialog
      title="Remove what is gone there?"
      verb="Read again and remove"
      back="Not now"
      kept="Nothing was removed."
      change={run}
      onConfirm={() => run.mutate({ full: true, acceptRemovals: true }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <div className="sync-told">
        {told.map((words) => (
          <p key={words}>{words}</p>
        ))}
        <p>
          Everything is read once more, and what is still not met is removed here. Its history keeps what it held. If
          the connection only lost the right to see it, mend that first.
        </p>
      </div>
    </ConfirmDialog>
  )
}
