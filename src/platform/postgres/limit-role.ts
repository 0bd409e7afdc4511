import { z } from 'zod'
import type { Log } from '../log/log.ts'
import { STATEMENT_LIMIT_MS, type Database, type Handle } from './database.ts'
import { sql } from './sql.ts'

/** As an administrator would write it; null when the role has a limit. */
const Wanted = z.object({ statement: z.string().nullable() })

/**
 * Behind a pooler a single statement has whatever limit the server's connection began with. A role without one is given
 * ours, in this database alone, on connections that begin from then on; a limit that somebody set stays. Where it may not
 * be given, the log says what to run.
 */
export async function limitRole(database: Database, log: Log): Promise<void> {
  const statement = await database.read(findStatement)
  if (statement === null) return
  try {
    await database.inTransaction(async (handle) => {
      // Replicas that start together take turns.
      await handle.run(sql`select pg_advisory_xact_lock(hashtext('sophia-role'), 0)`)
      await handle.client.query(statement)
    })
    log.info({ statement }, 'the role had no limit for its statements and was given one')
  } catch (error) {
    log.warn({ error, statement }, 'the role has no limit for its statements; let an administrator run this statement')
  }
}

async function findStatement(handle: Handle): Promise<string | null> {
  const found = await handle.first(
    Wanted,
    sql`select case when not exists (
        select 1 from pg_db_role_setting s cross join unnest(s.setconfig) c
        where c like 'statement_timeout=%'
          and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
          and s.setrole in (0, (select oid from pg_roles where rolname = current_user)))
      and (select source from pg_settings where name = 'statement_timeout') in ('default', 'session')
      then format('alter role %I in database %I set statement_timeout = %s', current_user, current_database(), ${STATEMENT_LIMIT_MS}::int)
      end as statement`,
  )
  return found?.statement ?? null
}
