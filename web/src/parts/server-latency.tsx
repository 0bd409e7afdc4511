import { probeGeometry } from '../state/probe-geometry.ts'
import { msWords, tooFewWords, type ServerDetail } from '../state/server-words.ts'
import { countWords, plural, timeWords } from '../state/words.ts'

const SPARK = { width: 300, height: 28 }
const CHART = { width: 640, height: 120 }
/** Above and below the line, so that its end is not cut. */
const AIR = 6

type Latency = Pick<ServerDetail, 'history' | 'latency'>

function failedWords(failed: number, count: number): string {
  if (count === 0) return 'Never probed'
  return failed === 0
    ? `Last ${plural(count, 'probe')}, none failed`
    : `${countWords(failed)} of ${plural(count, 'probe')} failed`
}

/** The last probes in one line; those that failed stand as dashed marks. */
export function ProbeSpark({ history, latency }: Latency) {
  const { probes } = history
  const { path, failures, failed, end } = probeGeometry(probes, SPARK)
  const words = failedWords(failed, probes.length)
  const few = tooFewWords(latency.n, 'probe')
  return (
    <div className="server-spark">
      {probes.length === 0 ? (
        <span className="server-hatch" role="img" aria-label="No probes" />
      ) : (
        <svg
          viewBox={`0 -3 ${SPARK.width} ${SPARK.height + 6}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Latency of the last probes. ${words}.`}
        >
          <Failures at={failures} height={SPARK.height} />
          <path d={path} className="chart-line" vectorEffect="non-scaling-stroke" />
          {end ? (
            <path d={`M${end.x} ${end.y}h0`} className="chart-end-stroke" vectorEffect="non-scaling-stroke" />
          ) : null}
        </svg>
      )}
      <p className="tiny quiet tabular">
        <span className={failed > 0 ? 'risk-text' : ''}>{words}</span>
        <span>{few ?? `${countWords(latency.n)} in 15 min`}</span>
      </p>
    </div>
  )
}

function Failures({ at, height }: { at: readonly number[]; height: number }) {
  if (at.length === 0) return null
  const path = at.map((x) => `M${x} ${height}V0`).join('')
  return <path d={path} className="server-failures" vectorEffect="non-scaling-stroke" />
}

/** The same with its scale and its times, in the sheet. */
export function ProbeChart({ history }: Pick<ServerDetail, 'history'>) {
  const { probes } = history
  const [first, last] = [probes[0], probes.at(-1)]
  if (!first || !last) return <p className="quiet small">No probe yet. Probing now gives the first point.</p>
  const { path, failures, failed, end, ticks } = probeGeometry(probes, CHART)
  const height = CHART.height + 2 * AIR
  return (
    <figure className="chart">
      <div className="chart-frame" style={{ height }}>
        <ol className="chart-ticks tiny quiet tabular" aria-hidden="true">
          {ticks.map((tick) => (
            <li key={tick.value} style={{ top: tick.y + AIR }}>
              {msWords(tick.value)}
            </li>
          ))}
        </ol>
        <svg
          viewBox={`0 ${-AIR} ${CHART.width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Latency of ${plural(probes.length, 'probe')}. ${failedWords(failed, probes.length)}.`}
        >
          {ticks.map((tick) => (
            <path
              key={tick.value}
              d={`M0 ${tick.y}H${CHART.width}`}
              className="chart-base"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          <Failures at={failures} height={CHART.height} />
          <path d={path} className="chart-line" vectorEffect="non-scaling-stroke" />
          {end ? (
            <path d={`M${end.x} ${end.y}h0`} className="chart-end-stroke" vectorEffect="non-scaling-stroke" />
          ) : null}
        </svg>
      </div>
      <figcaption className="chart-words tiny quiet tabular">
        <span>{timeWords(first.at, Date.now())}</span>
        <span className={failed > 0 ? 'risk-text' : ''}>{failedWords(failed, probes.length)}</span>
        <span>{timeWords(last.at, Date.now())}</span>
      </figcaption>
    </figure>
  )
}
