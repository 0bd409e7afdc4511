import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createClient } from 'redis'
import { startRedis } from '../test/support/redis.ts'
import { compareDollars } from './cache/dollars.ts'
import { measureFrozen, measureMemoryHits, measureSharedHits } from './cache/hits.ts'
import { measureReadMix } from './cache/read-mix.ts'
import { round } from './support/statistics.ts'
import type { BenchOptions } from './support/bench-options.ts'

const WORKER = join(import.meta.dirname, 'cache-worker.ts')

/** The cache beside libraries of the field and raw Redis, all in one run on one machine. Needs redis-server. */
export async function run({ isQuick }: BenchOptions) {
  const memory = await measureMemoryHits(isQuick ? 5 : 11)
  const redis = await startRedis()
  try {
    const shared = await measureSharedHits(redis.url, isQuick ? 2000 : 10_000)
    const stampede: Record<string, number> = {}
    for (const name of ['sophia', 'bentocache', 'cache-manager']) stampede[name] = await countMakings(redis.url, name)
    const frozen = await measureFrozen(redis)
    const dollars = compareDollars(isQuick ? 200_000 : 1_000_000)
    const hitRates = await measureReadMix(isQuick ? 10 : 40)
    const l2 = shared['sophia'] ?? Number.NaN
    return {
      results: {
        l1HitRatio: round((memory['sophia'] ?? Number.NaN) / (memory['lru-cache'] ?? Number.NaN)),
        l2HitP50Ratio: round(l2 / (shared['raw get'] ?? Number.NaN)),
        stampedeFactoryCalls: stampede['sophia'],
        frozenHotP99Ms: round(frozen.hotP99Ms),
        frozenColdMs: round(frozen.coldMs),
        frozenNextColdMs: round(frozen.nextColdMs),
        dollarsVsLru: round(Math.min(...dollars.map(({ ratio }) => ratio))),
        hitRate: round(hitRates['api-response'] ?? Number.NaN),
      },
      baselines: {
        l1MillionHitsPerSecond: rounded(memory),
        l2HitP50Micros: rounded(shared),
        stampedeFactoryCalls: stampede,
        dollarsBySize: dollars.map(({ share, ratio, own, lru }) => ({
          share,
          ratio: round(ratio),
          own: rounded({ ...own }),
          lru: rounded({ ...lru }),
        })),
        hitRates: rounded(hitRates),
      },
      ratios: { l1ToLruCache: ratios(memory, 'lru-cache'), l2ToRawGet: ratios(shared, 'raw get') },
    }
  } finally {
    await redis.end()
  }
}

/** Four processes, each with 250 who ask at once for what nobody has. */
async function countMakings(url: string, name: string): Promise<number> {
  const workers = Array.from({ length: 4 }, () => fork(WORKER, [url, name]))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const done = workers.map((worker) => once(worker, 'message'))
  for (const worker of workers) worker.send('rush')
  await Promise.all(done)
  for (const worker of workers) worker.kill()
  const client = createClient({ url })
  await client.connect()
  const count = Number(await client.get(`makings ${name} rush`))
  client.destroy()
  return count
}

function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]))
}

function ratios(values: Readonly<Record<string, number>>, to: string): Record<string, number> {
  const base = values[to] ?? Number.NaN
  return rounded(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value / base])))
}
