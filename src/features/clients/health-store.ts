import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { HealthDays, HealthRows } from '#domain/client/health-rows.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { ofVisibleDeal, visibleClients } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'
import { type ClientScope } from './clients-store.ts'

const DaysRow = z.object({
  clients: z.string(),
  usage: z.string(),
  activities: z.string(),
  tickets: z.string(),
  invoices: z.string(),
  contacts: z.string(),
})

async function findHealthDays(handle: Handle, today: Day): Promise<HealthDays> {
  const row = await handle.first(
    DaysRow,
    sql`select data_day('clients', today) as clients, data_day('usage', today) as usage, data_day('activities', today) as activities,
        data_day('tickets', today) as tickets, data_day('invoices', today) as invoices, data_day('contacts', today) as contacts
      from (select ${today}::date as today) clock`,
  )
  if (row === undefined) throw new Error('a query without a table gives one row')
  return row
}

const nullableText = z.string().nullable()
const nullableInt = z.int().nullable()
const ofClient = { clientId: z.string() }

const ClientRow = z.object({
  id: z.string(),
  name: z.string(),
  segment: nullableText,
  ownerName: nullableText,
  csmName: nullableText,
  arrMicros: z.number().nullable(),
  currency: z.string(),
  renewalOn: nullableText,
  licensedSeats: nullableInt,
  nps: nullableInt,
})
const UsageRow = z.object({
  ...ofClient,
  id: z.string(),
  onDay: z.string(),
  activeUsers: nullableInt,
  licensedSeats: nullableInt,
  sessions: nullableInt,
  featuresUsed: nullableInt,
  featuresAvailable: nullableInt,
})
const ActivityRow = z.object({
  ...ofClient,
  id: z.string(),
  contactId: nullableText,
  kind: z.string(),
  onDay: z.string(),
  subject: nullableText,
})
const TicketRow = z.object({
  ...ofClient,
  id: z.string(),
  openedOn: z.string(),
  resolvedOn: nullableText,
  escalated: z.boolean(),
  severity: nullableText,
  satisfaction: nullableInt,
  subject: nullableText,
})
const InvoiceRow = z.object({
  ...ofClient,
  id: z.string(),
  amountMicros: z.number().nullable(),
  currency: z.string(),
  issuedOn: nullableText,
  dueOn: nullableText,
  paidOn: nullableText,
})
const ContactRow = z.object({
  ...ofClient,
  id: z.string(),
  name: z.string(),
  role: nullableText,
  leftOn: nullableText,
  lastContactedOn: nullableText,
})

interface HealthScope extends ClientScope {
  readonly today: Day
  /** Usage summed up to windows that end so many days back, instead of rows. */
  readonly windows?: readonly UsageWindowAsk[]
}

export interface UsageWindowAsk {
  readonly back: number
  readonly days: number
}

/** What the health model reads of each of these clients that the principal sees: a fixed number of queries, however many clients. */
export async function listHealthRows(
  handle: Handle,
  ids: readonly string[],
  scope: HealthScope,
): Promise<HealthRows[]> {
  if (ids.length === 0) return []
  const days = await findHealthDays(handle, scope.today)
  const clients = await handle.rows(
    ClientRow,
    sql`select c.id, c.name, coalesce(c.segment, c.industry) as segment, owner.name as "ownerName", csm.name as "csmName",
        c.arr_micros as "arrMicros", c.currency, c.renewal_on as "renewalOn", c.licensed_seats as "licensedSeats", c.nps
      from clients c left join reps owner on owner.id = c.owner_rep_id left join reps csm on csm.id = c.csm_rep_id
      where c.id = any(${ids}::text[]) and ${visibleClients(scope.visible)} order by c.id`,
  )
  const seen = clients.map((client) => client.id)
  const { windows } = scope
  const usage = byClient(windows ? [] : await listUsage(handle, seen, days.usage))
  const counted = windows ? byClient(await listUsageWindows(handle, seen, { last: days.usage, windows })) : undefined
  const rows = await readParts(handle, seen, { days, scope })
  return clients.map(({ arrMicros, currency, ...client }) => ({
    days,
    client: { ...client, arr: arrMicros === null ? null : { amountMicros: arrMicros, currency } },
    usage: usage.get(client.id) ?? [],
    ...(counted ? { usageWindows: counted.get(client.id) ?? [] } : {}),
    activities: rows.activities.get(client.id) ?? [],
    tickets: rows.tickets.get(client.id) ?? [],
    invoices: rows.invoices.get(client.id) ?? [],
    contacts: rows.contacts.get(client.id) ?? [],
  }))
}

