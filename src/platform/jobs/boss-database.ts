import type { Db } from 'pg-boss'
import { outsideFence } from '#platform/postgres/fence.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'

/** The server gives up after 15 s; a server that is frozen never says so. */
const SILENCE_MS = 20_000

/**
 * Our own pool in pg-boss's form: no connections besides, the same statement limit, the same faults. Neither LISTEN nor
 * session state is needed, so a pooler in between does no harm.
 */
export function toBossDatabase(database: Database, onOutcome: (error: unknown) => void): Db {
  return {
    async executeSql(text, values) {
      try {
        // Its own bookkeeping is no part of the job that runs; it fences that itself.
        const result = await outsideFence(() => database.read((handle) => query(handle, text, values)))
        onOutcome(undefined)
        return result
      } catch (error) {
        onOutcome(error)
        throw error
      }
    },
  }
}

/** The caller's transaction in pg-boss's form. */
export function toBossTransaction(handle: Handle): Db {
  return { executeSql: (text, values) => query(handle, text, values) }
}

function query(handle: Handle, text: string, values: unknown[] | undefined): Promise<{ rows: unknown[] }> {
  // pg knows the time limit, its types do not. Scripts of several statements come without values.
  const statement = { text, query_timeout: SILENCE_MS, ...(values ? { values } : {}) }
  return handle.client.query(statement)
}
