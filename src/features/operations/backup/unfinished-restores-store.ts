import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '#platform/postgres/database.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'
import { limitLockWait } from './backup-store.ts'

/** SQL of what a restore fills beside what is there, and puts in its place at the end. One that was killed leaves it behind. */

const PREFIX = 'sophia_restoring_'
/** A connection of a machine that is gone may hold it for a while yet: it goes next time. */
const WAIT_MS = 2000

/** A name that no other restore has. */
export function nameUnfinished(): string {
  return `${PREFIX}${randomBytes(4).toString('hex')}`
}

/** Removes one, with all rows in it. */
export async function dropUnfinished(database: Database, name: string): Promise<void> {
  await database.inTransaction(
    async (handle) => {
      await handle.raiseLimit(0)
      await limitLockWait(handle, WAIT_MS)
      await handle.run(sql`drop schema if exists ${identifier(name)} cascade`)
    },
    { mayTakeLong: true },
  )
}

/** Removes what killed restores left. Only for who keeps restores out. Answers their names. */
export async function dropAllUnfinished(database: Database): Promise<readonly string[]> {
  const found = await database.read((handle) =>
    handle.rows(
      z.object({ name: z.string() }),
      sql`select nspname as name from pg_namespace where nspname ~ ${`^${PREFIX}[0-9a-f]{8}$`} order by nspname`,
    ),
  )
  for (const { name } of found) await dropUnfinished(database, name)
  return found.map(({ name }) => name)
}
