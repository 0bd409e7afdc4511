import { z } from 'zod'
import { StatusEvent } from '#contract/mcp.ts'
import { cleanJson } from '#domain/turn/clean-text.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** One server as it is set up: processes that have it set up alike share what is known of it. */
export interface ReportKey {
  readonly serverId: string
  readonly setup: string
}

const Counter = z.coerce.number()
const Sequence = z.object({ seq: Counter, events: Counter, nowMs: z.number() })

/** How far everything has come, and what time it is for all. */
export async function readSequence(handle: Handle): Promise<z.infer<typeof Sequence>> {
  const row = await handle.first(
    Sequence,
    sql`select coalesce(max(seq), 0) as seq, coalesce(max(events), 0) as events,
      extract(epoch from clock_timestamp())::float8 * 1000 as "nowMs" from mcp_sequence`,
  )
  // Of an aggregate there is always one.
  if (!row) throw new Error('the sequence of MCP servers was not answered')
  return row
}

/** The next number, with events that happened by it. The last statement of its transaction: whoever comes next waits for the commit. */
export async function advanceSequence(handle: Handle, events: readonly StatusEvent[] = []): Promise<number> {
  const moved = await handle.first(
    z.object({ seq: Counter, events: Counter }),
    sql`insert into mcp_sequence as known (is_only, seq, events) values (true, 1, ${events.length})
      on conflict (is_only) do update set seq = known.seq + 1, events = known.events + excluded.events returning seq, events`,
  )
  const { seq, events: last } = moved ?? { seq: 0, events: 0 }
  if (events.length > 0)
    await handle.run(
      sql`insert into mcp_events (number, event) select ${last - events.length} + place, event
        from jsonb_array_elements(${JSON.stringify(cleanJson(events))}::jsonb) with ordinality as told (event, place)`,
    )
  return seq
}

const EventRow = z.object({ number: Counter, event: z.unknown() })

export interface NumberedEvent {
  /** Grows by one with each event, for all processes. */
  readonly number: number
  readonly event: StatusEvent
}

interface EventRange {
  readonly after: number
  /** None beyond it: whatever else was read is of before. */
  readonly upTo: number
}

/** Events of a range of numbers, the last ones of them, oldest first. */
export async function listEvents(handle: Handle, { after, upTo }: EventRange, limit: number): Promise<NumberedEvent[]> {
  const rows = await handle.rows(
    EventRow,
    sql`select number, event from mcp_events where number > ${after} and number <= ${upTo} order by number desc limit ${limit}`,
  )
  return rows.toReversed().flatMap(({ number, event }) => {
    // One of a newer version of this program is for its own readers.
    const known = StatusEvent.safeParse(event)
    return known.success ? [{ number, event: known.data }] : []
  })
}

export async function sweepEvents(handle: Handle): Promise<void> {
  await handle.run(sql`delete from mcp_events where at < now() - interval '1 hour'`)
}

const ReportRow = z.object({ serverId: z.string(), setup: z.string(), report: z.unknown(), seq: Counter })
export type ReportRow = z.infer<typeof ReportRow>

/** Reports that were changed after a number. */
export function listReports(handle: Handle, after: number): Promise<ReportRow[]> {
  return handle.rows(
    ReportRow,
    sql`select server_id as "serverId", setup, report, seq from mcp_reports where seq > ${after}`,
  )
}

export function findReport(handle: Handle, { serverId, setup }: ReportKey): Promise<ReportRow | undefined> {
  return handle.first(
    ReportRow,
    sql`select server_id as "serverId", setup, report, seq from mcp_reports where server_id = ${serverId} and setup = ${setup}`,
  )
}

/** Whether a server that was added on screen is there; then it stays until this transaction has ended. */
export async function holdServer(handle: Handle, serverId: string): Promise<boolean> {
  const there = await handle.first(z.unknown(), sql`select 1 from mcp_servers where id = ${serverId} for key share`)
  return there !== undefined
}

/** Whether it is still this process that asks the server; then no other takes over until this transaction has ended. */
export async function holdProber(
  handle: Handle,
  { serverId, setup }: ReportKey,
  { owner, fence }: { readonly owner: string; readonly fence: number },
): Promise<boolean> {
  const held = await handle.first(
    z.unknown(),
    sql`select 1 from mcp_probers where server_id = ${serverId} and setup = ${setup} and owner = ${owner} and fence = ${fence} for share`,
  )
  return held !== undefined
}

