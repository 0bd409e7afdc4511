import type { OperationsReport } from '#contract/watch.ts'
import { changeWords, type Change } from '../state/change-words.ts'
import {
  drawSeries,
  secondsOf,
  SERIES,
  seriesWords,
  spanOf,
  toldPoints,
  type Series,
  type Span,
} from '../state/figure-lines.ts'
import { heatOf, SHADES } from '../state/heat.ts'
import { LATENCY_GOAL_SECONDS } from '../state/now-cells.ts'
import { msWords } from '../state/server-words.ts'
import { countWords, exactTime, perSecondWords, timeWords } from '../state/words.ts'

const HEAT = { width: 720, height: 132 }
const LINE = { width: 300, height: 56 }
/** Ends of rows that have a word beside them: all of them would be a ladder. */
const TOLD_SECONDS: ReadonlySet<number> = new Set([0.005, LATENCY_GOAL_SECONDS, 1, 10])

interface HistoryProps {
  report: OperationsReport
  hours: number
  /** As `24 hours`. */
  spanWords: string
}

/** How it went: how long answers took as heat, and the other figures as lines on the same axis, with what was changed on it. */
export function OperationsHistory({ report: whole, hours, spanWords }: HistoryProps) {
  if (whole.points.length === 0)
    return (
      <p className="quiet small">
        Nothing was measured in {spanWords}. The first figures come ten seconds after a start.
      </p>
    )
  const span = spanOf(whole, hours)
  const report = { ...whole, points: [...toldPoints(whole.points, span)] }
  return (
    <div className="history">
      <LatencyHeat report={report} span={span} spanWords={spanWords} />
      <div className="history-lines">
        {SERIES.map((series) => (
          <SeriesLine key={series.id} series={series} report={report} span={span} spanWords={spanWords} />
        ))}
      </div>
    </div>
  )
}

interface DrawnProps {
  report: OperationsReport
  span: Span
  spanWords: string
}

function LatencyHeat({ report, span, spanWords }: DrawnProps) {
  const { paths, ends, most } = heatOf(report, { span, size: HEAT })
  const answers = report.points.reduce((sum, { latency }) => sum + latency.reduce((all, count) => all + count, 0), 0)
  const words = `${countWords(answers)} answers of the API in ${spanWords}, by when they came and how long they took`
  return (
    <figure className="chart heat">
      <figcaption className="small">
        <strong>How long answers took</strong>{' '}
        <span className="quiet">
          {answers === 0
            ? `None was asked for in ${spanWords}.`
            : `The darker, the more; at most ${countWords(most)} in one field.`}
        </span>
      </figcaption>
      <div className="chart-frame" style={{ height: HEAT.height }}>
        <ol className="chart-ticks tiny quiet tabular" aria-hidden="true">
          {ends
            .filter(({ seconds }) => TOLD_SECONDS.has(seconds))
            .map(({ seconds, y }) => (
              <li key={seconds} style={{ top: y }}>
                {msWords(seconds * 1000)}
              </li>
            ))}
        </ol>
        <svg viewBox={`0 0 ${HEAT.width} ${HEAT.height}`} preserveAspectRatio="none" role="img" aria-label={words}>
          <rect width={HEAT.width} height={HEAT.height} className="heat-ground" />
          {paths.map((path, shade) => (
            // Shades have no other identity than their place.
            // oxlint-disable-next-line react/no-array-index-key
            <path key={shade} d={path} className="heat-cells" style={{ opacity: (shade + 1) / SHADES }} />
          ))}
          {ends
            .filter(({ seconds }) => seconds === LATENCY_GOAL_SECONDS)
            .map(({ y }) => (
              <path
                key={y}
                d={`M0 ${y}H${HEAT.width}`}
                className="objective-target"
                vectorEffect="non-scaling-stroke"
              />
            ))}
          <Marks changes={report.changes} span={span} size={HEAT} />
          <Steps report={report} span={span} />
        </svg>
      </div>
      <Ends span={span} spanWords={spanWords} />
    </figure>
  )
}

