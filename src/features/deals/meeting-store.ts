import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { ClientNumbers, MeetingCommitment, MeetingPerson, MeetingTouch } from '#domain/deal/meeting.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { ofVisibleDeal, visibleClients, visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

export interface MeetingScope {
  readonly visible: VisibleReps
  readonly asOf: Day
}

const NamedRow = z.object({ id: z.string(), name: z.string() })
export type NamedClient = z.infer<typeof NamedRow>

/** Clients in sight that a text may mean: by id or name alone if one fits exactly, else names that hold it. At most nine. */
export async function findClients(handle: Handle, visible: VisibleReps, text: string): Promise<NamedClient[]> {
  const wanted = text.trim().toLowerCase()
  const rows = await handle.rows(
    NamedRow,
    sql`select c.id, c.name from clients c where ${visibleClients(visible)}
      and (lower(c.id) = ${wanted} or strpos(lower(c.name), ${wanted}) > 0)
      order by lower(c.id) = ${wanted} or lower(c.name) = ${wanted} desc, c.name, c.id limit 9`,
  )
  const exact = rows.filter((row) => row.id.toLowerCase() === wanted || row.name.toLowerCase() === wanted)
  return exact.length > 0 ? exact : rows
}

const MeetingRow = z.object({
  id: z.string(),
  kind: z.string(),
  onDay: z.string(),
  subject: z.string().nullable(),
  clientId: z.string().nullable(),
  dealId: z.string().nullable(),
})
export type MeetingRow = z.infer<typeof MeetingRow>

/** What of a coming meeting is wanted: it by its id, by words of its subject, or the first one with a client or deal. */
export type MeetingWanted =
  | { readonly by: 'id' | 'subject' | 'client' | 'deal'; readonly text: string }
  | { readonly by: 'next'; readonly repId: string | null }

/** The first coming meeting or call in sight that is wanted; by id also one of the past. */
export function findMeeting(
  handle: Handle,
  { visible, asOf }: MeetingScope,
  wanted: MeetingWanted,
): Promise<MeetingRow | undefined> {
  const coming = sql`a.on_day > ${asOf}::date and a.kind ~* '^(meeting|call|demo|visit|training)'`
  const inSight =
    visible.kind === 'all'
      ? sql`true`
      : sql`(exists (select 1 from deals d where d.id = a.deal_id and ${visibleDeals(visible)})
          or (a.deal_id is null and exists (select 1 from clients c where c.id = a.client_id and ${visibleClients(visible)})))`
  return handle.first(
    MeetingRow,
    sql`select a.id, a.kind, a.on_day as "onDay", a.subject, a.client_id as "clientId", a.deal_id as "dealId"
      from activities a where ${wantedMeeting(wanted, coming)} and ${inSight} order by a.on_day, a.id limit 1`,
  )
}

function wantedMeeting(wanted: MeetingWanted, coming: Sql): Sql {
  switch (wanted.by) {
    case 'id':
      return sql`a.id = ${wanted.text}`
    case 'subject':
      return sql`${coming} and strpos(lower(a.subject), ${wanted.text.toLowerCase()}) > 0`
    case 'client':
      return sql`${coming} and a.client_id = ${wanted.text}`
    case 'deal':
      return sql`${coming} and a.deal_id = ${wanted.text}`
    case 'next':
      return wanted.repId === null ? coming : sql`${coming} and a.rep_id = ${wanted.repId}`
  }
}

const DealRow = z.object({
  id: z.string(),
  name: z.string(),
  clientId: z.string().nullable(),
  stageEnteredOn: z.string().nullable(),
})
const DEALS_SHOWN = 4

