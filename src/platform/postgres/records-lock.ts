import type { Handle } from './database.ts'
import { sql } from './sql.ts'

/**
 * Held to the end of the transaction by whoever writes what is computed from the records: they do not go meanwhile. What
 * was read of them before may be gone.
 */
export async function holdRecords(handle: Handle): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock_shared(hashtext('sophia-records'), 0)`)
}

/** Waits for all who hold the records, and keeps others waiting: for taking all records out at once. */
export async function claimRecords(handle: Handle): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtext('sophia-records'), 0)`)
}
