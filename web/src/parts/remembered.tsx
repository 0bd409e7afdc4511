import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Memory } from '#contract/memory.ts'
import { learntQuery } from '../api/work-queries.ts'
import { useUndoMemory } from '../state/use-memory.ts'
import { Icon } from './icons.tsx'

/** What was learnt from one message of a conversation, to be taken back with one click. */
export function Remembered({ conversationId, messageId }: { conversationId: string; messageId: string }) {
  const learnt = useQuery(learntQuery(conversationId))
  const mine = learnt.data?.items.filter((memory) => memory.source.id === messageId) ?? []
  if (mine.length === 0) return null
  return (
    <ul className="remembered" aria-label="Remembered">
      {mine.map((memory) => (
        <Chip key={memory.id} memory={memory} />
      ))}
    </ul>
  )
}

function Chip({ memory }: { memory: Memory }) {
  const undo = useUndoMemory(memory.id)
  return (
    <li className="remembered-chip small">
      <Icon name="memory" size={16} />
      <Link href={`/memory/${memory.id}`} className="truncate" title={memory.text}>
        Remembered: {memory.text}
      </Link>
      {memory.mayChange ? (
        <button type="button" className="text-link" disabled={undo.isPending} onClick={() => undo.mutate()}>
          Undo
        </button>
      ) : null}
      {undo.isError ? (
        <span className="quiet" role="alert">
          That did not work; it is still remembered.
        </span>
      ) : null}
    </li>
  )
}
