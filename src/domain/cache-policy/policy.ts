import type { CacheClass, CacheTier, EvictionRule } from './cache-class.ts'

/** How the values of one class are kept. All times in milliseconds, sizes in bytes. */
export interface CachePolicy {
  /** From then on a value is stale: still answered at once, while it is made anew in the background. */
  readonly softMs: number
  /** From then on it is no longer answered in place of a new one. */
  readonly hardMs: number
  /** For how long after that it may still answer when making a new one fails or takes too long. */
  readonly staleIfErrorMs: number
  /** How long it is remembered that there is nothing. */
  readonly negativeMs: number
  /** The share by which lifetimes differ at random, either way, so that what came together does not end together. */
  readonly jitter: number
  /** How long making is waited for while an older value could answer. */
  readonly softFactoryMs: number
  /** How long making is waited for at all. */
  readonly hardFactoryMs: number
  /** For how long an older value answers without a new try after making failed. */
  readonly pauseAfterErrorMs: number
  /** Room of all values of the class in one process. */
  readonly maxBytes: number
  /** A larger value is handed on, but not kept. */
  readonly maxEntryBytes: number
  readonly eviction: EvictionRule
  readonly tiers: readonly CacheTier[]
  /** Share of its reads that the class promises to answer without making anything, while the data rests; without it nothing is promised. */
  readonly promisedShare?: number
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MEGABYTE = 1024 * 1024

const STANDARD = {
  negativeMs: 5 * SECOND,
  jitter: 0.1,
  softFactoryMs: 500,
  hardFactoryMs: 30 * SECOND,
  pauseAfterErrorMs: SECOND,
  maxBytes: 16 * MEGABYTE,
  maxEntryBytes: MEGABYTE,
  eviction: 'sieve-by-cost',
  tiers: ['l1', 'l2'],
} as const satisfies Partial<CachePolicy>

/** How many of the runs of skills asked for most often are ready without a word of the calendar. */
export const PREWARMED_SKILLS = 50

/** The policy of each class, resolved once; nothing is merged when a value is asked for. */
export const CACHE_POLICIES: Readonly<Record<CacheClass, CachePolicy>> = {
  // Made from the text and the model alone: the same for ever.
  embedding: { ...STANDARD, softMs: 30 * DAY, hardMs: 30 * DAY, staleIfErrorMs: 0, maxBytes: 32 * MEGABYTE },
  // Money differs a thousandfold between these, and nobody waits less for the cheap ones: money alone decides.
  'model-exact': {
    ...STANDARD,
    softMs: DAY,
    hardMs: DAY,
    staleIfErrorMs: 0,
    hardFactoryMs: 2 * MINUTE,
    maxBytes: 32 * MEGABYTE,
    eviction: 'gdsf',
  },
  // Kept under the state of the data and the day: what ends them is a change. Made ready ahead, they shall last until they are asked for.
  'skill-result': {
    ...STANDARD,
    softMs: 10 * MINUTE,
    hardMs: HOUR,
    staleIfErrorMs: 0,
    tiers: ['l1'],
    promisedShare: 0.95,
  },
  // Whether a server may be asked is this process's own knowledge, and so is what it answered.
  'tool-result': { ...STANDARD, softMs: 15 * SECOND, hardMs: 15 * SECOND, staleIfErrorMs: 0, tiers: ['l1'] },
  'api-response': { ...STANDARD, softMs: 30 * SECOND, hardMs: 5 * MINUTE, staleIfErrorMs: HOUR, promisedShare: 0.95 },
  // What a person may do is never answered from an old day, nor kept outside the process.
  auth: {
    ...STANDARD,
    softMs: 2 * SECOND,
    hardMs: 2 * SECOND,
    staleIfErrorMs: 0,
    negativeMs: SECOND,
    maxBytes: 4 * MEGABYTE,
    tiers: ['l1'],
  },
  directory: { ...STANDARD, softMs: MINUTE, hardMs: 10 * MINUTE, staleIfErrorMs: HOUR, maxBytes: 8 * MEGABYTE },
}

/** What a class promises by its policy. Throws for one that promises nothing: no objective can be made of that. */
export function promisedShareOf(cacheClass: CacheClass): number {
  const { promisedShare } = CACHE_POLICIES[cacheClass]
  if (promisedShare === undefined) throw new Error(`the cache class ${cacheClass} promises no share of hits`)
  return promisedShare
}
