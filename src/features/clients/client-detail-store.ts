import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import { describeChange } from '#domain/deal/describe-change.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { ofVisibleDeal } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'
import { type ClientScope } from './clients-store.ts'

const ContactRow = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  role: z.string().nullable(),
  email: z.string().nullable(),
  leftOn: z.string().nullable(),
  lastContactedOn: z.string().nullable(),
})

/** The parts of a client's page. The client itself was found under the principal's scope before. */
export function listClientContacts(handle: Handle, clientId: string): Promise<z.infer<typeof ContactRow>[]> {
  return handle.rows(
    ContactRow,
    sql`select id, name, title, role, email, left_on as "leftOn", last_contacted_on as "lastContactedOn"
      from contacts where client_id = ${clientId} order by left_on nulls first, name, id limit 200`,
  )
}

const HistoryRow = z.object({
  kind: z.enum(['activity', 'ticket', 'invoice', 'transcript', 'change']),
  id: z.string(),
  onDay: z.string(),
  title: z.string(),
  detail: z.string().nullable(),
  /** Of changes: what the value was, and what amounts are in; see the history of a deal. */
  oldValue: z.string().nullable(),
  newValue: z.string().nullable(),
  currency: z.string().nullable(),
})
type HistoryEntry = Pick<z.infer<typeof HistoryRow>, 'kind' | 'id' | 'onDay' | 'title' | 'detail'>

/**
 * The client's last hundred happenings, newest first, what is arranged before them; what belongs to a deal out of sight
 * stays out.
 */
export async function listClientHistory(
  handle: Handle,
  clientId: string,
  { visible, asOf }: ClientScope,
): Promise<HistoryEntry[]> {
  const rows = await handle.rows(
    HistoryRow,
    sql`select kind, id, on_day as "onDay", title, detail, old_value as "oldValue", new_value as "newValue", currency from (
        (select 'activity' as kind, a.id, a.on_day, coalesce(a.subject, a.kind) as title,
            nullif(concat_ws(' · ', case when a.on_day > data_day('activities', ${asOf}::date) then 'planned' end, left(a.notes, 500)), '') as detail,
            null::text as old_value, null::text as new_value, null::text as currency
          from activities a where a.client_id = ${clientId} and ${ofVisibleDeal(visible, sql`a.deal_id`)} order by a.on_day desc, a.id limit 100)
        union all
        (select 'ticket', t.id, t.opened_on, coalesce(t.subject, 'Ticket'),
          concat_ws(', ', t.severity, case when t.escalated then 'escalated' end, coalesce('resolved ' || t.resolved_on, 'open')), null, null, null
          from tickets t where t.client_id = ${clientId} order by t.opened_on desc, t.id limit 100)
        union all
        (select 'invoice', i.id, coalesce(i.due_on, i.issued_on), 'Invoice' || coalesce(' due ' || i.due_on, ''),
          coalesce('paid ' || i.paid_on, 'not paid'), null, null, null
          from invoices i where i.client_id = ${clientId} and coalesce(i.due_on, i.issued_on) is not null
          order by coalesce(i.due_on, i.issued_on) desc, i.id limit 100)
        union all
        (select 'transcript', s.id, s.on_day, s.title, left(s.body, 500), null, null, null
          from transcripts s where s.client_id = ${clientId} and ${ofVisibleDeal(visible, sql`s.deal_id`)} order by s.on_day desc, s.id limit 100)
        union all
        (select 'change', h.id::text, h.as_of, h.field, null, h.old_value, h.new_value,
            (select c.currency from clients c where c.id = h.record_id and not exists (select 1 from record_changes other
              where other.kind = 'clients' and other.record_id = h.record_id and other.field = 'currency'))
          from record_changes h where h.kind = 'clients' and h.record_id = ${clientId} order by h.id desc limit 100)
      ) happened order by on_day desc, kind, id desc limit 100`,
  )
  return rows.map(({ oldValue: from, newValue: to, currency, ...row }) =>
    row.kind === 'change' ? { ...row, ...describeChange({ field: row.title, from, to, currency }) } : row,
  )
}

const UsageRow = z.object({ onDay: z.string(), activeUsers: z.int().nullable(), sessions: z.int().nullable() })

/** Usage of the last year the data speaks for, oldest first. */
export function listClientUsage(handle: Handle, clientId: string, today: Day): Promise<z.infer<typeof UsageRow>[]> {
  return handle.rows(
    UsageRow,
    sql`select on_day as "onDay", active_users as "activeUsers", sessions from usage_days
      where client_id = ${clientId} and on_day > data_day('usage', ${today}::date) - 365 and on_day <= data_day('usage', ${today}::date)
      order by on_day, id limit 400`,
  )
}
