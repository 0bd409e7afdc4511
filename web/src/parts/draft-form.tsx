import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Draft } from '#contract/drafts.ts'
import { call } from '../api/client.ts'
import { mailtoOf, readRecipients, recipientWords } from '../state/draft-words.ts'
import { Button } from './button.tsx'
import { Field } from './field.tsx'
import { Problem } from './states.tsx'
import { withDayWords } from '../state/words.ts'

interface Edited {
  readonly to: string
  readonly subject: string
  readonly body: string
  readonly changes: Draft['changes']
}

/** The draft to edit, and the three ways to decide on it. What was edited is saved before it is decided. */
export function DraftForm({ draft }: { draft: Draft }) {
  const [edited, setEdited] = useState<Edited>(() => ({ ...draft, to: recipientWords(draft.to) }))
  const { to, faults } = readRecipients(edited.to)
  const { save, approve, discard } = useDraftActions(draft, { ...edited, to })
  const change = (part: Partial<Edited>): void => setEdited({ ...edited, ...part })
  const failed = [approve, discard, save].find((one) => one.isError)
  const isEmail = draft.kind === 'email'
  const isReady = !isEmail || (to.length > 0 && faults.length === 0)
  return (
    <form
      className="form draft-form"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      {isEmail ? (
        <EmailFields edited={edited} faults={faults} change={change} />
      ) : (
        <ChangeFields edited={edited} change={change} />
      )}
      {draft.delivery.isPossible || !draft.delivery.reason ? null : (
        <p className="small quiet">{draft.delivery.reason}</p>
      )}
      {failed ? <Problem thrown={failed.error} kept="The draft is still here, with what you wrote." /> : null}
      <div className="actions">
        {draft.delivery.isPossible ? (
          <Button
            look="accent"
            isBusy={approve.isPending}
            disabled={!isReady}
            onClick={() => approve.mutate('deliver')}
          >
            {isEmail ? 'Approve and send' : 'Approve and apply'}
          </Button>
        ) : null}
        {isEmail ? (
          <>
            <a
              className={draft.delivery.isPossible ? 'button button-plain' : 'button button-accent'}
              href={mailtoOf({ ...edited, to })}
            >
              Open in your mail program
            </a>
            <Button isBusy={approve.isPending} onClick={() => approve.mutate('outside')}>
              I sent it myself
            </Button>
          </>
        ) : null}
        <Button type="submit" isBusy={save.isPending}>
          Save
        </Button>
        <Button look="bare" isBusy={discard.isPending} onClick={() => discard.mutate()}>
          Discard
        </Button>
      </div>
    </form>
  )
}

function useDraftActions(draft: Draft, edited: Omit<Edited, 'to'> & { to: Draft['to'] }) {
  const client = useQueryClient()
  const path = `/api/drafts/${draft.id}`
  const onSuccess = async (): Promise<void> => {
    await client.invalidateQueries()
  }
  const keep = (): Promise<Draft> =>
    call(Draft, path, {
      method: 'PATCH',
      json:
        draft.kind === 'email'
          ? { to: edited.to, subject: edited.subject.trim(), body: edited.body }
          : { changes: edited.changes.map(({ field, to }) => ({ field, to })) },
    })
  const save = useMutation({ mutationFn: keep, onSuccess })
  const approve = useMutation({
    mutationFn: async (how: 'deliver' | 'outside') => {
      await keep()
      return call(Draft, `${path}/approve`, { method: 'POST', json: { how } })
    },
    onSuccess,
  })
  const discard = useMutation({ mutationFn: () => call(Draft, `${path}/discard`, { method: 'POST' }), onSuccess })
  return { save, approve, discard }
}

interface FieldsProps {
  edited: Edited
  change: (part: Partial<Edited>) => void
}

function EmailFields({ edited, faults, change }: FieldsProps & { faults: readonly string[] }) {
  return (
    <>
      <Field
        label="To"
        value={edited.to}
        placeholder="Dana Fox <dana@example.com>"
        onChange={(event) => change({ to: event.target.value })}
        hint={faults.length > 0 ? `Not an address: ${faults.join(', ')}` : undefined}
      />
      <Field
        label="Subject"
        value={edited.subject}
        maxLength={300}
        onChange={(event) => change({ subject: event.target.value })}
      />
      <label className="field">
        <span>Text</span>
        <textarea
          className="input draft-text"
          rows={14}
          maxLength={20_000}
          value={edited.body}
          onChange={(event) => change({ body: event.target.value })}
        />
      </label>
    </>
  )
}

function ChangeFields({ edited, change }: FieldsProps) {
  const set = (field: string, to: string): void =>
    change({
      changes: edited.changes.map((one) => (one.field === field ? { ...one, to: to === '' ? null : to } : one)),
    })
  return edited.changes.map((one) => (
    <Field
      key={one.field}
      label={one.label}
      type={one.field.endsWith('_on') ? 'date' : 'text'}
      value={one.to ?? ''}
      onChange={(event) => set(one.field, event.target.value)}
      hint={`Now: ${withDayWords(one.from ?? 'nothing')}`}
    />
  ))
}
