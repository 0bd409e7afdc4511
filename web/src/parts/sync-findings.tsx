import { useState } from 'react'
import type { Finding } from '#contract/sync.ts'
import { groupAilments } from '../state/sync-words.ts'
import { countWords, labelWords } from '../state/words.ts'

const SHOWN = 4
const SHOWN_IDS = 6

/** What was found at records: in which field, why, and at which of them. */
export function FindingList({ items }: { items: readonly Finding[] }) {
  const [showsAll, setShowsAll] = useState(false)
  const ailments = groupAilments(items)
  if (ailments.length === 0) return null
  const shown = showsAll ? ailments : ailments.slice(0, SHOWN)
  return (
    <>
      <ul className="sync-findings small">
        {shown.map(({ kind, field, reason, value, sourceIds }) => (
          <li key={`${kind} ${field ?? ''} ${reason} ${value ?? ''}`}>
            <p className="tiny quiet">
              {[kind, field].flatMap((name) => (name ? [labelWords(name)] : [])).join(' · ')}
            </p>
            <p>
              {reason}
              {value && !reason.includes(value) ? (
                <span className="quiet">
                  {' '}
                  There: <q>{value}</q>
                </span>
              ) : null}
            </p>
            <RecordIds ids={sourceIds} />
          </li>
        ))}
      </ul>
      {ailments.length > SHOWN ? (
        <More isOpen={showsAll} count={ailments.length - SHOWN} onTurn={() => setShowsAll(!showsAll)} />
      ) : null}
    </>
  )
}

function RecordIds({ ids }: { ids: readonly string[] }) {
  const [showsAll, setShowsAll] = useState(false)
  if (ids.length === 0) return null
  const shown = showsAll ? ids : ids.slice(0, SHOWN_IDS)
  return (
    <div className="sync-ids tiny">
      {shown.map((id) => (
        <code key={id}>{id}</code>
      ))}
      {ids.length > SHOWN_IDS ? (
        <More isOpen={showsAll} count={ids.length - SHOWN_IDS} onTurn={() => setShowsAll(!showsAll)} />
      ) : null}
    </div>
  )
}

function More({ isOpen, count, onTurn }: { isOpen: boolean; count: number; onTurn: () => void }) {
  return (
    <button type="button" className="text-link small" aria-expanded={isOpen} onClick={onTurn}>
      {isOpen ? 'Show fewer' : `Show ${countWords(count)} more`}
    </button>
  )
}