/** Days that the model may be asked for the past: every window is that much wider. */
const PAST_DAYS = 90

function listUsage(handle: Handle, ids: readonly string[], last: Day): Promise<z.infer<typeof UsageRow>[]> {
  return handle.rows(
    UsageRow,
    sql`select client_id as "clientId", id, on_day as "onDay", active_users as "activeUsers", licensed_seats as "licensedSeats", sessions,
        features_used as "featuresUsed", features_available as "featuresAvailable"
      from usage_days where client_id = any(${ids}::text[]) and on_day <= ${last}::date and on_day > ${last}::date - 180`,
  )
}

const WindowRow = z.object({
  ...ofClient,
  last: z.string(),
  days: z.int(),
  activeRows: z.int(),
  activeMean: z.number().nullable(),
  seatsMean: z.number().nullable(),
  adoptionMean: z.number().nullable(),
  sessions: z.number().nullable(),
})

/** The same arithmetic as `usageWindow` in the domain, where the rows are. */
async function listUsageWindows(
  handle: Handle,
  ids: readonly string[],
  { last, windows }: { readonly last: Day; readonly windows: readonly UsageWindowAsk[] },
) {
  const rows = await handle.rows(
    WindowRow,
    sql`select u.client_id as "clientId", (${last}::date - w.back) as last, w.days, count(u.active_users)::int as "activeRows",
        avg(u.active_users)::float8 as "activeMean", avg(u.licensed_seats)::float8 as "seatsMean",
        avg(least(1.0, u.features_used::float8 / u.features_available)) filter (where u.features_available > 0) as "adoptionMean",
        sum(u.sessions) as sessions
      from usage_days u
      join unnest(${windows.map((window) => window.back)}::int[], ${windows.map((window) => window.days)}::int[]) as w (back, days)
        on u.on_day <= ${last}::date - w.back and u.on_day > ${last}::date - w.back - w.days
      where u.client_id = any(${ids}::text[]) and u.on_day <= ${last}::date and u.on_day > ${last}::date - 180
      group by u.client_id, w.back, w.days`,
  )
  // Rows are not shipped, so none stands as evidence; who shows evidence reads rows.
  return rows.map((row) => ({ ...row, ends: [] }))
}

async function readParts(
  handle: Handle,
  ids: readonly string[],
  { days, scope }: { days: HealthDays; scope: ClientScope },
) {
  const mine = sql`client_id = any(${ids}::text[])`
  const activities = await handle.rows(
    ActivityRow,
    sql`select a.client_id as "clientId", a.id, a.contact_id as "contactId", a.kind, a.on_day as "onDay", a.subject from activities a
      where a.${mine} and a.on_day <= ${days.activities}::date and a.on_day > ${days.activities}::date - ${365 + PAST_DAYS}::int
        and ${ofVisibleDeal(scope.visible, sql`a.deal_id`)}`,
  )
  const tickets = await handle.rows(
    TicketRow,
    sql`select client_id as "clientId", id, opened_on as "openedOn", resolved_on as "resolvedOn", escalated, severity, satisfaction, subject
      from tickets where ${mine} and opened_on <= ${days.tickets}::date and opened_on > ${days.tickets}::date - ${180 + PAST_DAYS}::int`,
  )
  const invoices = await handle.rows(
    InvoiceRow,
    sql`select client_id as "clientId", id, amount_micros as "amountMicros", currency, issued_on as "issuedOn", due_on as "dueOn", paid_on as "paidOn"
      from invoices where ${mine} and (paid_on is null or paid_on > ${days.invoices}::date - ${PAST_DAYS}::int
        or coalesce(due_on, issued_on) > ${days.invoices}::date - ${400 + PAST_DAYS}::int)`,
  )
  const contacts = await handle.rows(
    ContactRow,
    sql`select client_id as "clientId", id, name, role, left_on as "leftOn", last_contacted_on as "lastContactedOn" from contacts where ${mine}`,
  )
  return {
    activities: byClient(activities),
    tickets: byClient(tickets),
    invoices: byClient(invoices),
    contacts: byClient(contacts),
  }
}

function byClient<Row extends { clientId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, (row) => row.clientId)
}