/** What the pointer tells of each step of time. */
function Steps({ report, span }: { report: OperationsReport; span: Span }) {
  const wide = (span.stepMs / (span.endMs - span.startMs)) * HEAT.width
  return report.points.map((point) => {
    const rate = point.requests / secondsOf(point, span)
    const took = point.latencyP95 === null ? '' : `, P95 about ${msWords(point.latencyP95 * 1000)}`
    return (
      <rect
        key={point.at}
        x={((Date.parse(point.at) - span.startMs) / (span.endMs - span.startMs)) * HEAT.width}
        width={wide}
        height={HEAT.height}
        className="heat-step"
      >
        <title>{`${exactTime(point.at)}: ${perSecondWords(rate)}, ${countWords(point.failed)} failed${took}`}</title>
      </rect>
    )
  })
}

/** Where something was changed, across all pictures. */
function Marks({
  changes,
  span,
  size,
}: {
  changes: readonly Change[]
  span: Span
  size: { width: number; height: number }
}) {
  const at = new Set(
    changes.map((change) =>
      Math.round(((Date.parse(change.at) - span.startMs) / (span.endMs - span.startMs)) * size.width),
    ),
  )
  const path = [...at].map((x) => `M${x} 0V${size.height}`).join('')
  return path === '' ? null : <path d={path} className="change-marks" vectorEffect="non-scaling-stroke" />
}

function Ends({ span, spanWords }: { span: Span; spanWords: string }) {
  return (
    <p className="chart-words tiny quiet tabular">
      <span>{timeWords(new Date(span.startMs).toISOString(), span.endMs)}</span>
      <span>{spanWords}</span>
      <span>now</span>
    </p>
  )
}

function SeriesLine({ series, report, span, spanWords }: DrawnProps & { series: Series }) {
  const drawn = drawSeries(series, report.points, { span, size: LINE })
  const { highest, last, paths, ticks } = drawn
  return (
    <figure className="series">
      <figcaption className="small">
        <strong>{series.title}</strong>
        <span className="figure">{last === null ? 'unknown' : series.words(last)}</span>
      </figcaption>
      {highest === null ? (
        <span className="series-none" role="img" aria-label={seriesWords(series, drawn, spanWords)} />
      ) : (
        <svg
          viewBox={`0 -3 ${LINE.width} ${LINE.height + 6}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={seriesWords(series, drawn, spanWords)}
        >
          {ticks.map(({ y }) => (
            <path key={y} d={`M0 ${y}H${LINE.width}`} className="chart-base" vectorEffect="non-scaling-stroke" />
          ))}
          <Marks changes={report.changes} span={span} size={LINE} />
          {paths.map((path, place) => (
            <path
              // A series has one line or two.
              // oxlint-disable-next-line react/no-array-index-key
              key={place}
              d={path}
              className={place === 0 ? 'chart-line' : 'chart-line is-second'}
              vectorEffect="non-scaling-stroke"
            />
          ))}
        </svg>
      )}
      <p className="tiny quiet tabular">
        <span>{highest === null ? 'nothing measured' : `at most ${series.words(highest.value)}`}</span>
        {series.second === undefined ? null : <span className="second-key">{series.second}</span>}
      </p>
    </figure>
  )
}

const MOST_SHOWN = 8

/** What was changed in the time that is drawn, the newest first. */
export function ChangeList({ changes, nowMs }: { changes: readonly Change[]; nowMs: number }) {
  if (changes.length === 0) return <p className="quiet small">Nothing was begun, left or changed in this time.</p>
  const rest = changes.length - MOST_SHOWN
  return (
    <>
      <ChangeRows changes={changes.slice(0, MOST_SHOWN)} nowMs={nowMs} />
      {rest > 0 ? (
        <details className="change-rest">
          <summary className="small">Show {countWords(rest)} more</summary>
          <ChangeRows changes={changes.slice(MOST_SHOWN)} nowMs={nowMs} />
        </details>
      ) : null}
    </>
  )
}

function ChangeRows({ changes, nowMs }: { changes: readonly Change[]; nowMs: number }) {
  return (
    <ul className="change-list small">
      {changes.map((change, place) => {
        const { says, by } = changeWords(change)
        return (
          // Two may be alike, also in their time.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${change.at} ${change.subject} ${place}`}>
            <time dateTime={change.at} title={exactTime(change.at)} className="quiet tabular">
              {timeWords(change.at, nowMs)}
            </time>
            <span className="change-says">{says}</span>
            <span className="quiet change-by">{by ?? 'Sophia'}</span>
          </li>
        )
      })}
    </ul>
  )
}
