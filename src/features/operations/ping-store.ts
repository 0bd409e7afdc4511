import { z } from 'zod'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** A round trip to the database; answers its version. */
export async function pingDatabase(database: Database): Promise<string> {
  const row = await database.read((handle) =>
    handle.first(z.object({ server_version: z.string() }), sql`show server_version`),
  )
  return row?.server_version ?? 'unknown'
}
