import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import type { Breach, Evidence, Observations } from './history.ts'

type Outage = Observations['outages'][number]

const { leaseMs } = DEFAULT_TURN_LIMITS

/**
 * I12: for one lease after an outage of the database nobody takes over turns. Their owners were as cut off as everybody, and renew as
 * soon as they can. Of an outage that a process began in or soon after nothing is said: what it found expired may well be of one that
 * died; nor of one that is shorter than a lease, which may pass unseen.
 */
export function checkTakeovers({ observed }: Evidence): Breach[] {
  const { outages, restarts, takeovers } = observed
  const isSeenByAll = ({ goneMs, backMs }: Outage): boolean =>
    backMs - goneMs >= leaseMs &&
    !restarts.some(({ begunMs, readyMs }) => begunMs < backMs + leaseMs && readyMs > goneMs)
  return outages.filter(isSeenByAll).flatMap(({ backMs }): Breach[] => {
    const afterMs = takeovers.map(({ atMs }) => atMs - backMs).filter((ms) => ms >= 0 && ms < leaseMs)
    if (afterMs.length === 0) return []
    const first = Math.round(Math.min(...afterMs))
    const what = `${afterMs.length} turns were taken over although nobody had died, the first ${first} ms after the database was back`
    return [{ invariant: 'I12', what }]
  })
}
