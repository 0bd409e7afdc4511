import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import { STALE_AFTER_DAYS } from '#domain/home/attention.ts'
import { ENTRIES_SHOWN } from '#domain/home/sections.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients, visibleDeals, visibleWork } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { askNameOf, DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, IS_ESTIMATED } from './deals-store.ts'

/** Rows a home page is about: those in sight, narrowed to one rep's own where the page is that rep's. */
export interface HomeScope {
  readonly visible: VisibleReps
  readonly ownRepId: string | null
  readonly asOf: Day
}

const MEETING_DAYS = 14
const COMMITMENT_DAYS = 7
/** Kinds of activities at which people meet. */
const MEETING_KINDS = 'call|meet|demo|visit|review|qbr|workshop|onsite|training'

const nullableText = z.string().nullable()
const nullableInt = z.int().nullable()

function homeDeals({ visible, ownRepId }: HomeScope): Sql {
  return ownRepId === null ? visibleDeals(visible) : sql`(${visibleDeals(visible)} and d.rep_id = ${ownRepId})`
}

const NeedRow = z.object({
  id: z.string(),
  name: z.string(),
  askName: z.string(),
  stage: z.string(),
  clientName: nullableText,
  valueMicros: z.number().nullable(),
  currency: z.string(),
  isEstimated: z.boolean(),
  riskLevel: z.enum(['high', 'medium', 'low', 'unknown']).nullable(),
  reason: nullableText,
  nextStep: nullableText,
  stepDaysLate: nullableInt,
  closeDaysLate: nullableInt,
  total: z.int(),
})

/** Open deals with high risk, an overdue step or a passed close; high risk first, then the most money. */
export function listDealsInNeed(handle: Handle, scope: HomeScope): Promise<z.infer<typeof NeedRow>[]> {
  const day = sql`${scope.asOf}::date`
  const late = (column: Sql): Sql => sql`(${column} < ${day} and ${column} >= ${day} - ${STALE_AFTER_DAYS}::int)`
  const isStepLate = late(sql`d.next_step_on`)
  const isCloseLate = late(sql`d.expected_close_on`)
  return handle.rows(
    NeedRow,
    sql`select d.id, d.name, ${askNameOf(scope.visible)} as "askName", d.stage, c.name as "clientName",
        ${DEAL_VALUE} as "valueMicros", ${DEAL_CURRENCY} as currency, ${IS_ESTIMATED} as "isEstimated",
        s.risk_level as "riskLevel", s.reason, d.next_step as "nextStep",
        case when ${isStepLate} then ${day} - d.next_step_on end as "stepDaysLate",
        case when ${isCloseLate} then ${day} - d.expected_close_on end as "closeDaysLate", (count(*) over ())::int as total
      from ${DEALS_JOINED} left join deal_standings s on s.deal_id = d.id
      where d.status = 'open' and ${homeDeals(scope)} and (s.risk_level = 'high' or ${isStepLate} or ${isCloseLate})
      order by (s.risk_level = 'high') desc nulls last, ${DEAL_VALUE} desc nulls last, d.id limit ${ENTRIES_SHOWN}`,
  )
}

const OpenRow = z.object({ open: z.int(), judged: z.int(), planned: z.int() })

/** Open deals, and how many of them have a computed risk and a day for the next step. */
export async function countOpenDeals(handle: Handle, scope: HomeScope): Promise<z.infer<typeof OpenRow>> {
  const row = await handle.first(
    OpenRow,
    sql`select count(*)::int as open, count(s.deal_id)::int as judged, count(d.next_step_on)::int as planned
      from deals d left join deal_standings s on s.deal_id = d.id where d.status = 'open' and ${homeDeals(scope)}`,
  )
  return row ?? { open: 0, judged: 0, planned: 0 }
}

const MeetingRow = z.object({
  id: z.string(),
  kind: z.string(),
  onDay: z.string(),
  inDays: z.int(),
  subject: nullableText,
  clientId: nullableText,
  clientName: nullableText,
  dealId: nullableText,
  dealName: nullableText,
  contactName: nullableText,
  contactRole: nullableText,
  total: z.int(),
})
export type MeetingRow = z.infer<typeof MeetingRow>

/** Activities `a` of the reps in sight; what hangs on a deal goes with the deal, so that a peer's deal stays unseen. */
function homeActivities({ visible, ownRepId }: HomeScope): Sql {
  const own = ownRepId === null ? sql`true` : sql`a.rep_id = ${ownRepId}`
  if (visible.kind === 'all') return own
  return sql`(${own} and a.rep_id = any(${visible.repIds}::text[]) and (a.deal_id is null
    or exists (select 1 from deals d where d.id = a.deal_id and ${visibleDeals(visible)})))`
}

