import { missingRights, type DatabaseRights } from '../database-rights.ts'
import { failing, together, unknown, warning, well, type Finding } from './finding.ts'

export interface DatabaseFacts {
  /** As PostgreSQL counts: 150004. */
  readonly versionNumber: number
  readonly version: string
  readonly encoding: string
  /** Of the very connection; null where a pooler stands between and cannot say. */
  readonly isEncrypted: boolean | null
  readonly isInRecovery: boolean
  readonly isReadOnly: boolean
  readonly rights: DatabaseRights
  readonly maxConnections: number
}

export interface DatabaseSetting {
  /** `DATABASE_URL`. */
  readonly name: string
  /** Of this process: its pool, and what it keeps beside. */
  readonly wantedConnections: number
  /** Whether the line leaves this machine. */
  readonly isNear: boolean
}

const OLDEST = 150_000

export function judgeDatabase(facts: DatabaseFacts, setting: DatabaseSetting): Finding {
  const { isEncrypted, isNear } = { ...facts, ...setting }
  const line = isNear || isEncrypted === null ? '' : isEncrypted ? ', over TLS' : ', not encrypted'
  return together(well(`PostgreSQL ${facts.version} answers${line}.`), [
    ...serverFaults(facts, setting),
    ...connectionFaults(facts, setting),
  ])
}

function serverFaults(facts: DatabaseFacts, { name }: DatabaseSetting): Finding[] {
  const { encoding, isInRecovery, isReadOnly, rights, version, versionNumber } = facts
  const found: Finding[] = []
  if (versionNumber < OLDEST)
    found.push(failing(`Sophia is made for PostgreSQL 15 and newer, not ${version}.`, 'Update the server.'))
  if (isInRecovery || isReadOnly)
    found.push(failing('It takes no writes: it is a replica or read-only.', `Let ${name} lead to the primary.`))
  else
    for (const { detail, statement } of missingRights(rights))
      found.push(failing(detail, `Let an administrator run in this database: ${statement}`))
  if (encoding !== 'UTF8')
    found.push(
      failing(`Its encoding is ${encoding}, which cannot hold every text.`, 'Create the database with encoding UTF8.'),
    )
  return found
}

function connectionFaults(facts: DatabaseFacts, { name, isNear, wantedConnections }: DatabaseSetting): Finding[] {
  const found: Finding[] = []
  if (facts.isEncrypted === false && !isNear)
    found.push(
      warning(
        'What is stored crosses the network readable.',
        `Use TLS by ?sslmode=verify-full in ${name}, unless nobody can listen there.`,
      ),
    )
  if (wantedConnections > facts.maxConnections)
    found.push(
      warning(
        `One process may ask for ${wantedConnections} connections, and the server has ${facts.maxConnections}.`,
        'Lower DATABASE_POOL_MAX, raise max_connections, or put a pooler in front.',
      ),
    )
  return found
}

export interface EngineFacts {
  /** Of the programs that came with the packages. */
  readonly version: string
  /** Of the PostgreSQL that wrote the data; null: there is none yet. */
  readonly dataMajor: string | null
}

/** The built-in one while it does not run. */
export function judgeEngine({ version, dataMajor }: EngineFacts): Finding {
  const [major] = version.split('.')
  if (dataMajor !== null && dataMajor !== major)
    return failing(
      `The data was written by PostgreSQL ${dataMajor}, and this Sophia brings ${major}.`,
      'Make a backup with the Sophia that wrote it, move the folder data away, and restore the backup here.',
    )
  return unknown(
    `The built-in PostgreSQL ${version} is there${dataMajor === null ? '' : ' and fits the data'}; it runs only while Sophia does, so it was not asked.`,
    'To have it looked at, start Sophia and run this again.',
  )
}

interface Migration {
  readonly version: number
  readonly name: string
  readonly hash: string
}

export interface SchemaFacts {
  /** Null: Sophia's tables are not there yet. */
  readonly applied: readonly Migration[] | null
  readonly shipped: readonly Migration[]
}

/** The same questions that a start asks, without changing anything. */
export function judgeSchema({ applied, shipped }: SchemaFacts): Finding {
  if (applied === null) return well('The database is empty; the first start makes the tables.')
  const newest = applied.at(-1)
  const foreign = applied.filter(({ version }) => !shipped.some((known) => known.version === version))
  if (foreign.length > 0)
    return failing(
      `The database is newer than this Sophia: it has ${foreign.map(({ name }) => name).join(', ')}, unknown here. She will not start on it.`,
      'Start the Sophia that wrote it or a newer one, or go back to before it: sophia rollback',
    )
  const changed = applied.find(({ version, hash }) => shipped.find((known) => known.version === version)?.hash !== hash)
  if (changed)
    return failing(
      `${changed.name} was changed after it had been applied. She will not start on it.`,
      'Restore the file as it was released.',
    )
  const pending = shipped.filter(({ version }) => version > (newest?.version ?? 0))
  if (pending.length === 0) return well(`The schema is up to date (${newest?.name ?? 'no migration'}).`)
  return warning(
    `${pending.length} of ${shipped.length} migrations are not applied: ${pending.map(({ name }) => name).join(', ')}.`,
    'The next start applies them after a verified backup; or run: sophia migrate',
  )
}

export interface RedisFacts {
  /** One sentence of facts, and after it what is unsafe. */
  readonly detail: string
  readonly unsafe: readonly string[]
}

/** Null: its user may not ask it for what it is. */
export function judgeRedis(facts: RedisFacts | null): Finding {
  if (facts === null)
    return unknown(
      'Redis answers; whether its memory and policy are safe is not known: its user may not ask.',
      'Allow the user +info, as deploy/redis/users.acl does.',
    )
  if (facts.unsafe.length === 0) return well(facts.detail)
  return warning(facts.detail, 'See deploy/redis/redis.conf, which is set up as it should be.')
}
