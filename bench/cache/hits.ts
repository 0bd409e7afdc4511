import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { createClient } from 'redis'
import { redisAddress } from '../../test/support/redis.ts'
import { z } from 'zod'
import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { createCoarseClock, systemClock as clock } from '#platform/clock.ts'
import { openRedis } from '#platform/redis/redis-link.ts'
import { installPeers, openMemoryPeers, openSharedPeers, openTieredPeers, type Peer } from './peers.ts'
import { median, percentile } from '../support/statistics.ts'

const Value = z.object({ id: z.string(), text: z.string() })
const FORM = { shape: 'value', read: (raw: unknown) => Value.parse(raw) }
const EVERYONE = { owner: 'everyone' }
const MEGABYTE = 1024 * 1024
const HOUR_MS = 3_600_000

/** About a kilobyte. */
function makeValue(key: string): z.infer<typeof Value> {
  return { id: key, text: 'x'.repeat(1000) }
}

/** Sophia's cache with room for all keys; with an address also in Redis. */
async function openOwn(url: string | null) {
  const log = pino({ level: 'silent' })
  const redis = url === null ? null : openRedis({ address: redisAddress(url), namespace: 'bench', clock, log })
  const directory = { ...CACHE_POLICIES.directory, softMs: HOUR_MS, hardMs: HOUR_MS, maxBytes: 256 * MEGABYTE }
  const cache = createCache({
    clock,
    coarseMs: createCoarseClock(),
    log,
    random: Math.random,
    policies: { ...CACHE_POLICIES, directory },
    redis,
  })
  const space = cache.space('directory', 'bench', FORM)
  while (redis && !redis.isUp()) await delay(5)
  const peer: Peer = {
    name: 'sophia',
    // What makers of this benchmark give is a value.
    getOrSet: (key, make) => space.getOrSet(key, EVERYONE, make as () => Promise<z.infer<typeof Value>>),
    close: async () => {
      await cache.close()
      await redis?.close()
    },
  }
  return { ...peer, written: () => cache.ledgers()[0]?.ledger.tiers.l2.writes ?? 0 }
}

const KEYS = Array.from({ length: 10_000 }, (_none, at) => `key:${at}`)

/** Millions of hits for a second of processor time, so that others at work on the machine weigh less. */
async function countHits({ name, getOrSet }: Pick<Peer, 'name' | 'getOrSet'>, count: number): Promise<number> {
  const never = async (): Promise<never> => {
    throw new Error(`${name} has lost a value`)
  }
  const begun = process.cpuUsage()
  for (let at = 0; at < count; at += 1) {
    const found = getOrSet(KEYS[(at * 7919) % KEYS.length] ?? '', never)
    // As callers may: what is there is there, and only what is not is waited for.
    if (found instanceof Promise) await found
  }
  return count / (process.cpuUsage(begun).user + 1)
}

/** Millions of hits in the process for a second of processor time, one after the other; rounds take turns, medians over them. */
export async function measureMemoryHits(rounds: number): Promise<Record<string, number>> {
  installPeers()
  const peers = [await openOwn(null), ...(await openMemoryPeers())]
  for (const peer of peers) for (const key of KEYS) await peer.getOrSet(key, async () => makeValue(key))
  const found: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, getOrSet } of peers) {
      const isQuick = name === 'sophia' || name === 'lru-cache'
      const count = isQuick ? 400_000 : 20_000
      const millions = await countHits({ name, getOrSet }, count)
      ;(found[name] ??= []).push(millions)
    }
  }
  for (const peer of peers) await peer.close()
  return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, median(values)]))
}

/** Rejects when for ten seconds nothing more comes: on a machine that is too busy a command misses its deadline, and its value is not put. */
async function untilWritten({ written }: { written(): number }, count: number): Promise<void> {
  let seen = -1
  for (let waited = 0; written() < count; waited += 1) {
    if (written() !== seen) waited = 0
    seen = written()
    if (waited > 2000) throw new Error(`${count - seen} values did not come to Redis in time: the machine is too busy`)
    await delay(5)
  }
}

/** Of the reads from Redis, so many come first and do not count: a server that has run for a minute has compiled what it does. */
const WARM_UP_SHARE = 0.2

/** Median times in microseconds. */
type Medians = Record<string, number>

export interface SharedHits {
  /** Each reader in a pass of its own, in turns with a raw GET: what the reader itself adds. */
  readonly besideRawGet: Record<string, { readonly reader: number; readonly raw: number }>
  /** All of them in turns: each comes after the others, which leave it a cold machine. */
  readonly inTurns: Medians
}

