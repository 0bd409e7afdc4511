import type { SyncDetail } from '#contract/sync.ts'
import {
  countsWords,
  faultyWords,
  groupFindings,
  isUnderWay,
  orderCounts,
  readTotal,
  readWords,
  runLook,
  runNote,
  runProgress,
} from '../state/sync-words.ts'
import { useMe } from '../state/use-me.ts'
import { countWords, durationWords, plural } from '../state/words.ts'
import { SignalTag } from './signal.tsx'
import { Progress } from './states.tsx'
import { FindingList } from './sync-findings.tsx'
import { TimeText } from './values.tsx'

type Run = SyncDetail['runs'][number]

/** What runs while one looks, what the last one did, and those before. */
export function SyncRuns({ runs, mappingText }: Pick<SyncDetail, 'runs' | 'mappingText'>) {
  const [newest] = runs
  const current = newest && isUnderWay(newest) ? newest : null
  const ended = runs.filter((run) => !isUnderWay(run))
  const [last, ...before] = ended
  return (
    <>
      {current ? <Running run={current} earlier={ended} mappingText={mappingText} /> : null}
      {last ? <LastRun run={last} title={current ? 'Run before' : 'Last run'} mappingText={mappingText} /> : null}
      {!current && !last ? (
        <p className="small quiet">It has not run yet. The first run begins by itself within a minute.</p>
      ) : null}
      {before.length > 0 ? <EarlierRuns runs={before} /> : null}
    </>
  )
}

interface RunProps {
  run: Run
  mappingText: string
}

function Running({ run, earlier, mappingText }: RunProps & { earlier: readonly Run[] }) {
  const progress = runProgress(run, earlier, Date.now())
  const read = readTotal(run)
  const left = progress?.leftMs ? `, about ${durationWords(progress.leftMs)} left` : ''
  return (
    <div className="sync-run">
      <h3>{run.dryRun ? 'Dry run under way' : 'Run under way'}</h3>
      <Progress value={progress?.share ?? null} label="Reading records" />
      <p className="small quiet tabular" role="status">
        {run.status === 'waiting' ? 'About to begin.' : `${plural(read, 'record')} read${left}.`}{' '}
        {run.dryRun ? 'Nothing is stored.' : ''}
      </p>
      <p className="tiny quiet">You can leave; it goes on by itself.</p>
      <CountList counts={orderCounts(run.counts, mappingText)} />
    </div>
  )
}

function LastRun({ run, title, mappingText }: RunProps & { title: string }) {
  const look = runLook(run)
  return (
    <div className="sync-run">
      <header className="sync-run-head">
        <h3>{title}</h3>
        <SignalTag signal={look.signal}>{look.words}</SignalTag>
        <span className="small quiet">
          <TimeText instant={run.endedAt} />
        </span>
      </header>
      {run.errorDetail ? <p className="small sync-error">{run.errorDetail}</p> : null}
      <CountList counts={orderCounts(run.counts, mappingText)} />
      <p className="tiny quiet tabular">{runNote(run)}</p>
      <Findings run={run} />
    </div>
  )
}

/** Read is what counts; beside it what became of them. */
function CountList({ counts }: { counts: ReturnType<typeof orderCounts> }) {
  if (counts.length === 0) return null
  return (
    <ul className="sync-counts small" aria-label="Records by kind">
      {counts.map(([name, of]) => {
        const faulty = faultyWords(of)
        return (
          <li key={name}>
            <span>{readWords(name)}</span>
            <span className="figure">{countWords(of.read)}</span>
            <span className="quiet tabular">
              {countsWords(of) || (faulty ? '' : 'nothing new')}
              {faulty ? (
                <>
                  {countsWords(of) ? ', ' : ''}
                  <span className="watch-text">{faulty}</span>
                </>
              ) : null}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function Findings({ run }: { run: Run }) {
  const seesAll = useMe().rowScope === 'all'
  return groupFindings(run).map((group) => (
    <div key={group.sort} className="sync-found">
      <h4>
        {group.title} <span className="quiet">{group.says}</span>
      </h4>
      <FindingList items={group.items} />
      {seesAll || group.items.length > 0 ? null : (
        <p className="tiny quiet">They name records, so they are listed for those who see all rows.</p>
      )}
    </div>
  ))
}

function EarlierRuns({ runs }: { runs: readonly Run[] }) {
  return (
    <details className="form-more">
      <summary>{plural(runs.length, 'earlier run')}</summary>
      <ol className="sync-earlier small">
        {runs.map((run) => {
          const look = runLook(run)
          return (
            <li key={run.id}>
              <span className="quiet tabular">
                <TimeText instant={run.endedAt} />
              </span>
              <SignalTag signal={look.signal}>{look.words}</SignalTag>
              <span className="quiet tabular">{plural(readTotal(run), 'record')}</span>
            </li>
          )
        })}
      </ol>
    </details>
  )
}
