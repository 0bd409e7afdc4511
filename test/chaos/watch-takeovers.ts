import { z } from 'zod'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { Takeover } from './history.ts'

/**
 * Has the database note each claim of a turn that somebody held, with its own clock and in the claim's own transaction. Readers are told
 * of a takeover as well, but nobody is of when it was.
 */
export async function watchTakeovers(database: Database): Promise<void> {
  await database.inTransaction(async (handle) => {
    await handle.run(sql`create schema chaos`)
    await handle.run(sql`create table chaos.takeovers (turn_id uuid not null, at timestamptz not null)`)
    await handle.run(sql`create function chaos.note_takeover() returns trigger language plpgsql as $$ begin
      insert into chaos.takeovers values (new.id, clock_timestamp()); return null; end $$`)
    await handle.run(sql`create trigger note_takeover after update of fence on turns for each row
      when (old.lease_until is not null and new.fence is distinct from old.fence) execute function chaos.note_takeover()`)
  })
}

const Row = z
  .object({ turn_id: z.string(), at_ms: z.number() })
  .transform((row): Takeover => ({ turnId: row.turn_id, atMs: row.at_ms }))

export async function readTakeovers(database: Database): Promise<Takeover[]> {
  return database.read((handle) =>
    handle.rows(Row, sql`select turn_id, (extract(epoch from at) * 1000)::float8 as at_ms from chaos.takeovers`),
  )
}
