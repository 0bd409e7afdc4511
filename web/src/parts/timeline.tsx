import { useState } from 'react'
import type { DealDetail } from '#contract/records.ts'
import { labelWords, plural, withDayWords } from '../state/words.ts'
import { Icon, type IconName } from './icons.tsx'
import { DayText } from './values.tsx'

type Entry = DealDetail['history'][number]

const ICONS: Readonly<Record<Entry['kind'], IconName>> = {
  activity: 'talk',
  ticket: 'warning',
  invoice: 'audit',
  transcript: 'talk',
  change: 'edit',
}
const SHOWN = 12

/** What happened and what changed, newest first. */
export function Timeline({ entries, asOf }: { entries: readonly Entry[]; asOf: string }) {
  const [showsAll, setShowsAll] = useState(false)
  if (entries.length === 0)
    return (
      <p className="quiet small">No history in the data. Imported activities, tickets and invoices would stand here.</p>
    )
  const newestFirst = entries.toSorted((one, other) => other.onDay.localeCompare(one.onDay))
  const shown = showsAll ? newestFirst : newestFirst.slice(0, SHOWN)
  return (
    <>
      <ol className="timeline">
        {shown.map((entry) => (
          <li key={`${entry.kind} ${entry.id}`} className="timeline-entry">
            <span className="timeline-icon" title={labelWords(entry.kind)}>
              <Icon name={ICONS[entry.kind]} size={16} />
            </span>
            <div>
              <p className="timeline-title">{withDayWords(entry.title)}</p>
              {entry.detail ? <p className="small quiet">{withDayWords(entry.detail)}</p> : null}
            </div>
            <span className="timeline-day small quiet">
              <DayText day={entry.onDay} asOf={asOf} />
            </span>
          </li>
        ))}
      </ol>
      {entries.length > SHOWN ? (
        <button
          type="button"
          className="text-link small"
          aria-expanded={showsAll}
          onClick={() => setShowsAll(!showsAll)}
        >
          {showsAll ? 'Show the newest only' : `Show all ${plural(entries.length, 'entry', 'entries')}`}
        </button>
      ) : null}
    </>
  )
}
