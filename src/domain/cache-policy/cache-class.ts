/** Kinds of values that a cache may hold. Each has one policy; none of them is the only copy of anything. */
export const CACHE_CLASSES = [
  'embedding',
  'model-exact',
  'skill-result',
  'tool-result',
  'api-response',
  'auth',
  'directory',
] as const
export type CacheClass = (typeof CACHE_CLASSES)[number]

/** Where a value is kept: `l1` in this process, `l2` in Redis, shared by all processes. */
export type CacheTier = 'l1' | 'l2'

/**
 * Where an answer came from: fresh out of a tier, `stale` when it was past its freshness or stood in for a making that failed or took
 * too long, `miss` when it was made for whoever asked, by them or by somebody they waited with.
 */
export type CacheOrigin = CacheTier | 'stale' | 'miss'

/** Which entry leaves first when room is needed: SIEVE weighted by worth, or greedy by worth, size and uses. */
export type EvictionRule = 'sieve-by-cost' | 'gdsf'
