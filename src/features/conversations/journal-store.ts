import { z } from 'zod'
import { TurnEvent, type PlacedTurnEvent } from '#contract/turn-events.ts'
import type { Place } from '#domain/turn/place.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** An event on its way into the journal. `at` stays the same when a write is repeated, so that a repeat is recognised. */
export interface JournalEntry {
  readonly placed: PlacedTurnEvent
  readonly fence: string
  readonly at: Date
}

const IdRow = z.object({ id: z.string() })

/** One multi-row insert for all turns of a process. Answers the turns whose fence still holds; of the others nothing is written. */
export async function insertEvents(handle: Handle, entries: readonly JournalEntry[]): Promise<Set<string>> {
  const rows = await handle.rows(
    IdRow,
    sql`with batch as (
        select * from unnest(${entries.map((entry) => entry.placed.turnId)}::uuid[], ${entries.map((entry) => entry.fence)}::uuid[],
          ${entries.map((entry) => entry.placed.attempt)}::int[], ${entries.map((entry) => entry.placed.n)}::int[],
          ${entries.map((entry) => JSON.stringify(entry.placed.event))}::text[], ${entries.map((entry) => entry.at)}::timestamptz[])
          as b (turn_id, fence, attempt, n, event, at)),
      held as (
        select distinct t.id from turns t join batch b on b.turn_id = t.id and b.fence = t.fence and b.attempt = t.attempt),
      written as (
        insert into turn_events (turn_id, attempt, n, event, at)
        select b.turn_id, b.attempt, b.n, b.event::jsonb, b.at from batch b join held on held.id = b.turn_id
        on conflict do nothing)
      select id from held`,
  )
  return new Set(rows.map((row) => row.id))
}

const EventRow = z.object({ attempt: z.int(), n: z.int(), event: TurnEvent })

/** What follows `after`, in order, at most `limit`; when there is a newer attempt, that one from its beginning. */
export async function selectEvents(
  handle: Handle,
  request: { turnId: string; after: Place; limit: number },
): Promise<PlacedTurnEvent[]> {
  const { turnId, after } = request
  const rows = await handle.rows(
    EventRow,
    sql`select attempt, n, event from turn_events
      where turn_id = ${turnId} and (attempt, n) > (${after.attempt}, ${after.n})
        and attempt = (select max(attempt) from turn_events where turn_id = ${turnId})
      order by n limit ${request.limit}`,
  )
  return rows.map((row) => ({ turnId, ...row }))
}

const StateRow = z
  .object({ is_open: z.boolean(), has_events: z.boolean() })
  .transform((row) => ({ isOpen: row.is_open, hasEvents: row.has_events }))

/** Whether a member's turn is still being answered, and whether any of its journal is left; undefined when it is not theirs. */
export async function findJournalState(
  handle: Handle,
  memberId: string,
  turnId: string,
): Promise<z.infer<typeof StateRow> | undefined> {
  return handle.first(
    StateRow,
    sql`select t.status in ('queued', 'running', 'waiting') as is_open, exists (select 1 from turn_events e where e.turn_id = t.id) as has_events
      from turns t where t.id = ${turnId} and t.member_id = ${memberId}`,
  )
}

/** Makes and drops partitions; answers how many. */
export async function maintainPartitions(handle: Handle, moment: Date): Promise<number> {
  const row = await handle.first(z.object({ changed: z.int() }), sql`select maintain_turn_events(${moment}) as changed`)
  return row?.changed ?? 0
}
