import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Memory } from '#contract/memory.ts'
import { call } from '../api/client.ts'
import { useColleagues } from '../state/use-me.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Check, Select } from './field.tsx'
import { Problem } from './states.tsx'

/** Something to remember, told outside a conversation. */
export function NewMemoryDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const colleagues = useColleagues()
  const [text, setText] = useState('')
  const [persona, setPersona] = useState('')
  const [isPinned, setPinned] = useState(false)
  const add = useMutation({
    mutationFn: () =>
      call(Memory, '/api/memories', {
        method: 'POST',
        json: { text: text.trim(), persona: persona === '' ? null : persona, isPinned },
      }),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
  })
  const options = [
    { value: '', label: 'All colleagues' },
    ...colleagues.map((one) => ({ value: one.id, label: one.firstName })),
  ]
  return (
    <Dialog title="Tell them something" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <label className="field">
          <span>What should they remember?</span>
          <textarea
            className="input"
            rows={3}
            required
            minLength={2}
            maxLength={2000}
            placeholder="Dana Fox at Harbor Homes decides alone, and prefers a call to an e-mail."
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <Select label="Who should know" value={persona} options={options} onChange={setPersona} />
        <Check label="Pin it" hint="It will not fade." checked={isPinned} onChange={setPinned} />
        {add.isError ? <Problem thrown={add.error} kept="Your words are still here." /> : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={add.isPending} disabled={text.trim().length < 2}>
            Remember
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