/** The deal that is meant, or the client's open deals in sight, the largest first. */
export function listMeetingDeals(
  handle: Handle,
  { visible }: MeetingScope,
  about: { readonly dealId: string | null; readonly clientId: string | null },
): Promise<z.infer<typeof DealRow>[]> {
  const which =
    about.dealId === null ? sql`d.client_id = ${about.clientId} and d.status = 'open'` : sql`d.id = ${about.dealId}`
  return handle.rows(
    DealRow,
    sql`select d.id, d.name, d.client_id as "clientId", d.stage_entered_on as "stageEnteredOn" from deals d
      where ${which} and ${visibleDeals(visible)} order by d.value_micros desc nulls last, d.id limit ${DEALS_SHOWN}`,
  )
}

/** The name of a client in sight. */
export function findClientName(handle: Handle, visible: VisibleReps, id: string): Promise<NamedClient | undefined> {
  return handle.first(
    NamedRow,
    sql`select c.id, c.name from clients c where c.id = ${id} and ${visibleClients(visible)}`,
  )
}

const PersonRow = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  role: z.string().nullable(),
  leftOn: z.string().nullable(),
  firstTouchOn: z.string().nullable(),
  lastTouchOn: z.string().nullable(),
  touches: z.number(),
})
const PEOPLE_SHOWN = 12

/** People at a client in sight, with the touches in sight that each was part of. */
export function listPeople(
  handle: Handle,
  { visible, asOf }: MeetingScope,
  clientId: string,
): Promise<MeetingPerson[]> {
  return handle.rows(
    PersonRow,
    sql`select k.id, k.name, k.title, k.role, k.left_on as "leftOn", t.first as "firstTouchOn",
        greatest(t.last, case when k.last_contacted_on <= ${asOf}::date then k.last_contacted_on end) as "lastTouchOn",
        t.touches
      from contacts k cross join lateral (
        select min(a.on_day) as first, max(a.on_day) as last, count(*) as touches from activities a
        where a.client_id = k.client_id and a.contact_id = k.id and a.on_day <= ${asOf}::date
          and ${ofVisibleDeal(visible, sql`a.deal_id`)}) t
      where k.client_id = ${clientId} order by k.left_on desc nulls first, t.last desc nulls last, k.name, k.id limit ${PEOPLE_SHOWN}`,
  )
}

const TouchRow = z.object({
  id: z.string(),
  kind: z.string(),
  onDay: z.string(),
  subject: z.string().nullable(),
  notes: z.string().nullable(),
  contactName: z.string().nullable(),
})
const TOUCHES_SHOWN = 5

/** The last five touches of the deal, or of the client, in sight. */
export function listTouches(
  handle: Handle,
  { visible, asOf }: MeetingScope,
  about: { readonly dealId: string | null; readonly clientId: string | null },
): Promise<MeetingTouch[]> {
  const which = about.dealId === null ? sql`a.client_id = ${about.clientId}` : sql`a.deal_id = ${about.dealId}`
  return handle.rows(
    TouchRow,
    sql`select a.id, a.kind, a.on_day as "onDay", a.subject, left(a.notes, 300) as notes, k.name as "contactName"
      from activities a left join contacts k on k.id = a.contact_id
      where ${which} and a.on_day <= ${asOf}::date and ${ofVisibleDeal(visible, sql`a.deal_id`)}
      order by a.on_day desc, a.id desc limit ${TOUCHES_SHOWN}`,
  )
}

const CommitmentRow = z.object({
  id: z.string(),
  text: z.string(),
  side: z.enum(['us', 'them', 'unknown']),
  speaker: z.string().nullable(),
  saidOn: z.string(),
  dueOn: z.string().nullable(),
  transcriptId: z.string(),
})
const COMMITMENTS_SHOWN = 8

/** Open commitments of the deal, or of the client, in sight; those due first at the top. */
export function listOpenCommitments(
  handle: Handle,
  { visible }: MeetingScope,
  about: { readonly dealId: string | null; readonly clientId: string | null },
): Promise<MeetingCommitment[]> {
  const which = about.dealId === null ? sql`m.client_id = ${about.clientId}` : sql`m.deal_id = ${about.dealId}`
  return handle.rows(
    CommitmentRow,
    sql`select m.id, m.text, m.side, m.speaker, m.said_on as "saidOn", m.due_on as "dueOn", m.transcript_id as "transcriptId"
      from commitments m where ${which} and m.done_at is null and ${ofVisibleDeal(visible, sql`m.deal_id`)}
      order by m.due_on nulls last, m.id limit ${COMMITMENTS_SHOWN}`,
  )
}

