import { Link } from 'wouter'
import type { Memory } from '#contract/memory.ts'
import { AUDIENCE_WORDS, KIND_WORDS, strengthWords } from '../state/memory-words.ts'
import { pageOfRow } from '../state/side.ts'
import { useChangeMemory, useForgetMemory, useUndoMemory } from '../state/use-memory.ts'
import { Button, IconButton } from './button.tsx'
import { SignalTag, Tag } from './signal.tsx'
import { Problem } from './states.tsx'
import { DayText } from './values.tsx'

/** One remembered thing: its sentence first, then whom it is about, where it comes from and who may see it. */
export function MemoryRow({ memory, onOpen }: { memory: Memory; onOpen: () => void }) {
  const change = useChangeMemory(memory.id)
  const forget = useForgetMemory(memory.id)
  const undo = useUndoMemory(memory.id)
  const failed = [change, forget, undo].find((one) => one.isError)
  return (
    <li className={memory.status === 'active' ? 'memory-row' : 'memory-row is-past'}>
      <div className="memory-main">
        <button type="button" className="memory-text" onClick={onOpen}>
          {memory.text}
        </button>
        <p className="memory-meta tiny quiet">
          <Subject memory={memory} />
          <span>{KIND_WORDS[memory.kind]}</span>
          <span>
            {memory.source.label}, <DayText day={memory.source.onDay} asOf={null} />
          </span>
          <span>{memory.owner === null ? 'From an import' : AUDIENCE_WORDS[memory.audience]}</span>
          {memory.useCount > 0 ? <span className="tabular">used {memory.useCount} times</span> : null}
        </p>
        {failed ? <Problem thrown={failed.error} kept="It is as it was." /> : null}
      </div>
      <div className="memory-tools">
        {memory.status === 'quarantined' ? (
          <>
            <SignalTag signal="watch">Not used yet</SignalTag>
            {memory.mayChange ? (
              <Button isBusy={change.isPending} onClick={() => change.mutate({ status: 'active' })}>
                Let in
              </Button>
            ) : null}
          </>
        ) : (
          <Tag>{strengthWords(memory)}</Tag>
        )}
        {memory.mayChange && memory.status === 'active' ? (
          <>
            <IconButton
              icon="pin"
              label={memory.isPinned ? 'Unpin' : 'Pin, so that it does not fade'}
              isOn={memory.isPinned}
              onClick={() => change.mutate({ isPinned: !memory.isPinned })}
            />
            <IconButton icon="bin" label="Forget" disabled={forget.isPending} onClick={() => forget.mutate()} />
          </>
        ) : null}
        {memory.mayChange && memory.status === 'forgotten' ? (
          <Button isBusy={undo.isPending} onClick={() => undo.mutate()}>
            Bring back
          </Button>
        ) : null}
      </div>
    </li>
  )
}

function Subject({ memory: { subject } }: { memory: Memory }) {
  if (!subject) return null
  const page = pageOfRow(subject)
  return page ? (
    <Link href={page} className="text-link">
      {subject.label}
    </Link>
  ) : (
    <span>{subject.kind === 'member' ? 'You' : subject.label}</span>
  )
}
