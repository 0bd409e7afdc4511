import { useState } from 'react'
import type { AlertReport } from '#contract/watch.ts'
import { useSilence } from '../state/use-watch.ts'
import { labelWords } from '../state/words.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Check, Field, Select } from './field.tsx'
import { Problem } from './states.tsx'

export interface SilenceChoice {
  /** null: whoever silences chooses. */
  readonly rule: string | null
  readonly subject: string
}

const HOURS = [
  { value: '1', label: '1 hour' },
  { value: '4', label: '4 hours' },
  { value: '24', label: 'A day' },
  { value: '72', label: '3 days' },
  { value: '168', label: 'A week' },
  { value: '720', label: '30 days' },
]

interface SilenceDialogProps {
  choice: SilenceChoice
  rules: AlertReport['rules']
  onClose: () => void
}

/** For how long nobody is told of a rule, and why. */
export function SilenceDialog({ choice, rules, onClose }: SilenceDialogProps) {
  const [rule, setRule] = useState(choice.rule ?? rules[0]?.id ?? '')
  const [isOne, setOne] = useState(choice.subject !== '')
  const [hours, setHours] = useState('1')
  const [reason, setReason] = useState('')
  const silence = useSilence(onClose)
  const options = rules.map(({ id }) => ({ value: id, label: labelWords(id) }))
  const title = choice.rule === null ? 'Silence an alert' : `Silence ${labelWords(choice.rule).toLowerCase()}?`
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          silence.mutate({ rule, subject: isOne ? choice.subject : '', hours: Number(hours), reason: reason.trim() })
        }}
      >
        <p className="small quiet">It goes on being judged and shown here. Nobody is told of it, nor of its end.</p>
        {choice.rule === null ? <Select label="Alert" value={rule} options={options} onChange={setRule} /> : null}
        {choice.subject === '' ? null : <Check label={`Only ${choice.subject}`} checked={isOne} onChange={setOne} />}
        <Select label="For how long" value={hours} options={HOURS} onChange={setHours} />
        <Field
          label="Why"
          value={reason}
          required
          maxLength={500}
          pattern=".*\S.*"
          placeholder="The disk is being replaced"
          hint="Others read it here, and it stands in the audit."
          onChange={(event) => setReason(event.target.value)}
        />
        {silence.isError ? (
          <Problem thrown={silence.error} kept="It is not silenced; your words are still here." />
        ) : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={silence.isPending}>
            Silence
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
