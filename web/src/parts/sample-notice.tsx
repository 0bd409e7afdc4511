import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { command } from '../api/client.ts'
import { useMay, useMe } from '../state/use-me.ts'
import { Button } from './button.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'

/** Says that the sample company is loaded, and takes it away on request. */
export function SampleNotice() {
  const { company } = useMe()
  const mayManage = useMay('sample:manage')
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => command('/api/sample', { method: 'DELETE' }),
    onSuccess: async () => {
      setAsking(false)
      await client.invalidateQueries()
    },
  })
  if (!company.isSample) return null
  return (
    <div className="notice">
      <p>
        The sample company is loaded. Your own data cannot be mixed with it: remove it first, or let the import do so.
      </p>
      {mayManage ? <Button onClick={() => setAsking(true)}>Remove the sample</Button> : null}
      {isAsking ? (
        <ConfirmDialog
          title="Remove the sample company?"
          verb="Remove"
          change={remove}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>All its clients, deals and history go. Conversations stay, but their rows can no longer be opened.</p>
        </ConfirmDialog>
      ) : null}
    </div>
  )
}
