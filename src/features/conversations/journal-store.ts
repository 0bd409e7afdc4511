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

/** Of one turn what follows a place. */
export interface WantedEvents {
  readonly turnId: string
  readonly after: Place
}

const MOST_OF_A_TURN = 500

/** The same for many turns in one statement, at most 500 events of each; whose they are was asked when the reading began. */
export async function selectEventsOfMany(handle: Handle, wanted: readonly WantedEvents[]): Promise<PlacedTurnEvent[]> {
  return handle.rows(
    EventRow.extend({ turnId: z.string() }),
    sql`select w.turn_id as "turnId", e.attempt, e.n, e.event
      from unnest(${wanted.map((one) => one.turnId)}::uuid[], ${wanted.map((one) => one.after.attempt)}::int[],
        ${wanted.map((one) => one.after.n)}::int[]) as w (turn_id, attempt, n)
      cross join lateral (
        select t.attempt, t.n, t.event from turn_events t
        where t.turn_id = w.turn_id and (t.attempt, t.n) > (w.attempt, w.n)
          and t.attempt = (select max(attempt) from turn_events where turn_id = w.turn_id)
        order by t.n limit ${MOST_OF_A_TURN}) e
      order by w.turn_id, e.n`,
  )
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

/** Makes and drops partitions; answers how many. By the database's clock: one process whose own is wrong would drop what is alive. */
export async function maintainPartitions(handle: Handle): Promise<number> {
  const row = await handle.first(z.object({ changed: z.int() }), sql`select maintain_turn_events(now()) as changed`)
  return row?.changed ?? 0
}
