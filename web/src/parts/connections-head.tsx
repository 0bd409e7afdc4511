import type { McpStatus } from '#contract/mcp.ts'
import { verdictSignal, verdictWords } from '../state/server-words.ts'
import { countWords, durationWords, plural } from '../state/words.ts'
import { Ago } from './server-times.tsx'
import { SignalTag } from './signal.tsx'

const OVERALL_WORDS = { ok: 'Well', degraded: 'Degraded', down: 'Down', unknown: 'Unknown' } as const

/** The verdict over all of them in a sentence, and how many are how. */
export function Verdict({ status }: { status: McpStatus }) {
  const { counts } = status
  const parts: readonly (readonly [number, string])[] = [
    [counts.healthy, 'healthy'],
    [counts.degraded, 'degraded'],
    [counts.unhealthy, 'unhealthy'],
    [counts.unknown, 'unknown'],
    [counts.disabled, 'switched off'],
    [counts.needsAuth, counts.needsAuth === 1 ? 'waits for a sign-in' : 'wait for a sign-in'],
  ]
  return (
    <section className="verdict" aria-label="Verdict">
      <p className="verdict-words">
        <SignalTag signal={verdictSignal(status.overall)}>{OVERALL_WORDS[status.overall]}</SignalTag>
        {verdictWords(status)}
      </p>
      <ul className="verdict-counts small tabular">
        {parts
          .filter(([count]) => count > 0)
          .map(([count, words]) => (
            <li key={words}>
              <strong>{countWords(count)}</strong> {words}
            </li>
          ))}
      </ul>
    </section>
  )
}

/** How fresh what stands here is, and who measures. */
export function MonitorLine({ status, skewMs }: { status: McpStatus; skewMs: number }) {
  const { monitor } = status
  return (
    <>
      {monitor.lastSweepAt ? (
        <>
          Looked at <Ago at={monitor.lastSweepAt} skewMs={skewMs} />
        </>
      ) : (
        'Not looked at yet'
      )}
      , {plural(monitor.probing, 'connection')} probed by this process, up {durationWords(status.uptimeSeconds * 1000)}
    </>
  )
}

/** A lag from here on makes ages and countdowns wrong by as much. */
const LATE_MS = 2000

export function MonitorNotices({ status }: { status: McpStatus }) {
  const { monitor } = status
  return (
    <>
      {monitor.running ? null : (
        <div className="notice notice-risk" role="status">
          <p>
            <strong>The monitor does not run.</strong> What stands here is what was measured last. Calls still go out.
            Restarting Sophia starts it again.
          </p>
        </div>
      )}
      {monitor.running && monitor.lagMs >= LATE_MS ? (
        <div className="notice" role="status">
          <p>
            The monitor is {durationWords(monitor.lagMs)} late: this machine is busy. Probes come later than planned.
          </p>
        </div>
      ) : null}
      {monitor.faults.length > 0 ? (
        <div className="notice notice-risk" role="status">
          <div>
            <p>
              <strong>mcp.json has {plural(monitor.faults.length, 'fault')}.</strong> The last good one stays in force.
            </p>
            <ul className="file-faults">
              {monitor.faults.map((fault) => (
                <li key={fault}>
                  <code>{fault}</code>
                </li>
              ))}
            </ul>
          </div>
        </div>
      ) : null}
    </>
  )
}
