import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { memoriesQuery } from '../api/work-queries.ts'
import { useMay } from '../state/use-me.ts'
import { Section } from './page.tsx'
import { DayText } from './values.tsx'

const SHOWN = 5

/** What is remembered about the record on screen, as far as the member may know it; nothing at all when there is nothing. */
export function RecordMemories({ kind, id }: { kind: 'deal' | 'client'; id: string }) {
  const mayRead = useMay('memory:read')
  const memories = useInfiniteQuery({ ...memoriesQuery({ subjectKind: kind, subjectId: id }), enabled: mayRead })
  const items = memories.data?.pages.flatMap((page) => page.items) ?? []
  if (items.length === 0) return null
  return (
    <Section title="Remembered">
      <ul className="record-memories small">
        {items.slice(0, SHOWN).map((memory) => (
          <li key={memory.id}>
            <Link href={`/memory/${memory.id}`} className="text-link">
              {memory.text}
            </Link>{' '}
            <span className="quiet">
              <DayText day={memory.source.onDay} asOf={null} />
            </span>
          </li>
        ))}
      </ul>
      {items.length > SHOWN ? (
        <Link href={`/memory?subjectKind=${kind}&subjectId=${encodeURIComponent(id)}`} className="text-link small">
          All of it
        </Link>
      ) : null}
    </Section>
  )
}