const LockedRow = z.object({
  report: z.unknown(),
  seq: Counter,
  owner: z.string().nullable(),
  fence: Counter.nullable(),
})

/**
 * The report for whoever changes it, and who asks the server now; others wait until this transaction has ended. Undefined when
 * the server has been removed meanwhile: nothing is to be written of it any more.
 */
export async function lockReport(
  handle: Handle,
  { serverId, setup }: ReportKey,
  { isStored }: { readonly isStored: boolean },
): Promise<z.infer<typeof LockedRow> | undefined> {
  if (isStored && !(await holdServer(handle, serverId))) return undefined
  await handle.run(
    sql`insert into mcp_reports (server_id, setup) values (${serverId}, ${setup}) on conflict (server_id, setup) do nothing`,
  )
  return handle.first(
    LockedRow,
    sql`select r.report, r.seq, p.owner, p.fence from mcp_reports r left join mcp_probers p using (server_id, setup)
      where server_id = ${serverId} and setup = ${setup} for update of r`,
  )
}

export async function putReport(
  handle: Handle,
  { serverId, setup }: ReportKey,
  { report, seq }: { readonly report: string; readonly seq: number },
): Promise<void> {
  await handle.run(
    sql`update mcp_reports set report = ${report}::jsonb, seq = ${seq}, updated_at = now()
      where server_id = ${serverId} and setup = ${setup}`,
  )
}

const HeldRow = z.object({ serverId: z.string(), setup: z.string(), fence: Counter })
export type HeldRow = z.infer<typeof HeldRow>

/** Takes or renews the right to ask servers, as far as no other process has it; answers those that are held now. */
export function leaseProbers(
  handle: Handle,
  { keys, owner, ms }: { readonly keys: readonly ReportKey[]; readonly owner: string; readonly ms: number },
): Promise<HeldRow[]> {
  return handle.rows(
    HeldRow,
    sql`insert into mcp_probers as known (server_id, setup, owner, leased_until)
      select "serverId", setup, ${owner}::uuid, clock_timestamp() + make_interval(secs => ${ms / 1000}::float8)
      from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as wanted ("serverId" text, setup text) order by 1, 2
      on conflict (server_id, setup) do update set leased_until = excluded.leased_until, owner = excluded.owner,
        fence = known.fence + case when known.owner = excluded.owner then 0 else 1 end
      where known.owner is null or known.owner = excluded.owner or known.leased_until < clock_timestamp()
      returning server_id as "serverId", setup, fence`,
  )
}

/** Lets go of servers that this process asks, of all of them unless some are named: another need not wait for the lease to end. */
export async function releaseProbers(handle: Handle, owner: string, keys?: readonly ReportKey[]): Promise<void> {
  const which =
    keys === undefined
      ? sql`true`
      : sql`(server_id, setup) in (select "serverId", setup
          from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as gone ("serverId" text, setup text))`
  // The row stays, so that the fence goes on rising.
  await handle.run(sql`update mcp_probers set owner = null where owner = ${owner} and ${which}`)
}

const MarkRow = z.object({ serverId: z.string(), toolsSeq: Counter, credentialsSeq: Counter })
export type MarkRow = z.infer<typeof MarkRow>

/** Servers whose tools or sign-ins changed after a number. */
export function listMarks(handle: Handle, after: number): Promise<MarkRow[]> {
  return handle.rows(
    MarkRow,
    sql`select server_id as "serverId", tools_seq as "toolsSeq", credentials_seq as "credentialsSeq" from mcp_states
      where tools_seq > ${after} or credentials_seq > ${after}`,
  )
}

/**
 * Every process looks again at what was changed of the server. Belongs to the end of the transaction that changed it; the
 * sequence is taken last there, as everywhere.
 */
export async function markServer(handle: Handle, serverId: string, changed: 'tools' | 'credentials'): Promise<void> {
  await handle.run(
    sql`insert into mcp_states (server_id) values (${serverId}) on conflict (server_id) do update set server_id = excluded.server_id`,
  )
  const seq = await advanceSequence(handle)
  const column = changed === 'tools' ? sql`tools_seq` : sql`credentials_seq`
  await handle.run(sql`update mcp_states set ${column} = ${seq} where server_id = ${serverId}`)
}

/** Of set-ups that nobody has had for a week: whoever held the fence then holds nothing any more. */
export async function sweepSetups(handle: Handle): Promise<void> {
  await handle.run(sql`delete from mcp_reports where updated_at < now() - interval '7 days'`)
  await handle.run(sql`delete from mcp_probers where leased_until < now() - interval '7 days'`)
}
