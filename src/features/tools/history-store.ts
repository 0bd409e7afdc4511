import { z } from 'zod'
import { ServerState } from '#contract/mcp.ts'
import type { StateChange } from '#domain/mcp/server-health.ts'
import { cleanJson } from '#domain/turn/clean-text.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { advanceSequence } from './shared-store.ts'

/** What outlives a restart. No state is kept as an order not to connect: a process that starts looks for itself. */
export const StateRow = z.object({
  serverId: z.string(),
  era: z.unknown(),
  eraAt: z.date().nullable(),
  capabilityHash: z.string().nullable(),
  previousHash: z.string().nullable(),
  capabilitiesAt: z.date().nullable(),
})
export type StateRow = z.infer<typeof StateRow>

export function findStateRow(handle: Handle, serverId: string): Promise<StateRow | undefined> {
  return handle.first(
    StateRow,
    sql`select server_id as "serverId", era, era_at as "eraAt", capability_hash as "capabilityHash", previous_hash as "previousHash",
        capabilities_at as "capabilitiesAt" from mcp_states where server_id = ${serverId}`,
  )
}

export async function putEra(handle: Handle, serverId: string, era: unknown): Promise<void> {
  const text = era === null ? null : JSON.stringify(cleanJson(era))
  await handle.run(
    sql`insert into mcp_states (server_id, era, era_at) values (${serverId}, ${text}::jsonb, now())
      on conflict (server_id) do update set era = excluded.era, era_at = excluded.era_at`,
  )
}

export async function putCapabilities(handle: Handle, serverId: string, hash: string): Promise<void> {
  await handle.run(
    sql`insert into mcp_states (server_id, capability_hash, capabilities_at) values (${serverId}, ${hash}, now())
      on conflict (server_id) do update set previous_hash = mcp_states.capability_hash, capability_hash = excluded.capability_hash,
        capabilities_at = excluded.capabilities_at
      where mcp_states.capability_hash is distinct from excluded.capability_hash`,
  )
}

export async function insertTransition(
  handle: Handle,
  serverId: string,
  { from, to, reason, at }: Omit<StateChange, 'atMs'> & { readonly at: string },
): Promise<void> {
  await handle.run(
    sql`insert into mcp_transitions (server_id, at, from_state, to_state, reason) values (${serverId}, ${at}, ${from}, ${to}, ${reason})`,
  )
  await handle.run(
    sql`insert into mcp_states (server_id, state, reason, since) values (${serverId}, ${to}, ${reason}, ${at})
      on conflict (server_id) do update set state = excluded.state, reason = excluded.reason, since = excluded.since`,
  )
}

const TransitionRow = z.object({ at: z.date(), from: ServerState, to: ServerState, reason: z.string() })
export type TransitionRow = z.infer<typeof TransitionRow>

/** The last changes of state, oldest first. */
export async function listTransitions(handle: Handle, serverId: string, limit: number): Promise<TransitionRow[]> {
  const rows = await handle.rows(
    TransitionRow,
    sql`select at, from_state as "from", to_state as "to", reason from mcp_transitions where server_id = ${serverId} order by id desc limit ${limit}`,
  )
  return rows.toReversed()
}

export interface MinuteCount {
  readonly serverId: string
  readonly minute: Date
  readonly asked: number
  readonly failed: number
}

const MinuteRow = z.object({ serverId: z.string(), minute: z.date(), asked: z.number(), failed: z.number() })
const MINUTE_COLUMNS = sql`server_id as "serverId", minute, asked, failed`

/** Adds to what all processes counted, as one more step of the sequence; answers what the minutes hold now. */
export async function addMinutes(handle: Handle, counts: readonly MinuteCount[]): Promise<MinuteCount[]> {
  // In one order everywhere, so that processes never wait for each other in a circle.
  await handle.run(
    sql`insert into mcp_minutes (server_id, minute, asked, failed)
      select "serverId", minute, asked, failed from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
        as c ("serverId" text, minute timestamptz, asked int, failed int) order by 1, 2
      on conflict (server_id, minute) do update set asked = mcp_minutes.asked + excluded.asked, failed = mcp_minutes.failed + excluded.failed`,
  )
  const seq = await advanceSequence(handle)
  return handle.rows(
    MinuteRow,
    sql`update mcp_minutes m set seq = ${seq} from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
        as c ("serverId" text, minute timestamptz)
      where m.server_id = c."serverId" and m.minute = c.minute returning m.server_id as "serverId", m.minute, m.asked, m.failed`,
  )
}

/** Minutes of any server to which somebody has added after a number of the sequence. */
export function listChangedMinutes(handle: Handle, after: number): Promise<MinuteCount[]> {
  return handle.rows(MinuteRow, sql`select ${MINUTE_COLUMNS} from mcp_minutes where seq > ${after}`)
}

/** The last day, minute by minute. */
export async function listMinutes(handle: Handle, serverId: string, since: Date): Promise<MinuteCount[]> {
  return handle.rows(
    MinuteRow,
    sql`select ${MINUTE_COLUMNS} from mcp_minutes where server_id = ${serverId} and minute >= ${since} order by minute`,
  )
}

/** Minutes older than a day and changes older than ninety are of no more use. */
export async function sweepHistory(handle: Handle): Promise<void> {
  await handle.run(sql`delete from mcp_minutes where minute < now() - interval '25 hours'`)
  await handle.run(sql`delete from mcp_transitions where at < now() - interval '90 days'`)
  await handle.run(sql`delete from mcp_calls where at < now() - interval '7 days'`)
}
