import ipaddr from 'ipaddr.js'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { isFull, takeToken, type Bucket, type BucketRule, type LimitName } from '#domain/rate-limit.ts'

/** Those that are not named stay as shipped. */
export type RequestLimits = Partial<Record<LimitName, BucketRule>>

export interface RateLimiterNeeds {
  readonly clock: Clock
  readonly limits?: RequestLimits
  /** What becomes of a rate a second just now, by the business calendar. */
  readonly rateNow?: ((limit: LimitName, ratePerSecond: number) => number) | undefined
  /** Told of every refusal, for the metric `sophia_rate_limited_total{limit}`. */
  readonly onLimited?: (limit: LimitName) => void
  /** How many members, keys and addresses are remembered at once. */
  readonly maxBuckets?: number
}

/** What holds without the calendar. */
export const DEFAULT_LIMITS: Record<LimitName, BucketRule> = {
  member: { ratePerSecond: 20, burst: 100 },
  key: { ratePerSecond: 20, burst: 100 },
  address: { ratePerSecond: 10, burst: 50 },
}

/**
 * Limits per process: a request with a key counts for the key and its member (more keys are not more requests), one with
 * a session for its member, any other for its address. Throws RATE_LIMITED with the seconds to wait.
 */
export function createRateLimiter(needs: RateLimiterNeeds) {
  const limits = { ...DEFAULT_LIMITS, ...needs.limits }
  const buckets = new Map<string, Bucket>()
  const maxBuckets = needs.maxBuckets ?? 20_000

  function ruleNow(limit: LimitName): BucketRule {
    const rule = limits[limit]
    const ratePerSecond = needs.rateNow?.(limit, rule.ratePerSecond) ?? rule.ratePerSecond
    const burst = (rule.burst * ratePerSecond) / rule.ratePerSecond
    // A bucket that holds less than one request would let none through, ever.
    return { ratePerSecond, burst: ratePerSecond > 0 ? Math.max(1, burst) : 0 }
  }

  function take(limit: LimitName, id: string): void {
    const key = `${limit} ${id}`
    const nowMs = needs.clock.monotonicMs()
    const taken = takeToken(buckets.get(key), ruleNow(limit), nowMs)
    // Set anew, so that the map's order is that of last use.
    buckets.delete(key)
    if (buckets.size >= maxBuckets) makeRoom(buckets, { ruleNow, nowMs })
    buckets.set(key, taken.bucket)
    if (taken.isAllowed) return
    needs.onLimited?.(limit)
    throw new SophiaError('RATE_LIMITED', { retryAfterSeconds: secondsToWait(taken.retryAfterMs) })
  }

  return {
    admit: ({ principal, address }: { readonly principal: Principal | null; readonly address: string }): void => {
      if (!principal) return take('address', addressGroup(address))
      if (principal.credential.kind === 'key') take('key', principal.credential.id)
      take('member', principal.memberId)
    },
    size: () => buckets.size,
  }
}

/** Under a rate of nothing it is not known how long that lasts. */
const MOST_SECONDS = 3600

function secondsToWait(ms: number): number {
  return Math.min(MOST_SECONDS, Math.max(1, Math.ceil(ms / 1000)))
}

/** One host commands a whole /64 of IPv6, so that is what is counted; an IPv4 address in IPv6 dress counts as itself. */
export function addressGroup(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv6)
    return parsed.parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')
  return parsed.toString()
}

/** Drops from the longest unused: those that are full again cost nothing to forget; if there are none, the first goes. */
function makeRoom(
  buckets: Map<string, Bucket>,
  { ruleNow, nowMs }: { ruleNow: (limit: LimitName) => BucketRule; nowMs: number },
): void {
  const SCANNED = 50
  let scanned = 0
  let hasDropped = false
  for (const [key, bucket] of buckets) {
    if (scanned++ >= SCANNED) break
    if (!isFull(bucket, ruleNow(limitOf(key)), nowMs)) continue
    buckets.delete(key)
    hasDropped = true
  }
  if (hasDropped) return
  const oldest = buckets.keys().next()
  if (!oldest.done) buckets.delete(oldest.value)
}

function limitOf(key: string): LimitName {
  if (key.startsWith('member ')) return 'member'
  return key.startsWith('key ') ? 'key' : 'address'
}
