import type { CacheClass } from './cache-class.ts'
import type { CachePolicy } from './policy.ts'

/** Until when a value answers, on the same scale of milliseconds as `nowMs`; never in falling order. */
export interface Expiry {
  readonly freshUntilMs: number
  readonly staleUntilMs: number
  readonly fallbackUntilMs: number
}

/**
 * `fresh`: answers. `stale`: answers while a new one is made in the background. `fallback`: answers only when making a new
 * one fails or takes too long. `dead`: answers nothing.
 */
export type Age = 'fresh' | 'stale' | 'fallback' | 'dead'

/** What the calendar asks of lifetimes at an instant. Factors of one change nothing. */
export interface Season {
  /** Multiplies how long a value is fresh. */
  readonly ttlFactor: number
  /** Multiplies how long it may answer beyond that. */
  readonly staleFactor: number
  /** The next instant, in milliseconds since 1970, from which nothing older may answer; null when none is near. */
  readonly freshAtMs: number | null
  /** The last such instant up to this one; null when none is known. */
  readonly freshSinceMs: number | null
}

/** The season of a class at an instant in milliseconds since 1970. */
export type SeasonOf = (cacheClass: CacheClass, atMs: number) => Season

export interface Birth {
  readonly nowMs: number
  /** From 0 up to, not including, 1. */
  readonly random: number
  readonly season?: Pick<Season, 'ttlFactor' | 'staleFactor'>
  /** How long until nothing older may answer; null when no such instant is near. */
  readonly untilFreshMs?: number | null
  /** It stands for "there is nothing". */
  readonly isNothing: boolean
}

const PLAIN = { ttlFactor: 1, staleFactor: 1 } as const

/** When a value made now is fresh, stale and gone. A demand for fresh values ends all three: nothing survives into it. */
export function expiryOf(policy: CachePolicy, birth: Birth): Expiry {
  const { nowMs, random, season = PLAIN, isNothing } = birth
  const spread = 1 + policy.jitter * (2 * random - 1)
  const softMs = (isNothing ? policy.negativeMs : policy.softMs) * Math.max(0, season.ttlFactor) * spread
  const stretch = Math.max(0, season.staleFactor) * spread
  const staleMs = isNothing ? 0 : Math.max(0, policy.hardMs - policy.softMs) * stretch
  const fallbackMs = isNothing ? 0 : policy.staleIfErrorMs * stretch
  const capMs = nowMs + Math.max(0, birth.untilFreshMs ?? Number.POSITIVE_INFINITY)
  return {
    freshUntilMs: Math.min(nowMs + softMs, capMs),
    staleUntilMs: Math.min(nowMs + softMs + staleMs, capMs),
    fallbackUntilMs: Math.min(nowMs + softMs + staleMs + fallbackMs, capMs),
  }
}

/** How a value may answer at `nowMs`. */
export function ageOf(expiry: Expiry, nowMs: number): Age {
  if (nowMs < expiry.freshUntilMs) return 'fresh'
  if (nowMs < expiry.staleUntilMs) return 'stale'
  return nowMs < expiry.fallbackUntilMs ? 'fallback' : 'dead'
}

/** Beyond so many times the making time before its end a value is not renewed: the chance would be 1 in 22 000. */
const EARLY_REACH = 10

/** True while an early renewal is possible at all; cheap, so that most reads draw no random number. */
export function isNearEnd(value: Pick<Expiry, 'freshUntilMs'> & { readonly makingMs: number }, nowMs: number): boolean {
  return value.freshUntilMs - nowMs < value.makingMs * EARLY_REACH
}

/**
 * Whether this reader should renew a value before its end, after XFetch: the longer making takes and the nearer the end,
 * the likelier. `random` above 0 up to 1. Of many readers about one does, without a word between them.
 */
export function isRenewedEarly(
  value: Pick<Expiry, 'freshUntilMs'> & { readonly makingMs: number },
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): boolean {
  return isNearEnd(value, nowMs) && nowMs - value.makingMs * Math.log(random) >= value.freshUntilMs
}
