/** Who has a limit of requests. */
export const LIMIT_NAMES = ['member', 'key', 'address'] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

/** A bucket that holds at most `burst` tokens and gains `ratePerSecond`; each request takes one. */
export interface BucketRule {
  readonly ratePerSecond: number
  readonly burst: number
}

export interface Bucket {
  readonly tokens: number
  /** Monotonic milliseconds at which `tokens` was true. */
  readonly atMs: number
}

export interface Taken {
  readonly bucket: Bucket
  readonly isAllowed: boolean
  /** Until one token is there again; 0 when allowed. */
  readonly retryAfterMs: number
}

/** What the bucket holds at `nowMs`. A clock that went back adds nothing. */
function refill(bucket: Bucket | undefined, rule: BucketRule, nowMs: number): Bucket {
  if (!bucket) return { tokens: rule.burst, atMs: nowMs }
  if (nowMs <= bucket.atMs) return bucket
  const gained = ((nowMs - bucket.atMs) * rule.ratePerSecond) / 1000
  return { tokens: Math.min(rule.burst, bucket.tokens + gained), atMs: nowMs }
}

/** Takes one token if there is one. A new bucket starts full; a refused request costs nothing. */
export function takeToken(bucket: Bucket | undefined, rule: BucketRule, nowMs: number): Taken {
  const filled = refill(bucket, rule, nowMs)
  if (filled.tokens >= 1) return { bucket: { ...filled, tokens: filled.tokens - 1 }, isAllowed: true, retryAfterMs: 0 }
  return {
    bucket: filled,
    isAllowed: false,
    retryAfterMs: Math.ceil(((1 - filled.tokens) * 1000) / rule.ratePerSecond),
  }
}

/** True when the bucket is as good as new, so that forgetting it changes nothing. */
export function isFull(bucket: Bucket, rule: BucketRule, nowMs: number): boolean {
  return refill(bucket, rule, nowMs).tokens >= rule.burst
}
