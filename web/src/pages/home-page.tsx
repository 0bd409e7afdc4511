import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Home, HomeItem } from '#contract/home.ts'
import { homeQuery } from '../api/queries.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { HomeSections } from '../parts/home-sections.tsx'
import { Icon } from '../parts/icons.tsx'
import { useTitle } from '../parts/page.tsx'
import { PersonaMark } from '../parts/persona-mark.tsx'
import { SourceLine } from '../parts/source-line.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { MoneyText } from '../parts/values.tsx'
import { aboutOf, pageOfRow, useSide } from '../state/side.ts'
import { useColleagues, useMay, useMe } from '../state/use-me.ts'
import { longDay, plural, withDayWords } from '../state/words.ts'

/** What matters today: three things with money or risk, their rows, and the next step. */
export function HomePage() {
  const home = useQuery(homeQuery)
  useTitle('Home')
  return (
    <div className="page page-page home">
      {home.isError && !home.data ? <h1>Home</h1> : null}
      <Loaded asked={home} lines={10}>
        {(today) => <Today home={today} />}
      </Loaded>
    </div>
  )
}

function Today({ home }: { home: Home }) {
  const { company } = useMe()
  return (
    <>
      <header className="home-head">
        <p className="eyebrow">{longDay(home.asOf)}</p>
        <h1>{home.greeting}</h1>
        {home.isToday ? null : (
          <p className="as-of">
            The data speaks for {longDay(home.asOf)}, not for today. All days and ages count from there.
          </p>
        )}
        {company.isSample ? <p className="as-of">This is the sample company. Nothing here is yours.</p> : null}
        <SourceLine />
      </header>
      <section aria-labelledby="matters">
        <h2 id="matters" className="section-title">
          {home.items.length > 1
            ? `${['', '', 'Two', 'Three'][home.items.length] ?? ''} things that matter today`
            : 'What matters today'}
        </h2>
        {home.items.length === 0 ? (
          <Empty
            title="Nothing needs you today."
            hint="When a deal stalls, a renewal nears or a client goes quiet, it stands here with its rows."
          >
            <ButtonLink href="/deals">Look at deals</ButtonLink>
          </Empty>
        ) : null}
        <ol className="matters">
          {home.items.map((item, index) => (
            <Matter key={item.id} item={item} isFirst={index === 0} />
          ))}
        </ol>
      </section>
      <HomeSections sections={home.sections} />
      <Figures figures={home.figures} />
      {home.caveats.length > 0 ? (
        <section className="caveats" aria-labelledby="caveats">
          <h2 id="caveats">What the data does not say</h2>
          <ul>
            {home.caveats.map((caveat) => (
              <li key={caveat}>{withDayWords(caveat)}</li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  )
}

function Matter({ item, isFirst }: { item: HomeItem; isFirst: boolean }) {
  const { showEvidence } = useSide()
  return (
    <li className="matter">
      <div className="matter-stake">
        {item.stake.amount ? (
          <span className="matter-amount">
            <MoneyText money={item.stake.amount} isEstimated={item.stake.isEstimated} />
          </span>
        ) : null}
        <span className={item.stake.amount ? 'matter-label' : 'matter-label is-alone'}>{item.stake.label}</span>
      </div>
      <div className="matter-body">
        <h3 className="matter-title">{withDayWords(item.title)}</h3>
        <p className="matter-why">{withDayWords(item.why)}</p>
        <p className="matter-meta">
          <span>{item.owner ? item.owner : <span className="quiet">No owner in the data</span>}</span>
          {item.evidence.length > 0 ? (
            <button
              type="button"
              className="text-link"
              onClick={() => showEvidence({ title: item.title, rows: item.evidence })}
            >
              {plural(item.evidence.length, 'row')} of evidence
            </button>
          ) : null}
        </p>
      </div>
      <MatterActions item={item} isFirst={isFirst} />
    </li>
  )
}

function MatterActions({ item, isFirst }: { item: HomeItem; isFirst: boolean }) {
  const { ask } = useSide()
  const colleague = useColleagues().find((one) => one.id === item.ask.persona)
  const mayAsk = useMay('conversation:use')
  const { record } = item
  const page = record ? pageOfRow(record) : null
  const press = (): void => {
    const about = record ? aboutOf(record) : null
    ask({ persona: item.ask.persona, text: item.ask.text, ...(about ? { about } : {}) })
  }
  return (
    <div className="matter-actions">
      {mayAsk ? (
        <Button look={isFirst ? 'accent' : 'plain'} onClick={press} title={item.ask.text}>
          <PersonaMark id={item.ask.persona} name={item.ask.persona} tint={colleague?.tint ?? 'slate'} size={18} />
          Ask {colleague?.firstName ?? item.ask.persona}
        </Button>
      ) : null}
      {page ? (
        <Link href={page} className="button button-bare" aria-label={`Open ${record?.label ?? ''}`}>
          Open
          <Icon name="right" size={16} />
        </Link>
      ) : null}
    </div>
  )
}

function Figures({ figures }: { figures: Home['figures'] }) {
  if (figures.length === 0) return null
  return (
    <section aria-labelledby="figures">
      <h2 id="figures" className="section-title">
        Where things stand
      </h2>
      <ul className="figures">
        {figures.map((figure) => (
          <li key={figure.label}>
            <Link href={figure.open} className="figure-link">
              <span className="figure-label">{figure.label}</span>
              <span className="figure-value figure">{figure.value}</span>
              <span className="figure-note">{withDayWords(figure.note)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
