import { CACHE_CLASSES } from '#domain/cache-policy/cache-class.ts'
import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'
import { dayOf } from '#domain/day.ts'
import type { HourRow } from './cache-hours-store.ts'
import { addCounts, NO_COUNTS, type Counts } from './counts.ts'

const USD = 'USD'

/** Hours as people read them: what was spared today and by what, and the hours one by one. Days are UTC. */
export function presentSavings(rows: readonly HourRow[], now: Date) {
  const today = dayOf(now)
  const ofToday = rows.filter(({ hour }) => dayOf(hour) === today)
  const sumOf = (some: readonly HourRow[]): Counts => some.map(({ counts }) => counts).reduce(addCounts, NO_COUNTS)
  const classes = CACHE_CLASSES.flatMap((name) => {
    const own = ofToday.filter(({ cacheClass }) => cacheClass === name)
    return own.length === 0
      ? []
      : [{ class: name, promised: CACHE_POLICIES[name].promisedShare ?? null, ...present(sumOf(own)) }]
  })
  const byHour = Map.groupBy(rows, ({ hour }) => hour.toISOString())
  return {
    day: today,
    ...present(sumOf(ofToday)),
    // What spared most comes first: money, and with equal money the wait.
    classes: classes.toSorted((a, b) => b.saved.amountMicros - a.saved.amountMicros || b.savedMs - a.savedMs),
    hours: [...byHour].map(([hour, own]) => ({ hour, ...present(sumOf(own)) })),
  }
}

function present(counts: Counts) {
  const answered = counts.l1Hits + counts.l2Hits + counts.stale + counts.joined
  const requests = answered + counts.misses
  return {
    requests,
    fresh: counts.l1Hits + counts.l2Hits,
    fromRedis: counts.l2Hits,
    stale: counts.stale,
    joined: counts.joined,
    misses: counts.misses,
    failures: counts.failures,
    evictions: counts.evictions,
    hitRate: requests === 0 ? null : answered / requests,
    ...spared(counts.savedMs, counts.savedMicros),
    byTier: {
      l1: spared(counts.l1SavedMs, counts.l1SavedMicros),
      l2: spared(counts.l2SavedMs, counts.l2SavedMicros),
    },
  }
}

function spared(ms: number, micros: number) {
  return { savedMs: Math.round(ms), saved: { amountMicros: Math.round(micros), currency: USD } }
}
