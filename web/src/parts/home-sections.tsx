import { Link } from 'wouter'
import type { HomeEntry, HomeSection } from '#contract/home.ts'
import { aboutOf, pageOfRow, useSide } from '../state/side.ts'
import { useMay } from '../state/use-me.ts'
import { countWords, plural, withDayWords } from '../state/words.ts'
import { Button, ButtonLink } from './button.tsx'
import { FoldedList } from './folded-list.tsx'
import { SignalTag } from './signal.tsx'

/** The work of the day in the order of the member's role: what is there, why, and one thing to do about each. */
export function HomeSections({ sections }: { sections: readonly HomeSection[] }) {
  return (
    <div className="home-sections">
      {sections.map((section) => (
        <SectionOfHome key={section.id} section={section} />
      ))}
    </div>
  )
}

function SectionOfHome({ section }: { section: HomeSection }) {
  const more = section.total - section.entries.length
  return (
    <section className="home-section" aria-labelledby={`home-${section.id}`}>
      <header className="home-section-head">
        <h2 id={`home-${section.id}`} className="section-title">
          {section.title}
        </h2>
        {section.total > 0 ? <span className="quiet small tabular">{countWords(section.total)}</span> : null}
      </header>
      {section.entries.length === 0 ? <p className="small quiet home-empty">{section.empty}</p> : null}
      <FoldedList className="home-entries" shown={2}>
        {section.entries.map((entry) => (
          <EntryRow key={entry.id} entry={entry} />
        ))}
      </FoldedList>
      {more > 0 ? (
        <Link href={section.open} className="text-link small" aria-label={`See the list: ${section.title}`}>
          See the list
        </Link>
      ) : null}
    </section>
  )
}

function EntryRow({ entry }: { entry: HomeEntry }) {
  const { showEvidence } = useSide()
  const page = entry.record ? pageOfRow(entry.record) : null
  const title = withDayWords(entry.title)
  return (
    <li className="home-entry">
      <div className="home-entry-body">
        <p className="home-entry-title">
          {page ? <Link href={page}>{title}</Link> : title}
          <EntryFigure entry={entry} />
        </p>
        <p className="small quiet">
          {withDayWords(entry.why)}{' '}
          {entry.evidence.length > 0 ? (
            <button
              type="button"
              className="text-link"
              aria-label={`${plural(entry.evidence.length, 'row')} behind ${title}`}
              onClick={() => showEvidence({ title, note: withDayWords(entry.why), rows: entry.evidence })}
            >
              {plural(entry.evidence.length, 'row')}
            </button>
          ) : null}
        </p>
      </div>
      <EntryAction entry={entry} />
    </li>
  )
}

function EntryFigure({ entry: { figure, signal } }: { entry: HomeEntry }) {
  if (figure === null) return null
  return signal ? <SignalTag signal={signal}>{figure}</SignalTag> : <span className="figure small quiet">{figure}</span>
}

function EntryAction({ entry }: { entry: HomeEntry }) {
  const { ask } = useSide()
  const mayAsk = useMay('conversation:use')
  const { action, record } = entry
  if (action.kind === 'open') return <ButtonLink href={action.href}>{action.label}</ButtonLink>
  if (!mayAsk) return null
  const about = record ? aboutOf(record) : null
  return (
    <Button
      title={action.text}
      onClick={() => ask({ persona: action.persona, text: action.text, ...(about ? { about } : {}) })}
    >
      {action.label}
    </Button>
  )
}