const NumbersRow = z.object({
  arrMicros: z.number().nullable(),
  currency: z.string(),
  renewalOn: z.string().nullable(),
  usersNow: z.number().nullable(),
  usersBefore: z.number().nullable(),
  usageId: z.string().nullable(),
  tickets: z.number(),
  ticketIds: z.array(z.string()).nullable(),
  ticketNames: z.array(z.string()).nullable(),
  overdueMicros: z.number().nullable(),
  invoiceIds: z.array(z.string()).nullable(),
  oldestDays: z.number().nullable(),
})

/** Revenue, renewal, usage, tickets and overdue invoices of a client that was found in sight before. */
export async function findClientNumbers(
  handle: Handle,
  { asOf }: MeetingScope,
  clientId: string,
): Promise<ClientNumbers | null> {
  const day = (kind: string): Sql => sql`(select data_day(${kind}, ${asOf}::date))`
  const row = await handle.first(
    NumbersRow,
    sql`select c.arr_micros as "arrMicros", c.currency, c.renewal_on as "renewalOn", u.now as "usersNow", u.before as "usersBefore",
        u.id as "usageId", t.open as tickets, t.ids as "ticketIds", t.names as "ticketNames",
        i.overdue as "overdueMicros", i.ids as "invoiceIds", i.oldest as "oldestDays"
      from clients c
      cross join lateral (select avg(on_day_users) filter (where age < 30)::float8 as now,
          avg(on_day_users) filter (where age >= 30)::float8 as before, (array_agg(id order by age))[1] as id
        from (select id, active_users as on_day_users, ${day('usage')} - on_day as age from usage_days
          where client_id = c.id and active_users is not null and on_day <= ${day('usage')} and on_day > ${day('usage')} - 60) days) u
      cross join lateral (select count(*) as open, (array_agg(id order by opened_on desc))[1:4] as ids,
          (array_agg(coalesce(subject, id) order by opened_on desc))[1:4] as names
        from tickets where client_id = c.id and opened_on <= ${day('tickets')}
          and (resolved_on is null or resolved_on > ${day('tickets')})) t
      cross join lateral (select sum(amount_micros)::float8 as overdue, (array_agg(id order by due_on))[1:4] as ids,
          max(${day('invoices')} - due_on) as oldest
        from invoices where client_id = c.id and due_on < ${day('invoices')} and currency = c.currency
          and (paid_on is null or paid_on > ${day('invoices')})) i
      where c.id = ${clientId}`,
  )
  return row === undefined ? null : presentNumbers(row)
}

function presentNumbers(row: z.infer<typeof NumbersRow>): ClientNumbers {
  const { currency, usersNow, usersBefore } = row
  return {
    arr: row.arrMicros === null ? null : { amountMicros: row.arrMicros, currency },
    renewalOn: row.renewalOn,
    usageChange: usersNow === null || usersBefore === null || usersBefore === 0 ? null : usersNow / usersBefore - 1,
    usageRows: row.usageId === null ? [] : [{ kind: 'usage', id: row.usageId, label: 'the latest day of usage' }],
    openTicketCount: row.tickets,
    openTickets: (row.ticketIds ?? []).map((id, index) => ({
      kind: 'ticket',
      id,
      label: row.ticketNames?.[index] ?? id,
    })),
    overdue: row.overdueMicros === null ? null : { amountMicros: row.overdueMicros, currency },
    overdueRows: (row.invoiceIds ?? []).map((id) => ({ kind: 'invoice', id, label: id })),
    oldestOverdueDays: row.oldestDays,
  }
}
