import type { Clock } from '#domain/clock.ts'
import type { Log } from '#platform/log/log.ts'

const QUIET_MS = 60_000

/**
 * Says that something goes wrong once, and again once a minute with the count while it lasts: every queue is looked at
 * every few seconds, so an outage would otherwise fill the log.
 */
export function createFaultLog({ log, clock }: { readonly log: Log; readonly clock: Clock }) {
  let saidAtMs: number | undefined
  let untold = 0
  let isTold = false
  return {
    fault(error: unknown, sentence: string): void {
      const nowMs = clock.monotonicMs()
      if (saidAtMs !== undefined && nowMs - saidAtMs < QUIET_MS) {
        untold += 1
        return
      }
      log.warn({ error, 'sophia.faults': untold + 1 }, sentence)
      saidAtMs = nowMs
      untold = 0
      isTold = true
    },
    /** The quiet minute goes on: while connections break one by one, good and bad answers come in turn. */
    recovered(sentence: string): void {
      if (!isTold) return
      isTold = false
      log.info(sentence)
    },
  }
}
