import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failing, notConfigured, unknown, type Finding } from '#domain/doctor/finding.ts'
import { judgeDatabase, judgeEngine, judgeRedis, judgeSchema } from '#domain/doctor/judge-stores.ts'
import { findEngine } from '#platform/postgres/engine-files.ts'
import { routeOf, type DatabaseLook } from '#platform/postgres/look-at-database.ts'
import { readMigrations } from '#platform/postgres/migrate.ts'
import type { DoctorNeeds } from './doctor-needs.ts'
import { reasonOf, type Check } from './examine.ts'
import { isNearHost, type StoreLooks } from './store-looks.ts'

const DATABASE_SETTINGS = ['DATABASE_URL', 'SOPHIA_HOME']
/** Beside the pool each process has one connection for its health, one for hearing, one that keeps restores out and two for leases. */
const BESIDE_POOL = 5

/** Where things are stored and remembered. */
export function storeChecks(needs: DoctorNeeds, looks: StoreLooks): Check[] {
  const { config } = needs
  const direct: Check = {
    id: 'database-direct',
    settings: ['DATABASE_DIRECT_URL'],
    look: () => checkDatabase({ needs, name: 'DATABASE_DIRECT_URL', look: looks.direct }),
  }
  return [
    {
      id: 'database',
      settings: DATABASE_SETTINGS,
      look: () => checkDatabase({ needs, name: 'DATABASE_URL', look: looks.database }),
    },
    ...(config.postgres.isPooled ? [direct] : []),
    { id: 'schema', settings: [...DATABASE_SETTINGS, 'DATABASE_DIRECT_URL'], look: () => checkSchema(needs, looks) },
    { id: 'redis', settings: ['REDIS_URL', 'REDIS_CA'], look: () => checkRedis(looks) },
  ]
}

interface DatabaseCheck {
  readonly needs: DoctorNeeds
  readonly name: 'DATABASE_URL' | 'DATABASE_DIRECT_URL'
  readonly look: () => Promise<DatabaseLook | null>
}

async function checkDatabase({ needs: { config }, name, look }: DatabaseCheck): Promise<Finding> {
  const { url, directUrl, isPooled, poolMax } = config.postgres
  const address = name === 'DATABASE_URL' ? url : directUrl
  try {
    const found = await look()
    if (found === null) return await checkEngine(config.home)
    const isNear = address === null || isNearHost(routeOf({ connectionString: address.reveal() }).host)
    // A pooler tells of its own line to the server, and the pool is asked of it.
    const isAtPooler = isPooled && name === 'DATABASE_URL'
    const facts = isAtPooler ? { ...found, isEncrypted: null } : found
    const wantedConnections = isPooled ? BESIDE_POOL : poolMax + BESIDE_POOL
    return judgeDatabase(facts, { name, isNear, wantedConnections })
  } catch (error) {
    const fix = address
      ? `See that the server runs and lets this machine in, and check ${name}.`
      : 'Read logs/postgres.log of the home, then stop and start Sophia.'
    return failing(`The database cannot be used: ${reasonOf(error)}`, fix)
  }
}

async function checkEngine(home: string): Promise<Finding> {
  const written = await readFile(join(home, 'data/PG_VERSION'), 'utf8').catch(() => null)
  const { version } = await findEngine()
  return judgeEngine({ version, dataMajor: written?.trim() ?? null })
}

async function checkSchema({ migrationsFolder }: DoctorNeeds, looks: StoreLooks): Promise<Finding> {
  const look = await looks.direct().catch(() => 'away' as const)
  if (look === 'away') return unknown('Not looked at: the database cannot be used.')
  if (look === null) return unknown('Not looked at: the built-in database does not run.')
  return judgeSchema({ applied: look.applied, shipped: await readMigrations(migrationsFolder) })
}

async function checkRedis({ redis }: StoreLooks): Promise<Finding> {
  try {
    const look = await redis()
    if (look === null) return notConfigured('REDIS_URL is not set; each process has its own cache.')
    return judgeRedis(look.state)
  } catch (error) {
    return failing(
      `Redis cannot be used: ${reasonOf(error)} Everything works without it, slower.`,
      'See that it runs and lets this machine in, and check REDIS_URL.',
    )
  }
}
