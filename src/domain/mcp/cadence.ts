import type { ServerHealth } from './server-health.ts'

/** When a server is asked next, and how long it may take to answer. Milliseconds. */

const HEALTHY_MS = 30_000
const CRITICAL_MS = 10_000
const JITTER = 0.2
const CONFIRM_FROM_MS = 250
const CONFIRM_TO_MS = 1000
const BACK_OFF_MS = [2000, 4000, 8000, 15_000] as const
const TIMEOUT_MOST_MS = 5000
const TIMEOUT_LEAST_MS = 1000

/** The pause between two probes of a server that is well, before jitter and before the calendar: 30 s, 10 s for critical ones. */
export function intervalOf({ isCritical }: { readonly isCritical: boolean }): number {
  return isCritical ? CRITICAL_MS : HEALTHY_MS
}

/**
 * The pause before the next probe: the interval, a fifth more or less by chance; after a first failure a quick look to
 * confirm it; while down 2, 4, 8, then 15 s. `chance` is from 0 to 1.
 */
export function nextProbeIn(
  { state, reason, failures }: Pick<ServerHealth, 'state' | 'reason' | 'failures'>,
  { intervalMs, chance }: { readonly intervalMs: number; readonly chance: number },
): number {
  if (failures === 1) return CONFIRM_FROM_MS + chance * (CONFIRM_TO_MS - CONFIRM_FROM_MS)
  const spread = 1 + JITTER * (2 * chance - 1)
  if (failures > 1 || state === 'unhealthy') {
    return spread * (BACK_OFF_MS[Math.min(Math.max(0, failures - 2), BACK_OFF_MS.length - 1)] ?? 0)
  }
  // Whoever waits for it to be well again wants to know soon.
  return (reason === 'recovering' ? BACK_OFF_MS[0] : intervalMs) * spread
}

/** Four times what all but one in a hundred took, from one to five seconds. */
export function probeTimeout(p99Ms: number | null): number {
  return p99Ms === null ? TIMEOUT_MOST_MS : Math.min(TIMEOUT_MOST_MS, Math.max(TIMEOUT_LEAST_MS, 4 * p99Ms))
}