/** Reads from Redis, each key once by whoever has it not in the process. */
export async function measureSharedHits(url: string, count: number): Promise<SharedHits> {
  const run = randomUUID()
  const passes = ['alone', 'turns']
  const keys = Array.from({ length: count }, (_none, at) => `shared:${run}:${at}`)
  // As Sophia's own line is set up, without the client's limit for each command.
  const raw = createClient({ url, commandOptions: { timeout: 0 } })
  await raw.connect()
  const writer = await openOwn(url)
  const writers = await openSharedPeers(url)
  for (const pass of passes)
    for (const key of keys) {
      await raw.set(`raw:${key}`, JSON.stringify(makeValue(key)))
      for (const { name, getOrSet } of [writer, ...writers])
        await getOrSet(`${name}:${pass}:${key}`, async () => makeValue(key))
    }
  // Handed over beside the answers: what is not there yet would be a miss.
  await untilWritten(writer, count * passes.length)
  const readers = [await openOwn(url), ...(await openSharedPeers(url))]
  const rawGet: Reader = { name: 'raw get', read: (_pass, key) => raw.get(`raw:${key}`) }
  const reading = readers.map((peer): Reader => ({
    name: peer.name,
    read: (pass, key) => readOnly(peer, `${pass}:${key}`),
  }))
  const besideRawGet: SharedHits['besideRawGet'] = {}
  for (const reader of reading) {
    const medians = await takeTurns([rawGet, reader], 'alone', keys)
    besideRawGet[reader.name] = { reader: medians[reader.name] ?? Number.NaN, raw: medians[rawGet.name] ?? Number.NaN }
  }
  const inTurns = await takeTurns([rawGet, ...reading], 'turns', keys)
  for (const peer of [writer, ...writers, ...readers]) await peer.close()
  raw.destroy()
  return { besideRawGet, inTurns }
}

interface Reader {
  readonly name: string
  readonly read: (pass: string, key: string) => unknown
}

function readOnly({ name, getOrSet }: Peer, key: string): unknown {
  return getOrSet(`${name}:${key}`, async () => {
    throw new Error(`${name} has lost a value`)
  })
}

async function takeTurns(readers: readonly Reader[], pass: string, keys: readonly string[]): Promise<Medians> {
  const found = new Map(readers.map(({ name }) => [name, [] as number[]]))
  for (const [at, key] of keys.entries()) {
    if (at === Math.round(keys.length * WARM_UP_SHARE)) for (const times of found.values()) times.length = 0
    for (const { name, read } of readers) {
      const begunMs = performance.now()
      await read(pass, key)
      found.get(name)?.push((performance.now() - begunMs) * 1000)
    }
  }
  return Object.fromEntries([...found].map(([name, times]) => [name, median(times)]))
}

interface Frozen {
  readonly hotP99Ms: number
  readonly coldMs: number
  readonly nextColdMs: number
}

interface Freezable {
  readonly url: string
  freeze(): void
  thaw(): void
}

/** Longer than anybody would wait for a page. */
const FROZEN_MS = 4000

/** Redis stands still for four seconds: how long hits in the process take, the first cold read, and the next; in milliseconds. */
export async function measureFrozen(redis: Freezable): Promise<Record<string, Frozen>> {
  const own = await openOwn(redis.url)
  const peers = [own, ...(await openTieredPeers(redis.url))]
  const found: Record<string, Frozen> = {}
  for (const peer of peers) {
    await peer.getOrSet(`${peer.name}:hot`, async () => makeValue('hot'))
    if (peer === own) await untilWritten(own, 1)
    // Whoever hands values over beside the answer has done so.
    await delay(200)
    redis.freeze()
    const thawed = delay(FROZEN_MS).then(() => redis.thaw())
    found[peer.name] = await readFrozen(peer)
    await thawed
    await delay(200)
  }
  for (const peer of peers) await peer.close()
  return found
}

async function readFrozen({ name, getOrSet }: Peer): Promise<Frozen> {
  const time = async (key: string): Promise<number> => {
    const begunMs = performance.now()
    await getOrSet(`${name}:${key}`, async () => makeValue(key))
    return performance.now() - begunMs
  }
  const hot: number[] = []
  for (let at = 0; at < 1000; at += 1) hot.push(await time('hot'))
  const coldMs = await time('cold')
  return { hotP99Ms: percentile(hot, 0.99), coldMs, nextColdMs: await time('another') }
}
