import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { MemoryErased, type MemoryDetail } from '#contract/memory.ts'
import { call } from '../api/client.ts'
import { memoryQuery } from '../api/work-queries.ts'
import { AUDIENCE_WORDS, audiencesFor, CHANGE_WORDS, KIND_WORDS, strengthWords } from '../state/memory-words.ts'
import { useChangeMemory, useForgetMemory, useUndoMemory } from '../state/use-memory.ts'
import { useMay, useMe } from '../state/use-me.ts'
import { longDay, plural } from '../state/words.ts'
import { Button } from './button.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Check, Field, Select } from './field.tsx'
import { Section } from './page.tsx'
import { Sheet } from './sheet.tsx'
import { Loaded, Problem } from './states.tsx'
import { TimeText } from './values.tsx'

/** All of one memory: its words, who sees it, where it came from and what became of it. */
export function MemorySheet({ id, onClose }: { id: string; onClose: () => void }) {
  const memory = useQuery(memoryQuery(id))
  return (
    <Sheet label="Memory" onClose={onClose}>
      <Loaded asked={memory} lines={8}>
        {(found) => (
          <>
            <p className="eyebrow">{KIND_WORDS[found.kind]}</p>
            <MemoryForm key={found.updatedAt} memory={found} />
            <Origin memory={found} />
            <History memory={found} />
            <EraseSubject memory={found} onErased={onClose} />
          </>
        )}
      </Loaded>
    </Sheet>
  )
}

function MemoryForm({ memory }: { memory: MemoryDetail }) {
  const change = useChangeMemory(memory.id)
  const [text, setText] = useState(memory.text)
  const [expiresOn, setExpiresOn] = useState(memory.expiresOn ?? '')
  const isChanged = text.trim() !== memory.text || expiresOn !== (memory.expiresOn ?? '')
  if (!memory.mayChange) return <p className="sheet-title">{memory.text}</p>
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate({ text: text.trim(), expiresOn: expiresOn === '' ? null : expiresOn })
      }}
    >
      <label className="field">
        <span className="unseen">What is remembered</span>
        <textarea
          className="input"
          rows={3}
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <Sharing memory={memory} />
      <Field
        label="Forget by itself on"
        type="date"
        value={expiresOn}
        onChange={(event) => setExpiresOn(event.target.value)}
      />
      <Marks memory={memory} />
      {change.isError ? <Problem thrown={change.error} kept="It is as it was." /> : null}
      <div className="actions">
        <Button type="submit" look="accent" isBusy={change.isPending} disabled={!isChanged || text.trim().length < 2}>
          Save
        </Button>
        <WaysBack memory={memory} />
      </div>
    </form>
  )
}

function Marks({ memory }: { memory: MemoryDetail }) {
  const change = useChangeMemory(memory.id)
  return (
    <>
      <Check
        label="Pinned"
        hint="A pinned memory does not fade and is never let go to make room."
        checked={memory.isPinned}
        onChange={(isPinned) => change.mutate({ isPinned })}
      />
      <Check
        label="Sensitive"
        hint="Used only when the question is about exactly this."
        checked={memory.isSensitive}
        onChange={(isSensitive) => change.mutate({ isSensitive })}
      />
      {change.isError ? <Problem thrown={change.error} kept="It is as it was." /> : null}
    </>
  )
}

function WaysBack({ memory }: { memory: MemoryDetail }) {
  const forget = useForgetMemory(memory.id)
  const undo = useUndoMemory(memory.id)
  const failed = [forget, undo].find((one) => one.isError)
  return (
    <>
      <Button icon="again" isBusy={undo.isPending} onClick={() => undo.mutate()}>
        Undo the last change
      </Button>
      {memory.status === 'active' ? (
        <Button look="bare" icon="bin" isBusy={forget.isPending} onClick={() => forget.mutate()}>
          Forget
        </Button>
      ) : null}
      {failed ? <Problem thrown={failed.error} kept="It is as it was." /> : null}
    </>
  )
}

function Sharing({ memory }: { memory: MemoryDetail }) {
  const change = useChangeMemory(memory.id)
  const me = useMe()
  const options = audiencesFor(memory, me.teamId !== null).map((value) => ({ value, label: AUDIENCE_WORDS[value] }))
  return (
    <Select
      label="Who may see it"
      value={memory.audience}
      options={options}
      onChange={(value) => {
        const audience = options.find((option) => option.value === value)?.value
        if (audience) change.mutate({ audience })
      }}
      hint={
        memory.audience === 'member'
          ? 'It moves the numbers that you see, nobody else’s.'
          : 'It moves the numbers of everyone who may see it.'
      }
    />
  )
}

function Origin({ memory }: { memory: MemoryDetail }) {
  const { source } = memory
  return (
    <Section title="Where it comes from">
      <p className="small">
        {source.conversationId ? (
          <Link className="text-link" href={`/conversations/${source.conversationId}`}>
            {source.label}
          </Link>
        ) : (
          source.label
        )}
        , {longDay(source.onDay)}. {strengthWords(memory)}
        {memory.useCount > 0 ? `, used ${plural(memory.useCount, 'time')}` : ', not used yet'}.
      </p>
      {memory.supersedes ? <p className="small quiet">It replaced: “{memory.supersedes.text}”</p> : null}
      {memory.supersededBy ? <p className="small quiet">Replaced by: “{memory.supersededBy.text}”</p> : null}
    </Section>
  )
}

function History({ memory }: { memory: MemoryDetail }) {
  return (
    <Section title="History">
      <ol className="memory-history small">
        {memory.history.toReversed().map((entry) => (
          <li key={entry.n}>
            <p>
              {CHANGE_WORDS[entry.change] ?? entry.change} <span className="quiet">by {entry.by}</span>{' '}
              <span className="quiet">
                <TimeText instant={entry.at} />
              </span>
            </p>
            {entry.before !== null && entry.before !== entry.after ? (
              <p className="quiet">Before: “{entry.before}”</p>
            ) : null}
            {entry.reason ? <p className="quiet">{entry.reason}</p> : null}
          </li>
        ))}
      </ol>
    </Section>
  )
}

function EraseSubject({ memory, onErased }: { memory: MemoryDetail; onErased: () => void }) {
  const mayErase = useMay('memory:erase')
  const [isAsking, setAsking] = useState(false)
  const client = useQueryClient()
  const { subject } = memory
  const erase = useMutation({
    mutationFn: () =>
      call(MemoryErased, '/api/memories/erase', {
        method: 'POST',
        json: { subject: { kind: subject?.kind, id: subject?.id } },
      }),
    onSuccess: async () => {
      onErased()
      await client.invalidateQueries()
    },
  })
  if (!mayErase || !subject || subject.kind === 'company') return null
  return (
    <div className="erase">
      <Button look="bare" onClick={() => setAsking(true)}>
        Erase everything about {subject.label}
      </Button>
      {isAsking ? (
        <ConfirmDialog
          title={`Erase everything about ${subject.label}?`}
          verb="Erase"
          kept="Nothing was erased."
          change={erase}
          onConfirm={() => erase.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            Every memory about {subject.label}, whoever it belongs to, goes with its history. This cannot be undone.
          </p>
        </ConfirmDialog>
      ) : null}
    </div>
  )
}
