import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { ofVisibleDeal, visibleClients } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'

/** All of these are about a client that was found under the principal's scope before, or narrow to it themselves. */

const PointRow = z.object({ id: z.string(), onDay: z.string(), activeUsers: z.int() })

/** Active users on record of the 180 days up to the day, oldest first. */
export function listUsagePoints(handle: Handle, clientId: string, last: Day): Promise<z.infer<typeof PointRow>[]> {
  return handle.rows(
    PointRow,
    sql`select id, on_day as "onDay", active_users as "activeUsers" from usage_days
      where client_id = ${clientId} and active_users is not null and on_day <= ${last}::date and on_day > ${addDays(last, -180)}::date
      order by on_day, id`,
  )
}

const WeekRow = z.object({
  onDay: z.string(),
  activeUsers: z.number().nullable(),
  sessions: z.number().nullable(),
  adoption: z.number().nullable(),
  paymentsProcessed: z.number().nullable(),
  rowId: z.string(),
})

/** Usage by week, the weeks counted back from the day: 26 of them, those without rows left out. */
export function listUsageWeeks(handle: Handle, clientId: string, last: Day): Promise<z.infer<typeof WeekRow>[]> {
  return handle.rows(
    WeekRow,
    sql`select ${last}::date - 7 * ((${last}::date - on_day) / 7) as "onDay", avg(active_users)::float8 as "activeUsers",
        sum(sessions)::float8 as sessions,
        avg(least(1.0, features_used::float8 / features_available)) filter (where features_available > 0) as adoption,
        sum(payments_processed)::float8 as "paymentsProcessed", (array_agg(id order by on_day desc, id))[1] as "rowId"
      from usage_days where client_id = ${clientId} and on_day <= ${last}::date and on_day > ${addDays(last, -182)}::date
      group by 1 order by 1`,
  )
}

const TitleRow = z.object({ id: z.string(), title: z.string().nullable() })

/** Titles of the client's contacts. */
export function listContactTitles(handle: Handle, clientId: string): Promise<z.infer<typeof TitleRow>[]> {
  return handle.rows(TitleRow, sql`select id, title from contacts where client_id = ${clientId} order by id limit 500`)
}

const QuartileRow = z.object({ median: z.number().nullable(), upper: z.number().nullable() })

/** Median and upper quartile of yearly revenue of the clients in sight in a currency; null when none has one. */
export async function findArrQuartiles(
  handle: Handle,
  visible: VisibleReps,
  currency: string,
): Promise<{ median: number; upper: number } | null> {
  const row = await handle.first(
    QuartileRow,
    sql`select percentile_cont(0.5) within group (order by c.arr_micros)::float8 as median,
        percentile_cont(0.75) within group (order by c.arr_micros)::float8 as upper
      from clients c where c.arr_micros > 0 and c.currency = ${currency} and ${visibleClients(visible)}`,
  )
  const { median = null, upper = null } = row ?? {}
  return median === null || upper === null ? null : { median, upper }
}

const PEERS = 12

/** Ids of healthy clients in sight of the client's own segment (its industry where it has none), the nearest in revenue first. */
export async function listHealthyPeers(handle: Handle, visible: VisibleReps, clientId: string): Promise<string[]> {
  const rows = await handle.rows(
    z.object({ id: z.string() }),
    sql`select c.id from clients c join client_standings s on s.client_id = c.id
        join clients own on own.id = ${clientId} and coalesce(own.segment, own.industry) = coalesce(c.segment, c.industry)
      where c.id <> own.id and s.score >= 75 and ${visibleClients(visible)}
      order by abs(coalesce(c.arr_micros, 0) - coalesce(own.arr_micros, 0)), c.id limit ${PEERS}`,
  )
  return rows.map((row) => row.id)
}

/** Activities on record in a year that were interventions, among the clients in sight. */
export async function countInterventions(handle: Handle, visible: VisibleReps, last: Day): Promise<number> {
  const row = await handle.first(
    z.object({ count: z.number() }),
    sql`select count(*) as count from activities a join clients c on c.id = a.client_id
      where a.kind in ('intervention', 'save_plan', 'rescue') and a.on_day <= ${last}::date and a.on_day > ${addDays(last, -365)}::date
        and ${visibleClients(visible)} and ${ofVisibleDeal(visible, sql`a.deal_id`)}`,
  )
  return row?.count ?? 0
}

const CommitmentRow = z.object({
  id: z.string(),
  text: z.string(),
  side: z.enum(['us', 'them', 'unknown']),
  saidOn: z.string(),
  dueOn: z.string().nullable(),
  doneOn: z.string().nullable(),
  transcriptId: z.string(),
  transcriptTitle: z.string().nullable(),
})
export type ClientCommitmentRow = z.infer<typeof CommitmentRow>

/** Commitments of the client from the day on, and older ones still open; those of a deal out of sight stay out. */
export function listClientCommitments(
  handle: Handle,
  clientId: string,
  { visible, from, to }: { readonly visible: VisibleReps; readonly from: Day; readonly to: Day },
): Promise<ClientCommitmentRow[]> {
  return handle.rows(
    CommitmentRow,
    sql`select m.id, m.text, m.side, m.said_on as "saidOn", m.due_on as "dueOn", (m.done_at at time zone 'UTC')::date as "doneOn",
        m.transcript_id as "transcriptId", t.title as "transcriptTitle"
      from commitments m left join transcripts t on t.id = m.transcript_id
      where m.client_id = ${clientId} and m.said_on <= ${to}::date and (m.said_on >= ${from}::date or m.done_at is null)
        and ${ofVisibleDeal(visible, sql`m.deal_id`)}
      order by m.done_at is not null, m.due_on nulls last, m.id limit 30`,
  )
}
