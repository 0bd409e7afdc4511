import { PROBE_EVERY_MS, WINDOW_DAYS } from './objectives.ts'

/** So many of one thing, seen at one time. */
export interface SeenAt {
  readonly atMs: number
  readonly times: number
}

const DAY_MS = 86_400_000
const FINE_MS = 10_000
const HOUR_MS = 3_600_000
/** Up to here an outage is spread by ten seconds, a longer one by the hour: what is stored of it has a bound. */
const MOST_FINE_MS = DAY_MS / 2

/** The probes that an outage would have failed, spread over it; of one that is longer than the window what lies in that. */
export function missedProbes(sinceMs: number, untilMs: number): SeenAt[] {
  const fromMs = Math.max(sinceMs, untilMs - WINDOW_DAYS * DAY_MS)
  const stepMs = untilMs - fromMs <= MOST_FINE_MS ? FINE_MS : HOUR_MS
  const steps = Math.max(0, Math.ceil((untilMs - fromMs) / stepMs))
  return Array.from({ length: steps }, (_, at) => {
    const atMs = fromMs + at * stepMs
    return { atMs, times: Math.round(Math.min(stepMs, untilMs - atMs) / PROBE_EVERY_MS) }
  }).filter(({ times }) => times > 0)
}