/** Meetings and calls from the day that activities speak for to two weeks later, soonest first. */
export function listMeetings(handle: Handle, scope: HomeScope): Promise<MeetingRow[]> {
  return handle.rows(
    MeetingRow,
    sql`select a.id, a.kind, a.on_day as "onDay", a.on_day - ${scope.asOf}::date as "inDays", a.subject,
        c.id as "clientId", c.name as "clientName", d.id as "dealId", d.name as "dealName",
        k.name as "contactName", k.role as "contactRole", (count(*) over ())::int as total
      from activities a left join clients c on c.id = a.client_id and ${visibleClients(scope.visible)}
        left join deals d on d.id = a.deal_id left join contacts k on k.id = a.contact_id and k.client_id = c.id
      where a.on_day between ${scope.asOf}::date and ${addDays(scope.asOf, MEETING_DAYS)}::date
        and a.kind ~* ${MEETING_KINDS} and ${homeActivities(scope)}
      order by a.on_day, a.id limit ${ENTRIES_SHOWN}`,
  )
}

/** Whether any meeting or call of the scope is stored at all. */
export async function hasMeetings(handle: Handle, scope: HomeScope): Promise<boolean> {
  const row = await handle.first(
    z.object({ has: z.boolean() }),
    sql`select exists (select 1 from activities a where a.kind ~* ${MEETING_KINDS} and ${homeActivities(scope)}) as has`,
  )
  return row?.has ?? false
}

const CommitmentRow = z.object({
  id: z.string(),
  text: z.string(),
  saidOn: z.string(),
  dueOn: z.string(),
  daysLate: z.int(),
  side: z.enum(['us', 'them', 'unknown']),
  speaker: nullableText,
  transcriptId: z.string(),
  transcriptTitle: nullableText,
  dealId: nullableText,
  dealName: nullableText,
  clientId: nullableText,
  clientName: nullableText,
  total: z.int(),
})
export type CommitmentRow = z.infer<typeof CommitmentRow>

/** Commitments `w` in sight, narrowed to one rep's own where the page is that rep's. */
function homeCommitments({ visible, ownRepId }: HomeScope): Sql {
  const own = ownRepId === null ? sql`true` : sql`(w.rep_id = ${ownRepId} or d.rep_id = ${ownRepId})`
  return sql`(${own} and ${visibleWork(visible)})`
}

function commitmentsJoined({ visible }: HomeScope): Sql {
  return sql`commitments w left join deals d on d.id = w.deal_id
    left join clients c on c.id = w.client_id and ${visibleClients(visible)}`
}

/** Open commitments that are due within a week or have been for less than half a year, the latest first. */
export function listCommitments(handle: Handle, scope: HomeScope): Promise<CommitmentRow[]> {
  return handle.rows(
    CommitmentRow,
    sql`select w.id, w.text, w.said_on as "saidOn", w.due_on as "dueOn", ${scope.asOf}::date - w.due_on as "daysLate", w.side,
        w.speaker, w.transcript_id as "transcriptId", t.title as "transcriptTitle", d.id as "dealId", d.name as "dealName",
        c.id as "clientId", c.name as "clientName", (count(*) over ())::int as total
      from ${commitmentsJoined(scope)} left join transcripts t on t.id = w.transcript_id
      where w.done_at is null and w.due_on <= ${addDays(scope.asOf, COMMITMENT_DAYS)}::date
        and w.due_on >= ${addDays(scope.asOf, -STALE_AFTER_DAYS)}::date and ${homeCommitments(scope)}
      order by w.due_on, w.id limit ${ENTRIES_SHOWN}`,
  )
}

const CommitmentCount = z.object({ all: z.int(), undated: z.int() })

/** Commitments of the scope, done ones among them, and open ones without a due day. */
export async function countCommitments(handle: Handle, scope: HomeScope): Promise<z.infer<typeof CommitmentCount>> {
  const row = await handle.first(
    CommitmentCount,
    sql`select count(*)::int as all, count(*) filter (where w.done_at is null and w.due_on is null)::int as undated
      from ${commitmentsJoined(scope)} where ${homeCommitments(scope)}`,
  )
  return row ?? { all: 0, undated: 0 }
}

/** The day that activities speak for. */
export async function findActivityDay(handle: Handle, today: Day): Promise<Day> {
  const row = await handle.first(
    z.object({ day: z.string() }),
    sql`select data_day('activities', ${today}::date) as day`,
  )
  return row?.day ?? today
}
