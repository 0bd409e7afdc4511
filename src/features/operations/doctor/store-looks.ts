import type { ClockReference } from '#domain/doctor/judge-machine.ts'
import { isLoopback } from '#platform/config/config.ts'
import { findHomeOwner } from '#platform/home-lock.ts'
import { findEngineConnection } from '#platform/postgres/attach-engine.ts'
import { lookAtDatabase, routeOf, type DatabaseLook } from '#platform/postgres/look-at-database.ts'
import { lookAtRedis, type RedisLook } from '#platform/redis/look-at-redis.ts'
import type { DoctorNeeds } from './doctor-needs.ts'

/** Looks that several checks go by, each taken once. */
export interface StoreLooks {
  /** Null: the built-in database does not run. Rejects when it, or the operator's, cannot be used. */
  database(): Promise<DatabaseLook | null>
  /** Past a pooler. */
  direct(): Promise<DatabaseLook | null>
  /** Null: there is no Redis. */
  redis(): Promise<RedisLook | null>
  /** Clocks on other machines that could be read. */
  clocks(): Promise<readonly ClockReference[]>
}

export function openStoreLooks({ config }: Pick<DoctorNeeds, 'config'>): StoreLooks {
  const { postgres, redis: redisSettings, home } = config
  const { url, directUrl } = postgres
  const database = once(async () => (url ? lookAtDatabase({ connectionString: url.reveal() }) : lookAtEngine(home)))
  const direct = once(async () =>
    directUrl && postgres.isPooled ? lookAtDatabase({ connectionString: directUrl.reveal() }) : database(),
  )
  const redis = once(async () => (redisSettings.address ? lookAtRedis(redisSettings.address, redisSettings.ca) : null))
  const clocks = async (): Promise<ClockReference[]> => {
    // What cannot be asked tells no time; that it cannot is told where it is looked at.
    const [base, cache] = await Promise.all([database().catch(() => null), redis().catch(() => null)])
    const found: ClockReference[] = []
    const isFar = url !== null && base !== null && !isNearHost(routeOf({ connectionString: url.reveal() }).host)
    if (isFar) found.push({ name: 'PostgreSQL', ...base.clock })
    if (cache?.clock && !isNearHost(cache.node.host)) found.push({ name: 'Redis', ...cache.clock })
    return found
  }
  return { database, direct, redis, clocks }
}

/** A socket's folder or a loopback address: the line does not leave this machine. */
export function isNearHost(host: string): boolean {
  return host.startsWith('/') || isLoopback(host)
}

async function lookAtEngine(home: string): Promise<DatabaseLook | null> {
  const connection = await findEngineConnection(home)
  if (connection === undefined) return null
  return lookAtDatabase(connection).catch(async (error: unknown) => {
    // What a killed Sophia left behind looks as if it ran.
    if ((await findHomeOwner(home)) === undefined) return null
    throw error
  })
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let begun: Promise<Result> | undefined
  return () => (begun ??= work())
}
