import { z } from 'zod'
import { Instant, Money } from './common.ts'

/** What the cache of one process did since it began, by class. */

const Saved = {
  /** Waiting that answers spared, as long as they took to make. */
  savedMs: z.int(),
  /** What they would have cost again, as far as makers named it. */
  saved: Money,
}

const MemoryStats = z.strictObject({
  ...Saved,
  /** Answered while fresh. */
  hits: z.int(),
  entries: z.int(),
  bytes: z.int(),
  maxBytes: z.int(),
  evictions: z.int(),
})

const SharedStats = z.strictObject({
  ...Saved,
  /** Found in Redis while fresh. */
  hits: z.int(),
  writes: z.int(),
  /** Asked or told in vain: Redis was away, too late or full. */
  failures: z.int(),
})

const ClassStats = z.strictObject({
  class: z.string(),
  /** `l1`: in the process. `l2`: in Redis; null for a class that stays in the process, and without Redis. */
  tiers: z.strictObject({ l1: MemoryStats, l2: SharedStats.nullable() }),
  /** Answered past their freshness, while a new value was made or could not be. */
  stale: z.int(),
  /** Waited for what somebody else had asked for already. */
  joined: z.int(),
  misses: z.int(),
  /** Values that could not be made, or not in time. */
  failures: z.int(),
  /** The share of requests that were answered without a making of their own; null before the first. */
  hitRate: z.number().nullable(),
  ...Saved,
})
export type ClassStats = z.infer<typeof ClassStats>

export const CacheStats = z.strictObject({ classes: z.array(ClassStats) })
export type CacheStats = z.infer<typeof CacheStats>

const Spared = {
  requests: z.int(),
  /** Answered fresh; from Redis, as far as `fromRedis` says. */
  fresh: z.int(),
  fromRedis: z.int(),
  stale: z.int(),
  joined: z.int(),
  misses: z.int(),
  failures: z.int(),
  evictions: z.int(),
  hitRate: z.number().nullable(),
  ...Saved,
  /** Of it in the process and from Redis; less than all of it where a version counted that did not tell them apart. */
  byTier: z.strictObject({ l1: z.strictObject(Saved), l2: z.strictObject(Saved) }),
}

/** What the cache of all processes spared, today (UTC) and hour by hour; hours in which nothing was asked are absent. */
export const CacheSavings = z.strictObject({
  day: z.iso.date(),
  ...Spared,
  classes: z.array(
    z.strictObject({
      class: z.string(),
      /** The hit rate that the class promises while the data rests; null: none. */
      promised: z.number().nullable(),
      ...Spared,
    }),
  ),
  hours: z.array(z.strictObject({ hour: Instant, ...Spared })),
})
export type CacheSavings = z.infer<typeof CacheSavings>
export const CacheSavingsQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(1) })

export const CacheTag = z.string().regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 printable characters without spaces')
export const CacheInvalidation = z.strictObject({ tags: z.array(CacheTag).min(1).max(100) })
