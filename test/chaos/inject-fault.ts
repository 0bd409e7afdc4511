import { rm, open, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { Replica } from '../support/cluster/start-replica.ts'
import type { ChaosCluster } from './chaos-cluster.ts'
import type { Fault, PlannedFault } from './plan-faults.ts'
import { takePool } from './take-pool.ts'

/** What a fault is done to, and where its end is seen to. */
export interface Nemesis {
  readonly house: ChaosCluster
  /** Restarts that are under way; a fault that takes a process away waits for them. */
  readonly starting: Set<Promise<void>>
  /** Of the database, and of processes: see `Observations`. */
  readonly outages: { readonly goneMs: number; readonly backMs: number }[]
  readonly restarts: { readonly begunMs: number; readonly readyMs: number }[]
  /** What processes that are gone wrote. */
  readonly logs: { readonly name: string; readonly text: string }[]
  /** Whether the disk of the deployment is its own, so that it may be filled. */
  readonly hasOwnDisk: boolean
}

type Injection = (nemesis: Nemesis, planned: PlannedFault) => Promise<void>

/** Does one fault and, after its time, ends it. A replica that was ended is starting again when this resolves. */
export async function injectFault(nemesis: Nemesis, planned: PlannedFault): Promise<void> {
  await INJECTIONS[planned.fault](nemesis, planned)
}

const MOST_STARTS = 10
/** Until the balancer has seen that it is there, and members have asked it. */
const AT_WORK_MS = 1500
const LOOK_MS = 20
const SHIFT_CLOCK = join(import.meta.dirname, 'shift-clock.ts')

const INJECTIONS: Readonly<Record<Fault, Injection>> = {
  'replica-kill': (nemesis, { place }) => restart(nemesis, { place, end: (replica) => replica.kill() }),
  'replica-term': (nemesis, { place }) => restart(nemesis, { place, end: (replica) => replica.term() }),
  'clock-offset': (nemesis, { place, offsetMs }) =>
    restart(nemesis, {
      place,
      end: (replica) => replica.kill(),
      settings: {
        NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${SHIFT_CLOCK}`,
        CHAOS_CLOCK_OFFSET_MS: String(offsetMs),
      },
    }),
  async 'replica-freeze'(nemesis, { place, lastsMs }) {
    await untilAtWork(nemesis)
    const replica = replicaAt(nemesis, place)
    replica.stop()
    await delay(lastsMs)
    replica.cont()
  },
  async 'redis-kill'({ house: { cluster } }, { lastsMs }) {
    await cluster.redis.kill()
    await delay(lastsMs)
    await cluster.redis.start()
  },
  async 'redis-freeze'({ house: { cluster } }, { lastsMs }) {
    await cluster.redis.freeze()
    await delay(lastsMs)
    await cluster.redis.thaw()
  },
  async 'redis-flush'({ house: { cluster } }) {
    await cluster.redis.command('FLUSHALL')
  },
  async 'redis-full'({ house: { cluster } }, { lastsMs }) {
    const { redis } = cluster
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    await delay(lastsMs)
    await redis.command('CONFIG', 'SET', 'maxmemory', '64mb')
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu')
  },
  'redis-failover': electAnother,
  'postgres-fast': (nemesis, { lastsMs }) => restartPostgres(nemesis, 'fast', lastsMs),
  'postgres-immediate': (nemesis, { lastsMs }) => restartPostgres(nemesis, 'immediate', lastsMs),
  'postgres-freeze': freezePostgres,
  'lock-held': lockTurns,
  'pool-exhausted': takeAllConnections,
  async 'replica-pool-taken'(nemesis, { place, lastsMs }) {
    await untilAtWork(nemesis)
    const { postgres, key } = nemesis.house.cluster
    await takePool({ connection: postgres.connection, replica: replicaAt(nemesis, place), key, lastsMs })
  },
  'disk-full': fillDisk,
  'line-latency': (nemesis, planned) => spoilLine(nemesis, planned, { latencyMs: 100 }),
  'line-narrow': (nemesis, planned) => spoilLine(nemesis, planned, { bytesPerSecond: 20_000 }),
  'line-black-hole': (nemesis, planned) => spoilLine(nemesis, planned, { isBlackHole: true }),
  'line-cut': (nemesis, planned) => spoilLine(nemesis, planned, { cutAfterBytes: 3000 }),
  async 'line-reset'({ house }, { line, place }) {
    house.line(line, place).reset()
  },
  async 'half-open'({ house }, { line, place }) {
    house.line(line, place).strand()
  },
  'slow-consumer': (nemesis, planned) =>
    spoilLine(nemesis, { ...planned, line: 'client' }, { bytesPerSecond: 4000, latencyMs: 20 }),
}

/** The primary dies or hangs until another is elected, and comes back as that one's replica while other things happen. */
async function electAnother({ house, starting }: Nemesis, { place, lastsMs }: PlannedFault): Promise<void> {
  if (!house.watched) throw new Error('Nobody elects another Redis here: there are no sentinels.')
  const bringBack = await house.watched.failOver(place % 2 === 0 ? 'kill' : 'freeze')
  await delay(lastsMs)
  const coming: Promise<void> = bringBack().finally(() => starting.delete(coming))
  // Whoever waits for it hears that it does not follow.
  coming.catch(() => undefined)
  starting.add(coming)
}

function replicaAt({ house }: Nemesis, place: number): Replica {
  const replica = house.cluster.replicas[place]
  if (!replica) throw new Error(`There is no replica ${place}.`)
  return replica
}

interface Restart {
  readonly place: number
  readonly end: (replica: Replica) => Promise<{ readonly out: string; readonly err: string }>
  /** Beyond the usual, until it is started the next time. */
  readonly settings?: Readonly<Record<string, string>>
}

async function restart(nemesis: Nemesis, { place, end, settings }: Restart): Promise<void> {
  // One at a time is away: what several replicas promise is that one may be.
  await untilAtWork(nemesis)
  const replica = replicaAt(nemesis, place)
  const begunMs = Date.now()
  const { out, err } = await end(replica)
  nemesis.logs.push({ name: replica.name, text: `${out}\n${err}` })
  const starting: Promise<void> = startAgain(nemesis, replica, settings).finally(() => {
    nemesis.starting.delete(starting)
    nemesis.restarts.push({ begunMs, readyMs: Date.now() })
  })
  // Whoever waits for it hears of a start that fails.
  starting.catch(() => undefined)
  nemesis.starting.add(starting)
}

/** A process that was started has answers in hand again: taking away one that has nothing to do shows nothing. */
async function untilAtWork({ starting }: Nemesis): Promise<void> {
  if (starting.size === 0) return
  await Promise.all(starting)
  await delay(AT_WORK_MS)
}

/** A start may meet another fault and end; whatever watches over processes starts them again. */
async function startAgain(
  { logs }: Nemesis,
  replica: Replica,
  settings: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  for (let left = MOST_STARTS - 1; ; left -= 1) {
    try {
      return await replica.start(settings)
    } catch (error) {
      if (left === 0 || replica.isRunning()) throw error
      logs.push({ name: replica.name, text: replica.output() })
      await delay(1000)
    }
  }
}

async function restartPostgres({ house, outages }: Nemesis, how: 'fast' | 'immediate', lastsMs: number): Promise<void> {
  const { postgres } = house.cluster
  await untilTurnsAreHeld(house.database)
  await postgres.stop(how)
  const goneMs = Date.now()
  await delay(lastsMs)
  const [backMs] = await Promise.all([findReturn(postgres.connection), postgres.start()])
  outages.push({ goneMs, backMs })
}

/** It answers nobody, and then everybody whatever they sent. */
async function freezePostgres({ house, outages }: Nemesis, { lastsMs }: PlannedFault): Promise<void> {
  const { postgres } = house.cluster
  await untilTurnsAreHeld(house.database)
  postgres.freeze()
  const goneMs = Date.now()
  await delay(lastsMs)
  outages.push({ goneMs, backMs: Date.now() })
  postgres.thaw()
}

/** The same for all that has to do with turns. */
async function lockTurns({ house, outages }: Nemesis, { lastsMs }: PlannedFault): Promise<void> {
  const client = await connect(house.cluster.postgres.connection)
  try {
    await client.query('begin')
    await client.query('lock table turns in access exclusive mode')
    const goneMs = Date.now()
    await delay(lastsMs)
    outages.push({ goneMs, backMs: Date.now() })
  } finally {
    await client.end()
  }
}

/** What is taken away while nobody needs it shows nothing. After a while it is taken all the same. */
async function untilTurnsAreHeld(database: Database): Promise<void> {
  const held = sql`select count(*)::int as turns from turns where lease_until > clock_timestamp()`
  for (const lateMs = performance.now() + AT_WORK_MS; performance.now() < lateMs; await delay(LOOK_MS)) {
    const row = await database.read((handle) => handle.first(z.object({ turns: z.int() }), held)).catch(() => undefined)
    if (row && row.turns > 1) return
  }
}

/** The last moment at which the server is known to have answered nobody yet: it starts, and may have to mend what a crash left. */
async function findReturn(connection: pg.ClientConfig): Promise<number> {
  for (let awayMs = Date.now(); ; await delay(LOOK_MS)) {
    const askedMs = Date.now()
    const client = await connect(connection).catch(() => undefined)
    await client?.end()
    if (client) return awayMs
    awayMs = askedMs
  }
}

async function connect(connection: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Until the server refuses: what the replicas' pools do not hold yet they do not get. */
async function takeAllConnections({ house }: Nemesis, { lastsMs }: PlannedFault): Promise<void> {
  const taken: pg.Client[] = []
  try {
    for (;;) {
      const client = await connect(house.cluster.postgres.connection).catch(() => undefined)
      if (!client) break
      taken.push(client)
    }
    await delay(lastsMs)
  } finally {
    await Promise.all(taken.map((client) => client.end()))
  }
}

async function fillDisk({ house, hasOwnDisk }: Nemesis, { lastsMs }: PlannedFault): Promise<void> {
  if (!hasOwnDisk) throw new Error('The disk may not be filled: mounting one of its own needs root.')
  const filler = join(house.cluster.folder, 'filler')
  const file = await open(filler, 'w')
  try {
    const { bavail, bsize } = await statfs(house.cluster.folder)
    const block = Buffer.alloc(1024 * 1024)
    for (let left = bavail * bsize; left > 0; left -= block.length)
      await file.write(block, 0, Math.min(left, block.length))
    await delay(lastsMs)
  } catch (error) {
    // It is as full as it gets.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    await delay(lastsMs)
  } finally {
    await file.close()
    await rm(filler)
  }
  await house.cluster.postgres.revive()
}

async function spoilLine(
  { house }: Nemesis,
  { line, place, lastsMs }: PlannedFault,
  change: Parameters<ReturnType<ChaosCluster['line']>['set']>[0],
): Promise<void> {
  const proxy = house.line(line, place)
  proxy.set(change)
  await delay(lastsMs)
  proxy.clear()
  // A cut line cuts whoever is left on it when it carries again.
  if (change.cutAfterBytes !== undefined) proxy.reset()
}
