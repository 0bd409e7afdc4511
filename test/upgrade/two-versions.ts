import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { startModelProvider } from '../chaos/model-provider.ts'
import { startPostgres } from '../support/cluster/start-postgres.ts'
import { createReplica, type Replica } from '../support/cluster/start-replica.ts'
import { startShippedRedis } from '../support/redis-shipped.ts'
import { unpackVersion, type Version } from './versions.ts'

interface Wish {
  readonly from: Version
  readonly to: Version
  readonly hasRedis: boolean
}

/** Two versions of the program, one process each, on one database; nothing runs yet but what they stand on. */
export interface TwoVersions {
  readonly old: Replica
  readonly next: Replica
  /** Of a member who may do everything. */
  readonly key: string
  /** For whoever looks on. */
  readonly database: Database
  /** One of the two is run upon packages that it was not made for. */
  readonly hasOtherPackages: boolean
  end(): Promise<void>
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Between two pieces of an answer: one takes two seconds or so. */
const PIECE_MS = 25

/** Whoever starts it ends it. */
export async function prepareVersions(wish: Wish): Promise<TwoVersions> {
  const closers: (() => Promise<unknown>)[] = []
  const end = async (): Promise<void> => {
    for (let close = closers.pop(); close; close = closers.pop()) await close()
  }
  let leaving: Promise<void> | undefined
  // An impatient person leaves nothing running, however often they ask.
  const leave = (): void => void (leaving ??= end().finally(() => process.exit(1)))
  for (const name of SIGNALS) process.on(name, leave)
  closers.push(async () => SIGNALS.forEach((name) => process.off(name, leave)))
  try {
    return { ...(await prepareParts(wish, closers)), end }
  } catch (error) {
    await end()
    throw error
  }
}

async function prepareParts(
  { from, to, hasRedis }: Wish,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<TwoVersions, 'end'>> {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-upgrade-'))
  closers.push(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o711)
  const postgres = await startPostgres(folder)
  closers.push(postgres.end)
  const redis = hasRedis ? await startShippedRedis() : null
  if (redis) closers.push(redis.end)
  const model = await startModelProvider({ pieceMs: PIECE_MS })
  closers.push(model.end)
  const key = `sk-sophia-${randomBytes(32).toString('base64url')}`
  const settings = {
    SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
    SOPHIA_ADMIN_API_KEY: key,
    DATABASE_URL: postgres.url,
    DATABASE_POOL_MAX: '10',
    OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    SOPHIA_MODEL: 'openai/chaos',
    SOPHIA_CALENDAR_FILE: join(import.meta.dirname, '../support/calendar-without-periods.yaml'),
    SOPHIA_LOG_LEVEL: 'warn',
    ...(redis ? { REDIS_URL: redis.url } : {}),
  }
  let hasOtherPackages = false
  const replicaOf = async (name: string, { commit }: Version): Promise<Replica> => {
    const unpacked = commit === null ? null : await unpackVersion(commit, folder)
    hasOtherPackages ||= unpacked?.hasOtherPackages ?? false
    const replica = await createReplica({ name, home: join(folder, name), settings, root: unpacked?.root })
    closers.push(async () => (replica.isRunning() ? replica.kill() : undefined))
    return replica
  }
  const [old, next] = [await replicaOf('old', from), await replicaOf('next', to)]
  const database = openDatabase({ connection: postgres.connection, poolMax: 2 })
  closers.push(() => database.close())
  return { old, next, key, database, hasOtherPackages }
}
