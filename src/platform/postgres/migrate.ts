import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { SophiaError } from '#domain/errors.ts'
import { systemClock } from '../clock.ts'

interface MigrationFile {
  readonly version: number
  readonly name: string
  readonly hash: string
  readonly text: string
}

export interface MigrateOptions {
  readonly connection: pg.ClientConfig
  /** The folder of `NNNN-name.sql`. */
  readonly folder: string
  /**
   * Called once before the first pending migration of a database that holds something: the place for a backup. Its id is noted with each
   * migration that follows, as where to go back to.
   */
  readonly beforeFirst?: (fromVersion: number) => Promise<string>
  readonly locks?: LockPatience
  /** Told which share of the pending migrations is applied, from 0 on. */
  readonly onApplied?: (share: number) => void
  /** Told of each try that gave way to whoever uses the tables. */
  readonly onGivingWay?: (tried: { readonly name: string; readonly attempt: number }) => void
}

/**
 * Whoever waits for a whole table keeps all others waiting behind: so a migration waits briefly, gives way, and tries
 * again.
 */
interface LockPatience {
  readonly waitMs: number
  readonly pauseMs: number
  readonly tries: number
}

/** For about two minutes. */
const LOCKS: LockPatience = { waitMs: 2000, pauseMs: 2000, tries: 30 }
const LOCK_TIMEOUT_STATE = '55P03'

/** Whether this database notes which backup was made before a migration. */
const HAS_SNAPSHOT = `select 1 from pg_attribute
  where attrelid = to_regclass('schema_migrations') and attname = 'snapshot' and not attisdropped`

/** Somebody may have dropped it; where the role works in a schema of another name, none is made. */
const PLACE_FOR_TABLES = `do $$ begin if current_schema() is null then create schema if not exists public; end if; end $$`

export interface MigrationOutcome {
  readonly from: number
  readonly to: number
  readonly applied: readonly { version: number; name: string }[]
}

/** "sophia" in ASCII: one lock for all processes that might migrate the same database. */
const LOCK = 0x736f70686961

/**
 * Brings a database to the newest migration. Racing processes queue on an advisory lock and find the work done.
 * Throws MIGRATION_FAILED when a file changed after it was applied, when the database is newer than the code, or when
 * a migration fails (its transaction is rolled back; earlier ones stay).
 */
export async function migrate(options: MigrateOptions): Promise<MigrationOutcome> {
  const files = await readMigrations(options.folder)
  const client = new pg.Client({ ...options.connection, connectionTimeoutMillis: 5000 })
  // Without a listener a connection that breaks between statements would end the process; the next statement tells.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (cause) {
    throw new SophiaError('DATABASE_UNAVAILABLE', { cause, retryAfterSeconds: 2 })
  }
  try {
    // A migration takes as long as it takes, and may wait for another's, whatever limits the role has for daily work.
    await client.query('set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0')
    await client.query('select pg_advisory_lock($1)', [LOCK])
    return await migrateLocked(client, files, options)
  } finally {
    // Ending the session gives the lock back, also when the connection is broken.
    await client.end().catch(() => undefined)
  }
}

