import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createClient } from 'redis'
import { startRedis } from '../test/support/redis.ts'
import { compareDollars } from './cache/dollars.ts'
import { measureFrozen, measureMemoryHits, measureSharedHits, type SharedHits } from './cache/hits.ts'
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
    const stampede = await countAllMakings(redis.url, isQuick ? 5 : 20)
    const frozen = await measureFrozen(redis)
    const dollars = compareDollars(isQuick ? 200_000 : 1_000_000)
    const hitRates = await measureReadMix(isQuick ? 10 : 40)
    return present({ memory, shared, stampede, frozen, dollars, hitRates })
  } catch (error) {
    // Clients that are still open tell of Redis having gone, and nobody would hear of this.
    process.stderr.write(`${inspect(error)}\n`)
    throw error
  } finally {
    await redis.end()
  }
}

interface Seen {
  readonly memory: Record<string, number>
  readonly shared: SharedHits
  readonly stampede: Record<string, number>
  readonly frozen: Awaited<ReturnType<typeof measureFrozen>>
  readonly dollars: ReturnType<typeof compareDollars>
  readonly hitRates: Record<string, number>
}

function present({ memory, shared, stampede, frozen: { sophia: frozen, ...frozenPeers }, dollars, hitRates }: Seen) {
  const l2 = Object.fromEntries(
    Object.entries(shared.besideRawGet).map(([name, { reader, raw }]) => [name, round(reader / raw)]),
  )
  return {
    results: {
      l1HitRatio: round((memory['sophia'] ?? Number.NaN) / (memory['lru-cache'] ?? Number.NaN)),
      l2HitP50Ratio: l2['sophia'],
      stampedeFactoryCalls: stampede['sophia'],
      frozenHotP99Ms: round(frozen?.hotP99Ms ?? Number.NaN),
      frozenColdMs: round(frozen?.coldMs ?? Number.NaN),
      frozenNextColdMs: round(frozen?.nextColdMs ?? Number.NaN),
      dollarsVsLru: round(Math.min(...dollars.map(({ ratio }) => ratio))),
      hitRate: round(hitRates['api-response'] ?? Number.NaN),
    },
    baselines: {
      l1MillionHitsPerSecond: rounded(memory),
      l2HitP50Micros: roundedAll(shared.besideRawGet),
      l2HitP50MicrosInTurns: rounded(shared.inTurns),
      stampedeFactoryCalls: stampede,
      frozenForFourSeconds: roundedAll(frozenPeers),
      dollarsBySize: dollars.map(({ share, ratio, ...by }) => ({ share, ratio: round(ratio), ...roundedAll(by) })),
      hitRates: rounded(hitRates),
    },
    ratios: {
      l1ToLruCache: ratios(memory, 'lru-cache'),
      l2ToRawGet: l2,
      l2ToRawGetInTurns: ratios(shared.inTurns, 'raw get'),
    },
  }
}

async function countAllMakings(url: string, rushes: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of ['sophia', 'bentocache', 'cache-manager', 'cacheable'])
    counts[name] = await countMakings(url, { name, rushes })
  return counts
}

interface Rushing {
  readonly name: string
  /** Each for a value of its own, one after the other. */
  readonly rushes: number
}

/** Four processes, each with 250 who ask at once for what nobody has; the most makings that one such rush took. */
async function countMakings(url: string, { name, rushes }: Rushing): Promise<number> {
  const workers = Array.from({ length: 4 }, () => fork(WORKER, [url, name]))
  await Promise.all(workers.map(hear))
  const client = createClient({ url })
  await client.connect()
  const counts: number[] = []
  for (let rush = 0; rush < rushes; rush += 1) {
    const done = workers.map(hear)
    for (const worker of workers) worker.send(`${name} rush ${rush}`)
    await Promise.all(done)
    counts.push(Number((await client.get(`makings ${name} rush ${rush}`)) ?? Number.NaN))
  }
  for (const worker of workers) worker.kill()
  client.destroy()
  return Math.max(...counts)
}

/** The next word of a worker; rejects when it ends instead. */
function hear(worker: ChildProcess): Promise<unknown> {
  const ended = once(worker, 'exit').then(() => Promise.reject(new Error('a worker of the benchmark ended')))
  return Promise.race([once(worker, 'message'), ended])
}

function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]))
}

function roundedAll<Name extends string>(all: Readonly<Record<Name, object>>): Record<string, Record<string, number>> {
  return Object.fromEntries(Object.entries<object>(all).map(([name, values]) => [name, rounded({ ...values })]))
}

function ratios(values: Readonly<Record<string, number>>, to: string): Record<string, number> {
  const base = values[to] ?? Number.NaN
  return rounded(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value / base])))
}
