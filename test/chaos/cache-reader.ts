/**
 * A process with a cache of its own beside Redis, as each replica has one: it keeps notes under tags, reads them, and changes some. What
 * is true of them are the numbers in `notes`. Started as a thread; ends when it is told anything.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import pino from 'pino'
import { z } from 'zod'
import { systemClock as clock } from '#platform/clock.ts'
import { redisAddress } from '../support/redis.ts'
import type { NoteEntry } from './history.ts'
import { createRandom } from './seeded-random.ts'

export interface ReaderOrder {
  readonly reader: number
  readonly seed: number
  readonly redisUrl: string
  /** Of the program whose cache it is. */
  readonly root: string
  /** The version of each note, shared by all readers. */
  readonly notes: Int32Array<SharedArrayBuffer>
}

const CHANGE_SHARE = 0.15
/** To read the truth takes a moment, in which it may change. */
const MAKING_MS = 30
const PAUSE_MS = 150
const AT_ONCE = 3

// Sent by our own harness.
const { reader, seed, redisUrl, root, notes } = workerData as ReaderOrder
const load = (file: string): Promise<unknown> => import(pathToFileURL(join(root, file)).href)
// The copy has what this one has, but for the fault in it.
const { createCache } = (await load(
  'src/platform/cache/create-cache.ts',
)) as typeof import('#platform/cache/create-cache.ts')
const { openRedis } = (await load('src/platform/redis/redis-link.ts')) as typeof import('#platform/redis/redis-link.ts')

const log = pino({ level: 'silent' })
const redis = openRedis({ address: redisAddress(redisUrl), namespace: 'chaos', clock, log })
const cache = createCache({ clock, log, random: Math.random, redis })
const space = cache.space<number>('directory', 'notes', { shape: 'note', read: (raw) => z.int().parse(raw) })
const random = createRandom(seed)
let isOver = false

/** The same in every thread. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6
const tagOf = (note: number): string => `note:${note}`
const record = (entry: NoteEntry): void => parentPort?.postMessage(entry)

async function change(note: number): Promise<void> {
  const version = Atomics.add(notes, note, 1) + 1
  await cache.invalidate([tagOf(note)])
  record({ type: 'note-changed', reader, note, version, doneMs: nowMs() })
}

async function read(note: number): Promise<void> {
  const begunMs = nowMs()
  const version = await space.getOrSet(`${note}`, { owner: 'everyone', tags: [tagOf(note)] }, async () => {
    const seen = Atomics.load(notes, note)
    await delay(random() * MAKING_MS)
    return seen
  })
  record({ type: 'note-read', reader, note, version, begunMs })
}

async function work(): Promise<void> {
  while (!isOver) {
    const note = Math.floor(random() * notes.length)
    await (random() < CHANGE_SHARE ? change(note) : read(note))
    await delay(random() * PAUSE_MS)
  }
}

parentPort?.once('message', () => (isOver = true))
await Promise.all(Array.from({ length: AT_ONCE }, work))
await cache.close()
await redis.close()
