import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { startShippedRedis } from '../redis-shipped.ts'
import type { RedisServer } from '../redis.ts'
import { createHaproxy, type Balancer } from './start-haproxy.ts'
import { startPostgres, type ClusterPostgres } from './start-postgres.ts'
import { createReplica, type Replica } from './start-replica.ts'

type Settings = Readonly<Record<string, string>>

/** The addresses that a replica would use if nothing stood between. */
interface Ends {
  readonly databaseUrl: string
  readonly redisUrl: string
}

interface ClusterWishes {
  /** 3 unless told otherwise. */
  readonly replicas?: number
  /** What this replica is set up with beyond the usual, by its place from 0: for example a DATABASE_URL that leads through a proxy. */
  readonly settingsFor?: (place: number, ends: Ends) => Settings | Promise<Settings>
  /** False: nothing runs but PostgreSQL and Redis, until whoever asked starts replicas and balancer in an order of their own. */
  readonly isStarted?: boolean
  /** Of another copy of the program than this one. */
  readonly root?: string
  /** Where its folder is made; among temporary files unless told. */
  readonly within?: string
  /** Another way to run Redis than the one server that ships. */
  readonly startRedis?: () => Promise<ClusterRedis>
  /** Where the balancer reaches the replica of this place, which listens on `port`; there unless told otherwise. */
  readonly doorOf?: (place: number, port: number) => Promise<number>
}

/** Of whichever server takes writes, where there are several. */
export interface ClusterRedis extends Pick<RedisServer, 'url' | 'pid' | 'start' | 'kill' | 'command' | 'end'> {
  freeze(): unknown
  thaw(): unknown
}

/** One deployment of several processes on this machine, on loopback. */
export interface Cluster {
  /** The balancer's address: what people type. */
  readonly url: string
  /** A key of a member who may do everything. */
  readonly key: string
  readonly postgres: ClusterPostgres
  readonly redis: ClusterRedis
  readonly replicas: readonly Replica[]
  readonly balancer: Balancer
  /** Homes and logs of all parts; gone with `end`. */
  readonly folder: string
  /** Ends all parts, those that hang among them. */
  end(): Promise<void>
}

/** Connections to PostgreSQL that a replica has for its work. */
export const POOL_MAX = 10

/** Starts PostgreSQL, Redis, replicas and HAProxy, each a process group of its own. Whoever starts it ends it. */
export async function startCluster(wishes: ClusterWishes = {}): Promise<Cluster> {
  const folder = await mkdtemp(join(wishes.within ?? tmpdir(), 'sophia-cluster-'))
  await chmod(folder, 0o711)
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const end = async (): Promise<void> => {
    // Each once, also when a start that fails and an impatient person both ask for it.
    for (let close = closers.pop(); close; close = closers.pop()) await close()
  }
  try {
    return await startParts(wishes, { folder, closers, end })
  } catch (error) {
    await end()
    throw error
  }
}

interface Frame {
  readonly folder: string
  readonly closers: (() => Promise<unknown>)[]
  readonly end: () => Promise<void>
}

async function startParts(wishes: ClusterWishes, { folder, closers, end }: Frame): Promise<Cluster> {
  const { replicas: count = 3, settingsFor, isStarted = true, root, startRedis = startShippedRedis } = wishes
  const postgres = await startPostgres(folder)
  closers.push(postgres.end)
  const redis = await startRedis()
  closers.push(redis.end)
  const port = await freePort()
  const ends = { databaseUrl: postgres.url, redisUrl: redis.url }
  const key = `sk-sophia-${randomBytes(32).toString('base64url')}`
  const common = {
    SOPHIA_PUBLIC_URL: `http://127.0.0.1:${port}`,
    SOPHIA_TRUSTED_PROXIES: '127.0.0.1',
    SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
    SOPHIA_ADMIN_API_KEY: key,
    DATABASE_URL: ends.databaseUrl,
    DATABASE_POOL_MAX: String(POOL_MAX),
    REDIS_URL: ends.redisUrl,
  }
  const replicas: Replica[] = []
  for (let place = 0; place < count; place += 1) {
    const name = `replica-${place + 1}`
    const settings = { ...common, ...(await settingsFor?.(place, ends)) }
    replicas.push(await createReplica({ name, home: join(folder, name), settings, root }))
  }
  const doorOf = wishes.doorOf ?? ((_place: number, own: number) => Promise.resolve(own))
  const doors = await Promise.all(
    replicas.map(async (replica, place) => ({ name: replica.name, port: await doorOf(place, replica.port) })),
  )
  const balancer = await createHaproxy({ folder, port, replicas: doors })
  closers.push(() => Promise.all(replicas.filter((replica) => replica.isRunning()).map(endReplica)), balancer.kill)
  const cluster = { url: balancer.url, key, postgres, redis, replicas, balancer, folder, end }
  if (!isStarted) return cluster
  await Promise.all([balancer.start(), ...replicas.map((replica) => replica.start())])
  await balancer.untilReady()
  return cluster
}

/** In order; one that takes too long about it is killed. */
async function endReplica(replica: Replica): Promise<void> {
  const timer = setTimeout(() => void replica.kill(), 20_000)
  await replica.term().finally(() => clearTimeout(timer))
}
