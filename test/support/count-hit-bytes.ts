import pino from 'pino'
import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { createCoarseClock, systemClock as clock } from '#platform/clock.ts'

/**
 * A process of its own with `--expose-gc` and a young generation that none of it fills: asks a million times for what is kept, five
 * times over, and prints how many bytes of the heap that took and how often the answer was a promise.
 */

const HITS = 1_000_000
const HOUR_MS = 3_600_000
const KEYS = Array.from({ length: 64 }, (_none, at) => `key:${at}`)
const HOLDING = { owner: 'everyone', tags: ['t'] }

const policies = { ...CACHE_POLICIES, directory: { ...CACHE_POLICIES.directory, softMs: HOUR_MS, hardMs: HOUR_MS } }
const cache = createCache({
  clock,
  coarseMs: createCoarseClock(),
  log: pino({ level: 'silent' }),
  random: Math.random,
  policies,
})
const space = cache.space<object>('directory', 'hits')
const never = async (): Promise<never> => {
  throw new Error('a value was lost')
}
for (const key of KEYS) await space.getOrSet(key, HOLDING, async () => ({ key }))

function ask(count: number): number {
  let promises = 0
  for (let at = 0; at < count; at += 1) {
    const found = space.getOrSet(KEYS[at % KEYS.length] ?? '', HOLDING, never)
    if (found instanceof Promise) promises += 1
  }
  return promises
}

function measure(): { promises: number; bytes: number; hits: number } {
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  const promises = ask(HITS)
  return { promises, bytes: process.memoryUsage().heapUsed - before, hits: HITS }
}

// Compiled first: what the compiler needs is no part of a hit.
for (let round = 0; round < 5; round += 1) ask(HITS / 5)
const rounds = Array.from({ length: 5 }, measure)
await cache.close()
process.stdout.write(JSON.stringify(rounds))