async function migrateLocked(
  client: pg.Client,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<MigrationOutcome> {
  await client.query(PLACE_FOR_TABLES)
  await client.query(`create table if not exists schema_migrations (
    version int primary key, name text not null, hash text not null, applied_at timestamptz not null default now())`)
  const found = await client.query<{ version: number; name: string; hash: string }>(
    'select version, name, hash from schema_migrations order by version',
  )
  const from = assertHistory(found.rows, files)
  const pending = files.filter((file) => file.version > from)
  const snapshot = (pending.length > 0 && from > 0 && (await options.beforeFirst?.(from))) || null
  for (const [index, file] of pending.entries()) {
    options.onApplied?.(index / pending.length)
    // One after the other, by intent.
    // oxlint-disable-next-line no-await-in-loop
    await apply(client, { ...file, from, snapshot }, options)
  }
  if (pending.length > 0) options.onApplied?.(1)
  return { from, to: pending.at(-1)?.version ?? from, applied: pending.map(({ version, name }) => ({ version, name })) }
}

/** Checks what was applied against the files; answers the newest applied version. */
function assertHistory(
  applied: readonly { version: number; name: string; hash: string }[],
  files: readonly MigrationFile[],
): number {
  for (const row of applied) {
    const file = files.find(({ version }) => version === row.version)
    if (!file) {
      throw new SophiaError('MIGRATION_FAILED', {
        detail:
          `The database is newer than this Sophia: it has migration ${row.version} (${row.name}), which is unknown here. ` +
          'Start the Sophia that wrote it, or a newer one.',
      })
    }
    if (file.hash !== row.hash) {
      throw new SophiaError('MIGRATION_FAILED', {
        detail: `${file.name} was changed after it had been applied. Restore the file; put the change into a new migration.`,
      })
    }
  }
  return applied.at(-1)?.version ?? 0
}

interface PendingMigration extends MigrationFile {
  /** The version that this run began with, and the backup that was made of it. */
  readonly from: number
  readonly snapshot: string | null
}

async function apply(client: pg.Client, file: PendingMigration, options: MigrateOptions): Promise<void> {
  if (/^\s*(begin|commit|rollback|start\s+transaction)\b[^;\n]*;/im.test(file.text)) {
    throw new SophiaError('MIGRATION_FAILED', {
      detail: `${file.name} begins or ends a transaction. Take that out: each migration runs in one of its own.`,
    })
  }
  const locks = options.locks ?? LOCKS
  for (let attempt = 1; ; attempt += 1) {
    // One try after the other, by intent.
    // oxlint-disable-next-line no-await-in-loop
    const fault = await tryToApply(client, file, locks.waitMs)
    if (fault === undefined) return
    if (!isLockTimeout(fault) || attempt >= locks.tries) throw toMigrationFault(fault, file)
    options.onGivingWay?.({ name: file.name, attempt })
    // oxlint-disable-next-line no-await-in-loop
    await systemClock.sleep(locks.pauseMs)
  }
}

/** Answers what went wrong; nothing of the file is there then. */
async function tryToApply(client: pg.Client, file: PendingMigration, waitMs: number): Promise<unknown> {
  try {
    await client.query(`begin; set local lock_timeout = ${Math.trunc(waitMs)}`)
    await client.query(file.text)
    await client.query('insert into schema_migrations (version, name, hash) values ($1, $2, $3)', [
      file.version,
      file.name,
      file.hash,
    ])
    await noteSnapshot(client, file)
    await client.query('commit')
    return undefined
  } catch (cause) {
    // A broken connection has rolled back already.
    await client.query('rollback').catch(() => undefined)
    return cause
  }
}

/** The first migrations had no place for it: they are noted with the one that made it. */
async function noteSnapshot(client: pg.Client, { from, snapshot }: PendingMigration): Promise<void> {
  if (snapshot === null) return
  const { rowCount } = await client.query(HAS_SNAPSHOT)
  if (rowCount) await client.query('update schema_migrations set snapshot = $1 where version > $2', [snapshot, from])
}

function toMigrationFault(cause: unknown, { name }: MigrationFile): SophiaError {
  if (isState(cause, '53100')) return new SophiaError('STORAGE_FULL', { cause })
  const detail = isLockTimeout(cause)
    ? `${name} could not have its tables: something uses them all the time, such as a long transaction (pg_stat_activity tells which). ` +
      'Nothing was changed. End it, then start Sophia again.'
    : `${name} failed and was rolled back: ${cause instanceof Error ? cause.message : String(cause)}`
  return new SophiaError('MIGRATION_FAILED', { detail, cause })
}

function isLockTimeout(fault: unknown): boolean {
  return isState(fault, LOCK_TIMEOUT_STATE)
}

function isState(fault: unknown, state: string): boolean {
  return fault instanceof Error && 'code' in fault && fault.code === state
}

/** The migrations in order. Throws MIGRATION_FAILED on a stray name, a gap or a number used twice. */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1])
      if (version !== index + 1) {
        throw new SophiaError('MIGRATION_FAILED', {
          detail: `${join(folder, name)} breaks the numbering: ${String(index + 1).padStart(4, '0')}-... was expected.`,
        })
      }
      const text = await readFile(join(folder, name), 'utf8')
      // Line ends differ between checkouts and change nothing.
      const hash = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
      return { version, name, hash, text }
    }),
  )
}
