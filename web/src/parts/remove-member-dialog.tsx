import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Member } from '#contract/access.ts'
import { command } from '../api/client.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'

/** The question before a member goes with all that is theirs. */
export function RemoveMemberDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => command(`/api/members/${member.id}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['members'] }),
        client.invalidateQueries({ queryKey: ['teams'] }),
        client.invalidateQueries({ queryKey: ['keys'] }),
      ])
      onClose()
    },
  })
  return (
    <ConfirmDialog
      title={`Remove ${member.name}?`}
      verb="Remove"
      kept="Nothing was removed."
      change={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        Their conversations, keys and sessions go with them. This cannot be undone. Deals and clients stay as they are,
        and so does the record of what they did.
      </p>
      {member.status === 'suspended' ? null : (
        <p className="field-hint">To keep what is theirs and only shut them out, suspend them instead.</p>
      )}
    </ConfirmDialog>
  )
}
