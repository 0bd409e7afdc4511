import { useState } from 'react'
import { Link } from 'wouter'
import type { EvidenceRow as Row } from '#contract/records.ts'
import { groupEvidence, nameOfRow, summaryOf, type EvidenceGroup } from '../state/evidence-rows.ts'
import { pageOfRow, type Evidence, type RowRef } from '../state/side.ts'
import { useEvidence, type EvidenceFound } from '../state/use-evidence.ts'
import { countWords, plural, withDayWords } from '../state/words.ts'
import { Fact, Facts } from './facts.tsx'
import { Icon } from './icons.tsx'
import { Sheet } from './sheet.tsx'
import { Problem, Skeleton } from './states.tsx'

const SHOWN = 120
/** So few rows are read at a glance: they stand open. */
const OPEN_AT_FIRST = 3

/** The rows a figure came from, by kind; each opens to its facts and leads to the deal or client it belongs to. */
export function EvidenceSheet({ evidence, onClose }: { evidence: Evidence; onClose: () => void }) {
  const shown = evidence.rows.slice(0, SHOWN)
  const more = evidence.rows.length - shown.length
  const groups = groupEvidence(shown)
  const found = useEvidence(shown)
  return (
    <Sheet label={`Evidence: ${evidence.title}`} onClose={onClose}>
      <p className="eyebrow">Evidence</p>
      <h2 className="sheet-title">{withDayWords(evidence.title)}</h2>
      <p className="quiet small">
        {withDayWords(evidence.note ?? `${plural(evidence.rows.length, 'row')} this comes from`)}
      </p>
      {found.error === null ? null : <Problem thrown={found.error} onRetry={found.refetch} />}
      {groups.map((group) => (
        <EvidenceRows key={group.kind} group={group} found={found} areOpen={shown.length <= OPEN_AT_FIRST} />
      ))}
      {more > 0 ? <p className="quiet small evidence-more">And {countWords(more)} more.</p> : null}
    </Sheet>
  )
}

function EvidenceRows({ group, found, areOpen }: { group: EvidenceGroup; found: EvidenceFound; areOpen: boolean }) {
  return (
    <section className="evidence-group">
      <h3 className="evidence-title">{group.title}</h3>
      <ul className="evidence-list">
        {group.rows.map((row) => (
          <EvidenceRow key={nameOfRow(row)} named={row} row={found.find(row)} isOpenAtFirst={areOpen} />
        ))}
      </ul>
    </section>
  )
}

interface EvidenceRowProps {
  named: RowRef
  row: Row | null | undefined
  isOpenAtFirst: boolean
}

function EvidenceRow({ named, row, isOpenAtFirst }: EvidenceRowProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst)
  if (row === null) {
    return (
      <li className="evidence-row">
        <div className="evidence-head">
          <span className="evidence-label is-gone">{withDayWords(named.label)}</span>
          <span className="evidence-sum">No longer visible: it was removed, or it is not yours to see.</span>
        </div>
      </li>
    )
  }
  return (
    <li className="evidence-row">
      <button type="button" className="evidence-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="evidence-label">{withDayWords(row?.label ?? named.label)}</span>
        <Icon name={isOpen ? 'up' : 'down'} size={16} />
        {row && !isOpen ? <span className="evidence-sum">{withDayWords(summaryOf(row))}</span> : null}
      </button>
      {isOpen ? (
        <div className="evidence-body">{row ? <EvidenceFacts row={row} /> : <Skeleton lines={3} />}</div>
      ) : null}
    </li>
  )
}

function EvidenceFacts({ row }: { row: Row }) {
  const own = pageOfRow(row)
  const about = row.about ? pageOfRow(row.about) : null
  return (
    <>
      <Facts>
        {row.facts.map((fact) => (
          <Fact key={fact.label} name={fact.label}>
            {withDayWords(fact.value)}
          </Fact>
        ))}
        {row.about && about ? (
          <Fact name={row.about.kind === 'deal' ? 'Deal' : 'Client'}>
            <Link href={about} className="text-link">
              {row.about.label}
            </Link>
          </Fact>
        ) : null}
      </Facts>
      {own ? (
        <Link href={own} className="text-link small">
          Open the full page
        </Link>
      ) : null}
    </>
  )
}
