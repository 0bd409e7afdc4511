import { chmod, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import type pg from 'pg'
import { z } from 'zod'
import { createBackup } from '#features/operations/backup/create-backup.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { systemClock } from '#platform/clock.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'
import { loadLargeCompany, LARGE } from './support/large-company.ts'
import { loadTalk } from './support/large-talk.ts'
import type { BenchOptions } from './support/bench-options.ts'

const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url))
/** What the company takes of each gigabyte; the rest is talk. */
const COMPANY_SHARE = 0.7

/**
 * `--gb N`: how long a backup, its proof and a restore take of a database of so many gigabytes (10^9 bytes as PostgreSQL counts it,
 * with indexes), on a durable engine with the settings of the built-in one. `--encrypted` does it through age. The baseline is the floor
 * that PostgreSQL itself has: a copy of the same database by `create database ... template`.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const { values } = parseArgs({
    args,
    options: { gb: { type: 'string' }, encrypted: { type: 'boolean' } },
    strict: false,
  })
  const gigabytes = Number(values.gb ?? (isQuick ? 0.1 : 1))
  const home = await mkdtemp(join(tmpdir(), 'sophia-bench-'))
  await chmod(home, 0o711)
  const engine = await startPrivateEngine({ home, isDurable: true })
  const open = (database: string) =>
    openDatabase({ connection: { ...engine.connection, database }, poolMax: 4, statementTimeoutMs: 3_600_000 })
  const full = open('postgres')
  try {
    await migrate({ connection: engine.connection, folder: migrationsFolder })
    const databaseBytes = await fill(full, gigabytes)
    const identity = values.encrypted === true ? await generateIdentity() : null
    const measured = await measure({ full, open, folder: join(home, 'backups'), identity })
    const cloneSeconds = await clone(full, open, engine.connection)
    return {
      results: { ...measured, databaseBytes, isEncrypted: identity !== null },
      baselines: { cloneSeconds },
      ratios: { restoreToClone: Math.round((measured.restoreSeconds / cloneSeconds) * 10) / 10 },
    }
  } finally {
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  }
}

interface Stage {
  readonly full: Database
  readonly open: (database: string) => Database
  readonly folder: string
  readonly identity: string | null
}

async function measure({ full, open, folder, identity }: Stage) {
  const recipients = identity === null ? [] : [await identityToRecipient(identity)]
  const needs = { database: full, clock: systemClock, folder, recipients, migrationsFolder, version: 'bench' }
  const keys = identity === null ? [] : [identity]
  const [backupSeconds, { file, manifest }] = await timed(() => createBackup(needs, 'manual'))
  const [verifySeconds] = await timed(() => createBackups(needs).verify(file, { keys }))
  await createDatabase(full, 'restored')
  const empty = open('restored')
  const restoring = createBackups({ ...needs, database: empty })
  const [restoreSeconds] = await timed(() => restoring.restore(file, { keys }))
  // As when Sophia is in use: what is there is saved first.
  const [restoreOverDataSeconds] = await timed(() => restoring.restore(file, { keys }))
  await empty.close()
  return {
    backupSeconds,
    verifySeconds,
    restoreSeconds,
    restoreOverDataSeconds,
    archiveBytes: (await stat(file)).size,
    rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
}

/** Until the database has that size; answers its bytes. */
async function fill(database: Database, gigabytes: number): Promise<number> {
  const size = (count: number): number => Math.max(100, Math.round(count * gigabytes * COMPANY_SHARE))
  await loadLargeCompany(database, {
    deals: size(LARGE.deals),
    clients: size(LARGE.clients),
    activities: size(LARGE.activities),
  })
  let bytes = await sizeOf(database)
  for (let block = 0; bytes < gigabytes * 1e9; block += 1) {
    await loadTalk(database, block)
    bytes = await sizeOf(database)
  }
  return bytes
}

async function sizeOf(database: Database): Promise<number> {
  const row = await database.read((handle) =>
    handle.first(z.object({ bytes: z.int() }), sql`select pg_database_size(current_database()) as bytes`),
  )
  return row?.bytes ?? 0
}

async function createDatabase(database: Database, name: string): Promise<void> {
  await database.read(({ client }) => client.query(`create database ${name} template template0`))
}

/** A database cannot be copied while somebody is in it, so that this comes last. */
async function clone(full: Database, open: Stage['open'], connection: pg.ClientConfig): Promise<number> {
  const name = String(connection.database)
  const [seconds] = await timed(async () => {
    const beside = open('template1')
    await full.close()
    await beside.read(({ client }) => client.query(`create database copied template ${name} strategy file_copy`))
    await beside.close()
  })
  return seconds
}

async function timed<Result>(work: () => Promise<Result>): Promise<[number, Result]> {
  const startedAt = performance.now()
  const result = await work()
  return [Math.round((performance.now() - startedAt) / 100) / 10, result]
}
