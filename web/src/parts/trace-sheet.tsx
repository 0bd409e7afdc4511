import { useQuery } from '@tanstack/react-query'
import { useId, useState, type CSSProperties } from 'react'
import type { TurnTrace } from '#contract/traces.ts'
import { turnTraceQuery } from '../api/trace-queries.ts'
import {
  countQuickStatements,
  largestPart,
  NOTHING_WORDS,
  preciseWords,
  traceRows,
  type TraceRow,
} from '../state/trace-rows.ts'
import { plural } from '../state/words.ts'
import { Fact, Facts } from './facts.tsx'
import { Sheet } from './sheet.tsx'
import { Empty, Problem, Skeleton } from './states.tsx'
import { TimeText } from './values.tsx'

const TITLE = 'Why did this take so long?'

/** Where the time of one answer went, step by step. */
export function TraceSheet({ turnId, onClose }: { turnId: string; onClose: () => void }) {
  const trace = useQuery(turnTraceQuery(turnId))
  return (
    <Sheet label={TITLE} onClose={onClose}>
      <p className="eyebrow">One answer</p>
      <h2 className="sheet-title">{TITLE}</h2>
      {trace.isError && !trace.data ? <Problem thrown={trace.error} onRetry={() => void trace.refetch()} /> : null}
      {trace.isPending ? <Skeleton lines={5} /> : null}
      {trace.data ? <Course trace={trace.data} /> : null}
    </Sheet>
  )
}

function Course({ trace }: { trace: TurnTrace }) {
  if (trace.state !== 'kept') return <Empty {...NOTHING_WORDS[trace.state]} />
  return (
    <>
      <Verdict trace={trace} />
      <Steps trace={trace} />
      <Facts>
        <Fact name="Asked">
          <TimeText instant={trace.acceptedAt} />
        </Fact>
        {trace.attempt > 1 ? <Fact name="Begun anew">{plural(trace.attempt - 1, 'time')}</Fact> : null}
        {trace.leftOut > 0 ? <Fact name="Not recorded">{plural(trace.leftOut, 'further step')}</Fact> : null}
        <Fact name="Trace">
          <code className="trace-id">{trace.traceId}</code>
        </Fact>
      </Facts>
    </>
  )
}

function Verdict({ trace }: { trace: TurnTrace }) {
  const largest = largestPart(trace)
  const total = trace.totalMs ?? 0
  return (
    <>
      <p className="trace-total">
        <span className="tabular">{preciseWords(total)}</span> in all
        {trace.firstWordMs === null ? '' : `, the first words after ${preciseWords(trace.firstWordMs)}`}
      </p>
      {largest ? (
        <p className="quiet small">
          The largest part of it, {preciseWords(largest.ms)}, went into {largest.words}.
        </p>
      ) : null}
    </>
  )
}

function Steps({ trace }: { trace: TurnTrace }) {
  const [withStatements, setWithStatements] = useState(false)
  const box = useId()
  const quick = countQuickStatements(trace)
  return (
    <section className="trace" aria-label="Steps">
      {quick > 0 ? (
        <label className="trace-choice small" htmlFor={box}>
          <input
            id={box}
            type="checkbox"
            checked={withStatements}
            onChange={(event) => setWithStatements(event.target.checked)}
          />
          Show {plural(quick, 'quick database statement')}
        </label>
      ) : null}
      <ol className="trace-list" aria-label="Steps of the answer, as they began">
        {traceRows(trace, withStatements).map((row) => (
          <Step key={row.key} row={row} />
        ))}
      </ol>
    </section>
  )
}

function Step({ row }: { row: TraceRow }) {
  const place = { '--from': row.from, '--share': row.share, '--depth': Math.min(row.depth, 5) }
  return (
    // Custom properties, which React's types of styles do not know.
    <li className={`trace-step trace-${row.kind}`} style={place as CSSProperties}>
      <span className="trace-label">{row.label}</span>
      <span className="trace-took tabular">{row.took}</span>
      <span className={row.failure === null ? 'trace-note' : 'trace-note risk-text'}>
        <span className="unseen">Began after {row.startsAfter}. </span>
        {row.note}
      </span>
      <span className="trace-track" aria-hidden="true">
        <span className="trace-bar" />
      </span>
    </li>
  )
}
