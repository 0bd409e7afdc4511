import { z } from 'zod'
import { ServerState } from '#contract/mcp.ts'
import type { StateChange } from '#domain/mcp/server-health.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

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
  const text = era === null ? null : JSON.stringify(era)
  await handle.run(
    sql`insert into mcp_states (server_id, era, era_at) values (${serverId}, ${text}::jsonb, now())
      on conflict (server_id) do update set era = excluded.era, era_at = excluded.era_at`,
  )
}

export async function putCapabilities(handle: Handle, serverId: string, hash: string): Promise<void> {
  await handle.run(
    sql`insert into mcp_states (server_id, capability_hash, capabilities_at) values (${serverId}, ${hash}, now())
      on conflict (server_id) do update set previous_hash = mcp_states.capability_hash, capability_hash = excluded.capability_hash,
        capabilities_at = excluded.capabilities_at`,
  )
}

/** Takes or renews the lease to ask a server; false while another process holds it. */
export async function leaseServer(
  handle: Handle,
  lease: { readonly serverId: string; readonly owner: string; readonly seconds: number },
): Promise<boolean> {
  const { serverId, owner, seconds } = lease
  const taken = await handle.run(
    sql`insert into mcp_states (server_id, owner, leased_until) values (${serverId}, ${owner}, now() + make_interval(secs => ${seconds}))
      on conflict (server_id) do update set owner = excluded.owner, leased_until = excluded.leased_until
      where mcp_states.owner is null or mcp_states.owner = excluded.owner or mcp_states.leased_until < now()`,
  )
  return taken === 1
}

/** Lets go of what this process asks, so that another need not wait for the lease to end. */
export async function releaseServers(handle: Handle, owner: string): Promise<void> {
  await handle.run(sql`update mcp_states set owner = null, leased_until = null where owner = ${owner}`)
}

export async function insertTransition(
  handle: Handle,
  serverId: string,
  { from, to, reason, at }: Omit<StateChange, 'atMs'> & { readonly at: Date },
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

export async function addMinutes(handle: Handle, counts: readonly MinuteCount[]): Promise<void> {
  await handle.run(
    sql`insert into mcp_minutes (server_id, minute, asked, failed)
      select "serverId", minute, asked, failed from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
        as c ("serverId" text, minute timestamptz, asked int, failed int)
      on conflict (server_id, minute) do update set asked = mcp_minutes.asked + excluded.asked, failed = mcp_minutes.failed + excluded.failed`,
  )
}

const MinuteRow = z.object({ minute: z.date(), asked: z.number(), failed: z.number() })

/** The last day, minute by minute. */
export async function listMinutes(handle: Handle, serverId: string, since: Date): Promise<z.infer<typeof MinuteRow>[]> {
  return handle.rows(
    MinuteRow,
    sql`select minute, asked, failed from mcp_minutes where server_id = ${serverId} and minute >= ${since} order by minute`,
  )
}

/** Minutes older than a day and changes older than ninety are of no more use. */
export async function sweepHistory(handle: Handle): Promise<void> {
  await handle.run(sql`delete from mcp_minutes where minute < now() - interval '25 hours'`)
  await handle.run(sql`delete from mcp_transitions where at < now() - interval '90 days'`)
  await handle.run(sql`delete from mcp_calls where at < now() - interval '7 days'`)
}
