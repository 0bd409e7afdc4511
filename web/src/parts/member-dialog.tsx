import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Member } from '#contract/access.ts'
import { command } from '../api/client.ts'
import { useMe } from '../state/use-me.ts'
import { memberBody, type MemberChoices } from '../state/use-member-form.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { MemberFields } from './member-fields.tsx'
import { Problem } from './states.tsx'

interface MemberDialogProps {
  member: Member
  onClose: () => void
  /** Asks to remove the member; the question itself stands in a dialog of its own. */
  onRemove: () => void
}

export function MemberDialog({ member, onClose, onRemove }: MemberDialogProps) {
  const client = useQueryClient()
  const me = useMe()
  const [choices, setChoices] = useState<MemberChoices>({
    role: member.role,
    rowScope: member.rowScope,
    teamId: member.teamId ?? '',
    repId: member.repId ?? '',
  })
  const change = useMutation({
    mutationFn: (body: Record<string, unknown>) =>
      command(`/api/members/${member.id}`, { method: 'PATCH', json: body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['members'] })
      onClose()
    },
  })
  const isSuspended = member.status === 'suspended'
  return (
    <Dialog title={member.name} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(memberBody(choices))
        }}
      >
        <p className="quiet small">{member.email}</p>
        <MemberFields choices={choices} onChange={setChoices} />
        {change.isError ? <Problem thrown={change.error} kept="Nothing was changed." /> : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={change.isPending}>
            Save
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          {member.id === me.memberId ? null : (
            <span className="actions actions-apart">
              <Button look="bare" disabled={change.isPending} onClick={onRemove}>
                Remove
              </Button>
              <Button
                look="danger"
                disabled={change.isPending}
                onClick={() => change.mutate({ status: isSuspended ? 'active' : 'suspended' })}
              >
                {isSuspended ? 'Let in again' : 'Suspend'}
              </Button>
            </span>
          )}
        </div>
        {isSuspended || member.id === me.memberId ? null : (
          <p className="field-hint">A suspended member is out within seconds, on every device and key.</p>
        )}
      </form>
    </Dialog>
  )
}
