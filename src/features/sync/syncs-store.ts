import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  id: z.string(),
  serverId: z.string(),
  mapping: z.string(),
  mappingText: z.string().nullable(),
  settings: z.record(z.string(), z.string()),
  currency: z.string(),
  scheduleMinutes: z.int(),
  isEnabled: z.boolean(),
  nextRunAt: z.date().nullable(),
  lastOkAt: z.date().nullable(),
  lastFullAt: z.date().nullable(),
  failures: z.int(),
  runId: z.string().nullable(),
})
export type SyncRow = z.infer<typeof Row>

const COLUMNS = sql`id, server_id as "serverId", mapping, mapping_text as "mappingText", settings, currency,
  schedule_minutes as "scheduleMinutes", is_enabled as "isEnabled", next_run_at as "nextRunAt", last_ok_at as "lastOkAt",
  last_full_at as "lastFullAt", failures, run_id as "runId"`

export function listSyncRows(handle: Handle): Promise<SyncRow[]> {
  return handle.rows(Row, sql`select ${COLUMNS} from syncs order by server_id`)
}

export function findSyncRow(handle: Handle, id: string): Promise<SyncRow | undefined> {
  return handle.first(Row, sql`select ${COLUMNS} from syncs where id = ${id}`)
}

/** Held until the transaction ends. */
export function lockSyncRow(handle: Handle, id: string): Promise<SyncRow | undefined> {
  return handle.first(Row, sql`select ${COLUMNS} from syncs where id = ${id} for update`)
}

type NewSyncRow = Pick<
  SyncRow,
  'id' | 'serverId' | 'mapping' | 'mappingText' | 'settings' | 'currency' | 'scheduleMinutes' | 'nextRunAt'
>

/** False when the connection has one already. */
export async function insertSync(handle: Handle, row: NewSyncRow): Promise<boolean> {
  const inserted = await handle.run(
    sql`insert into syncs (id, server_id, mapping, mapping_text, settings, currency, schedule_minutes, next_run_at)
      values (${row.id}, ${row.serverId}, ${row.mapping}, ${row.mappingText}, ${JSON.stringify(row.settings)}::jsonb,
        ${row.currency}, ${row.scheduleMinutes}, ${row.nextRunAt})
      on conflict (server_id) do nothing`,
  )
  return inserted === 1
}

export async function updateSync(
  handle: Handle,
  id: string,
  change: Partial<
    Pick<SyncRow, 'mapping' | 'mappingText' | 'settings' | 'currency' | 'scheduleMinutes' | 'isEnabled' | 'nextRunAt'>
  >,
): Promise<void> {
  const { mapping, mappingText, settings, currency, scheduleMinutes, isEnabled, nextRunAt } = change
  const sets: Sql[] = [
    ...(mapping === undefined ? [] : [sql`mapping = ${mapping}`]),
    ...(mappingText === undefined ? [] : [sql`mapping_text = ${mappingText}`]),
    ...(settings === undefined ? [] : [sql`settings = ${JSON.stringify(settings)}::jsonb`]),
    ...(currency === undefined ? [] : [sql`currency = ${currency}`]),
    ...(scheduleMinutes === undefined ? [] : [sql`schedule_minutes = ${scheduleMinutes}`]),
    ...(isEnabled === undefined ? [] : [sql`is_enabled = ${isEnabled}`]),
    ...(nextRunAt === undefined ? [] : [sql`next_run_at = ${nextRunAt}`]),
  ]
  await handle.run(sql`update syncs set ${joinSql(sets, ', ')} where id = ${id}`)
}

export async function deleteSync(handle: Handle, id: string): Promise<boolean> {
  return (await handle.run(sql`delete from syncs where id = ${id}`)) === 1
}

/** Longer than a process may be silent while it works on a run; on the database's clock. */
const LEASE = sql`interval '45 seconds'`

/** Takes the run, unless another process works on it. */
export async function takeLease(
  handle: Handle,
  lease: { readonly runId: string; readonly owner: string },
): Promise<boolean> {
  const taken = await handle.run(
    sql`update syncs set lease_owner = ${lease.owner}, leased_until = now() + ${LEASE}
      where run_id = ${lease.runId} and (leased_until is null or leased_until < now() or lease_owner = ${lease.owner})`,
  )
  return taken === 1
}

/** Renews it, and holds the sync until the transaction ends; false when it was lost. */
export async function holdLease(
  handle: Handle,
  lease: { readonly runId: string; readonly owner: string },
): Promise<boolean> {
  const held = await handle.run(
    sql`update syncs set leased_until = now() + ${LEASE} where run_id = ${lease.runId} and lease_owner = ${lease.owner}`,
  )
  return held === 1
}

/** For whoever comes next, without waiting for its end. */
export async function freeLease(
  handle: Handle,
  lease: { readonly runId: string; readonly owner: string },
): Promise<void> {
  await handle.run(
    sql`update syncs set lease_owner = null, leased_until = null where run_id = ${lease.runId} and lease_owner = ${lease.owner}`,
  )
}

/** The run that is under way from now on. */
export async function setRun(handle: Handle, id: string, runId: string): Promise<void> {
  await handle.run(sql`update syncs set run_id = ${runId}, lease_owner = null, leased_until = null where id = ${id}`)
}

interface Ending {
  readonly nextRunAt: Date
  /** Set when it went well, and stored something. */
  readonly okAt: Date | null
  readonly failures: number
}

export async function endSyncRun(handle: Handle, id: string, { nextRunAt, okAt, failures }: Ending): Promise<void> {
  await handle.run(
    sql`update syncs set run_id = null, lease_owner = null, leased_until = null, next_run_at = ${nextRunAt}, failures = ${failures},
      last_ok_at = coalesce(${okAt}::timestamptz, last_ok_at), last_full_at = case when ${okAt}::timestamptz is null then last_full_at
        else (select min(full_at) from sync_cursors where sync_id = ${id}) end where id = ${id}`,
  )
}

const Due = z.object({ id: z.string(), runId: z.string().nullable() })

/** Syncs whose time has come, and runs that nobody works on any more. */
export function listDueSyncs(handle: Handle, now: Date): Promise<z.infer<typeof Due>[]> {
  return handle.rows(
    Due,
    sql`select id, run_id as "runId" from syncs
      where (run_id is null and is_enabled and next_run_at <= ${now})
        or (run_id is not null and coalesce(leased_until, '-infinity') < now() - interval '30 seconds') order by next_run_at`,
  )
}
