import { z } from 'zod'
import type { ClientSnapshot, ClientStanding } from '#domain/client/standing.ts'
import type { Day } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const IdRow = z.object({ id: z.string() })
const CountRow = z.object({ count: z.number() })

/** The next clients in the order of their ids, of all or of those asked for. */
export async function listClientIds(
  handle: Handle,
  {
    after,
    only,
    limit,
  }: { readonly after: string; readonly only?: readonly string[] | undefined; readonly limit: number },
): Promise<string[]> {
  const among = only === undefined ? sql`true` : sql`c.id = any(${only}::text[])`
  const rows = await handle.rows(
    IdRow,
    sql`select c.id from clients c where c.id > ${after} and ${among} order by c.id limit ${limit}`,
  )
  return rows.map((row) => row.id)
}

/** Stores the standings of the day, each in place of the client's last one. */
export async function putStandings(handle: Handle, day: Day, standings: readonly ClientStanding[]): Promise<void> {
  await handle.run(sql`
    insert into client_standings (client_id, day, score, band, known_weight, reason, change_30, move_reason, churn_points, churn_band,
        outlook, overdue_micros, overdue_currency, oldest_overdue_days, late_days_last, late_days_recent, late_days_before,
        last_activity_on, active_mean, seats_mean)
      select "clientId", ${day}::date, score, band, "knownWeight", reason, "change30", "moveReason", "churnPoints", "churnBand",
        outlook, "overdueMicros", "overdueCurrency", "oldestOverdueDays", "lateDaysLast", "lateDaysRecent", "lateDaysBefore",
        "lastActivityOn", "activeMean", "seatsMean"
      from jsonb_to_recordset(${JSON.stringify(standings)}::jsonb) as s ("clientId" text, score real, band text, "knownWeight" real,
        reason text, "change30" real, "moveReason" text, "churnPoints" real, "churnBand" text, outlook text, "overdueMicros" bigint,
        "overdueCurrency" text, "oldestOverdueDays" int, "lateDaysLast" int, "lateDaysRecent" real, "lateDaysBefore" real,
        "lastActivityOn" date, "activeMean" real, "seatsMean" real)
    on conflict (client_id) do update set day = excluded.day, score = excluded.score, band = excluded.band,
      known_weight = excluded.known_weight, reason = excluded.reason, change_30 = excluded.change_30, move_reason = excluded.move_reason,
      churn_points = excluded.churn_points, churn_band = excluded.churn_band, outlook = excluded.outlook,
      overdue_micros = excluded.overdue_micros, overdue_currency = excluded.overdue_currency,
      oldest_overdue_days = excluded.oldest_overdue_days, late_days_last = excluded.late_days_last,
      late_days_recent = excluded.late_days_recent, late_days_before = excluded.late_days_before,
      last_activity_on = excluded.last_activity_on, active_mean = excluded.active_mean, seats_mean = excluded.seats_mean, updated_at = now()`)
}

const SnapshotRow = z.object({
  clientId: z.string(),
  day: z.string(),
  score: z.number().nullable(),
  band: z.enum(['thriving', 'healthy', 'at_risk', 'critical', 'churning', 'unknown']),
  knownWeight: z.number(),
  components: z.record(z.string(), z.number()),
  arrMicros: z.number().nullable(),
  currency: z.string(),
  renewalOn: z.string().nullable(),
  overdueMicros: z.number().nullable(),
})

/** Each client's newest stored day up to the day. */
export function listLastSnapshots(handle: Handle, ids: readonly string[], day: Day): Promise<ClientSnapshot[]> {
  return handle.rows(
    SnapshotRow,
    sql`select s.client_id as "clientId", s.day, s.score, s.band, s.known_weight as "knownWeight", s.components,
        s.arr_micros as "arrMicros", s.currency, s.renewal_on as "renewalOn", s.overdue_micros as "overdueMicros"
      from unnest(${ids}::text[]) as wanted (id)
      join lateral (select * from client_snapshots p where p.client_id = wanted.id and p.day <= ${day}::date
        order by p.day desc limit 1) s on true`,
  )
}

/** Stores days of clients; a day that is there already is written anew. */
export async function putSnapshots(handle: Handle, snapshots: readonly ClientSnapshot[]): Promise<void> {
  if (snapshots.length === 0) return
  await handle.run(sql`
    insert into client_snapshots (client_id, day, score, band, known_weight, components, arr_micros, currency, renewal_on, overdue_micros)
      select "clientId", day, score, band, "knownWeight", components, "arrMicros", currency, "renewalOn", "overdueMicros"
      from jsonb_to_recordset(${JSON.stringify(snapshots)}::jsonb) as s ("clientId" text, day date, score real, band text,
        "knownWeight" real, components jsonb, "arrMicros" bigint, currency text, "renewalOn" date, "overdueMicros" bigint)
    on conflict (client_id, day) do update set score = excluded.score, band = excluded.band, known_weight = excluded.known_weight,
      components = excluded.components, arr_micros = excluded.arr_micros, currency = excluded.currency,
      renewal_on = excluded.renewal_on, overdue_micros = excluded.overdue_micros`)
}

export async function countClients(handle: Handle): Promise<number> {
  return (await handle.first(CountRow, sql`select count(*) as count from clients`))?.count ?? 0
}

/** Notes that all clients were looked at for the day, so that no change differs from nobody having looked. */
export async function putSnapshotDay(handle: Handle, day: Day, rows: number): Promise<void> {
  await handle.run(sql`
    insert into snapshot_days (kind, day, rows) values ('clients', ${day}::date, ${rows}::int)
    on conflict (kind, day) do update set rows = excluded.rows, taken_at = now()`)
}

/** The days of a history made from dated rows, where none was looked at before; a second refresh beside this one adds none. */
export async function putFirstDays(handle: Handle, days: readonly Day[], rows: number): Promise<void> {
  await handle.run(sql`
    insert into snapshot_days (kind, day, rows) select 'clients', day, ${rows}::int from unnest(${days}::date[]) day
    where not exists (select 1 from snapshot_days where kind = 'clients')
    on conflict do nothing`)
}

/** Standings of clients that are no longer there; their history goes with them. */
export async function deleteOrphans(handle: Handle): Promise<void> {
  await handle.run(
    sql`delete from client_standings s where not exists (select 1 from clients c where c.id = s.client_id)`,
  )
  await handle.run(
    sql`delete from client_snapshots s where not exists (select 1 from clients c where c.id = s.client_id)`,
  )
}

/** Fresh tables without statistics make the first lists slow. */
export async function analyzeStandings(handle: Handle): Promise<void> {
  await handle.run(sql`analyze client_standings`)
  await handle.run(sql`analyze client_snapshots`)
}
