import type { Drill, DrillRun } from '#contract/drills.ts'
import { lastRun, openRun, trendBars, trendWords, verdictLook } from '../state/drill-words.ts'
import { SignalTag } from './signal.tsx'

/** What the last rehearsal showed, or that one is under way. */
export function DrillState({ drill }: { drill: Drill }) {
  const open = openRun(drill)
  if (open)
    return (
      <span className="drill-open-run small" role="status">
        {open.state === 'running' ? <span className="spinner" aria-hidden="true" /> : null}
        {open.state === 'running' ? 'Running' : 'Waiting'}
      </span>
    )
  const { signal, words } = verdictLook(lastRun(drill))
  return <SignalTag signal={signal}>{words}</SignalTag>
}

const HEIGHT = 20
const WIDTH = 140

/** One bar for each rehearsal that was measured, as high as its recovery was long. */
export function DrillTrend({ runs }: { runs: readonly DrillRun[] }) {
  const bars = trendBars(runs, HEIGHT)
  if (bars.length === 0) return <span className="quiet small">none yet</span>
  return (
    <svg className="drill-trend" width={WIDTH} height={HEIGHT} role="img" aria-label={trendWords(runs)}>
      {bars.map(({ x, height, isBroken }) => (
        <rect
          key={x}
          x={x}
          y={HEIGHT - height}
          width="5"
          height={height}
          rx="1"
          className={isBroken ? 'drill-bar is-broken' : 'drill-bar'}
        />
      ))}
    </svg>
  )
}
