import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { limitLockWait } from './backup-store.ts'

/** SQL of what a restore fills beside what is there, and puts in its place at the end. One that was killed leaves it behind. */

const PREFIX = 'sophia_restoring_'
const LOCK = 'sophia-restoring'
/** A connection of a machine that is gone may hold it for a while yet: it goes next time. */
const WAIT_MS = 2000

/** A name that no other restore has. */
export function nameUnfinished(): string {
  return `${PREFIX}${randomBytes(4).toString('hex')}`
}

/** Held to the end of the transaction that exchanges schemas: another restore waits for it, also for its commit. */
export async function holdExchange(handle: Handle): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtext(${LOCK}), 0)`)
}

/**
 * Held to the end of the transaction that puts it in the place of what is there, from before that begins: a drop that found it by its
 * name would go on, once it is renamed, with what it has become.
 */
export async function holdUnfinished(handle: Handle, name: string): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtext(${LOCK}), hashtext(${name}))`)
}

/** Removes one, with all rows in it, unless somebody is about to put it in place: false then. */
export async function dropUnfinished(database: Database, name: string): Promise<boolean> {
  return database.inTransaction(
    async (handle) => {
      await handle.raiseLimit(0)
      await limitLockWait(handle, WAIT_MS)
      // By itself: what is dropped is looked up after it, as whoever had the lock left it.
      const held = await handle.first(
        z.object({ free: z.boolean() }),
        sql`select pg_try_advisory_xact_lock(hashtext(${LOCK}), hashtext(${name})) as free`,
      )
      if (!held?.free) return false
      await handle.run(sql`drop schema if exists ${identifier(name)} cascade`)
      await requirePublic(handle, name)
      return true
    },
    { mayTakeLong: true },
  )
}

/** Should it have become what everybody works in after all, nothing is dropped. */
async function requirePublic(handle: Handle, name: string): Promise<void> {
  const row = await handle.first(
    z.object({ found: z.boolean() }),
    sql`select to_regnamespace('public') is not null as found`,
  )
  if (!row?.found) throw new Error(`${name} was not removed: no schema public would be left`)
}

/**
 * Removes what killed restores of this role left; what cannot be removed now is logged, and goes another time. Only for who keeps
 * restores out. Answers the names of what went.
 */
export async function dropAllUnfinished({
  database,
  log,
}: Pick<BackupNeeds, 'database' | 'log'>): Promise<readonly string[]> {
  const found = await database.read((handle) =>
    handle.rows(
      z.object({ name: z.string() }),
      sql`select nspname as name from pg_namespace
        where nspname ~ ${`^${PREFIX}[0-9a-f]{8}$`} and pg_has_role(nspowner, 'usage') order by nspname`,
    ),
  )
  const dropped: string[] = []
  for (const { name } of found) {
    const isGone = await dropUnfinished(database, name).catch((error: unknown) => {
      // It takes room and is in nobody's way.
      log?.warn({ error, schema: name }, 'what a restore that was killed left in the database was not removed')
      return false
    })
    if (isGone) dropped.push(name)
  }
  return dropped
}
