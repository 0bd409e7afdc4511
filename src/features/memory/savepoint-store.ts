import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** Runs work inside another's transaction so that only the work is undone when it fails. Rejects with the work's own error. */
export async function withSavepoint(handle: Handle, work: () => Promise<unknown>): Promise<void> {
  await handle.run(sql`savepoint memory`)
  try {
    await work()
  } catch (error) {
    // When the connection is gone this rejects too, and so does the transaction, as it must.
    await handle.run(sql`rollback to savepoint memory`)
    throw error
  }
  await handle.run(sql`release savepoint memory`)
}
