import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import type { DealChange, DealContact, DealRiskFacts, DealUnderReview } from '#domain/deal/risk.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import type { DealYardsticks } from './deal-yardsticks-store.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, IS_ESTIMATED } from './deals-store.ts'

export interface DealScope {
  readonly visible: VisibleReps
  readonly asOf: Day
}

const ReviewRow = z.object({
  id: z.string(),
  name: z.string(),
  stage: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  clientName: z.string().nullable(),
  repId: z.string().nullable(),
  repName: z.string().nullable(),
  productId: z.string().nullable(),
  productName: z.string().nullable(),
  valueMicros: z.number().nullable(),
  currency: z.string(),
  isEstimated: z.boolean(),
  createdOn: z.string().nullable(),
  closedOn: z.string().nullable(),
  stageEnteredOn: z.string().nullable(),
  expectedCloseOn: z.string().nullable(),
  pushedCount: z.int(),
  nextStep: z.string().nullable(),
  nextStepOn: z.string().nullable(),
  championId: z.string().nullable(),
  championName: z.string().nullable(),
  championLeftOn: z.string().nullable(),
  buyerId: z.string().nullable(),
  buyerName: z.string().nullable(),
  buyerLeftOn: z.string().nullable(),
  decisionCriteria: z.string().nullable(),
  timeline: z.string().nullable(),
  competitor: z.string().nullable(),
})
type ReviewRow = z.infer<typeof ReviewRow>

export type Remembered = ReadonlyMap<string, readonly RememberedFact[]>

export interface RiskTerms extends DealScope {
  readonly yardsticks: DealYardsticks
  /** By deal. */
  readonly remembered: Remembered
}

/** Everything the risk rule needs about the deals in sight with these ids, in no order; a few statements for all. */
export async function listRiskFacts(
  handle: Handle,
  ids: readonly string[],
  terms: RiskTerms,
): Promise<DealRiskFacts[]> {
  const rows = await handle.rows(
    ReviewRow,
    reviewQuery(sql`d.id = any(${ids}::text[]) and ${visibleDeals(terms.visible)}`),
  )
  const found = rows.map((row) => row.id)
  const around = {
    activities: await listLastActivities(handle, found, terms.asOf),
    contacts: await listRecentContacts(handle, found, terms.asOf),
    changes: await listChanges(handle, found, terms.asOf),
  }
  return rows.map((row) => factsOf(row, around, terms))
}

interface Surroundings {
  readonly activities: ReadonlyMap<string, NonNullable<DealRiskFacts['lastActivity']>>
  readonly contacts: ReadonlyMap<string, readonly DealContact[]>
  readonly changes: ReadonlyMap<string, readonly DealChange[]>
}

function factsOf(row: ReviewRow, around: Surroundings, { asOf, yardsticks, remembered }: RiskTerms): DealRiskFacts {
  return {
    asOf,
    deal: underReview(row),
    lastActivity: around.activities.get(row.id) ?? null,
    recentContacts: around.contacts.get(row.id) ?? [],
    tracked: yardsticks.tracked,
    wonAges: yardsticks.wonAges,
    stageAges: yardsticks.stageAges.get(row.stage) ?? null,
    wonValues: yardsticks.wonValues.get(row.currency) ?? null,
    history: yardsticks.outcomes.cellsFor(row),
    changes: around.changes.get(row.id) ?? [],
    remembered: remembered.get(row.id) ?? [],
  }
}

function reviewQuery(condition: Sql): Sql {
  return sql`select d.id, d.name, d.stage, d.status, c.name as "clientName", d.rep_id as "repId", r.name as "repName",
      d.product_id as "productId", p.name as "productName", ${DEAL_VALUE} as "valueMicros", ${DEAL_CURRENCY} as currency,
      ${IS_ESTIMATED} as "isEstimated", d.created_on as "createdOn", d.closed_on as "closedOn",
      d.stage_entered_on as "stageEnteredOn", d.expected_close_on as "expectedCloseOn", d.pushed_count as "pushedCount",
      d.next_step as "nextStep", d.next_step_on as "nextStepOn",
      d.champion_contact_id as "championId", champion.name as "championName", champion.left_on as "championLeftOn",
      d.economic_buyer_contact_id as "buyerId", buyer.name as "buyerName", buyer.left_on as "buyerLeftOn",
      d.decision_criteria as "decisionCriteria", d.timeline, d.competitor
    from ${DEALS_JOINED}
    left join contacts champion on champion.id = d.champion_contact_id
    left join contacts buyer on buyer.id = d.economic_buyer_contact_id
    where ${condition}`
}

function underReview(row: ReviewRow): DealUnderReview {
  const {
    championId,
    championName,
    championLeftOn,
    buyerId,
    buyerName,
    buyerLeftOn,
    repId: _r,
    productId: _p,
    ...deal
  } = row
  return {
    ...deal,
    champion: contactOf(championId, championName, championLeftOn),
    economicBuyer: contactOf(buyerId, buyerName, buyerLeftOn),
  }
}

function contactOf(id: string | null, name: string | null, leftOn: string | null): DealContact | null {
  return id === null ? null : { id, name: name ?? id, leftOn }
}

const ActivityRow = z.object({
  dealId: z.string(),
  id: z.string(),
  onDay: z.string(),
  subject: z.string().nullable(),
})

async function listLastActivities(
  handle: Handle,
  dealIds: readonly string[],
  asOf: Day,
): Promise<Surroundings['activities']> {
  const rows = await handle.rows(
    ActivityRow,
    sql`select wanted.id as "dealId", last.id, last.on_day as "onDay", last.subject from unnest(${dealIds}::text[]) as wanted (id)
      cross join lateral (select a.id, a.on_day, coalesce(a.subject, a.kind) as subject from activities a
        where a.deal_id = wanted.id and a.on_day <= ${asOf}::date order by a.on_day desc, a.id limit 1) last`,
  )
  return new Map(rows.map(({ dealId, ...activity }) => [dealId, activity]))
}

const ContactRow = z.object({
  dealId: z.string(),
  id: z.string(),
  name: z.string(),
  leftOn: z.string().nullable(),
})

async function listRecentContacts(
  handle: Handle,
  dealIds: readonly string[],
  asOf: Day,
): Promise<Surroundings['contacts']> {
  const rows = await handle.rows(
    ContactRow,
    sql`select distinct a.deal_id as "dealId", a.contact_id as id, coalesce(k.name, a.contact_id) as name, k.left_on as "leftOn"
      from activities a left join contacts k on k.id = a.contact_id
      where a.deal_id = any(${dealIds}::text[]) and a.contact_id is not null
        and a.on_day <= ${asOf}::date and a.on_day > ${addDays(asOf, -90)}::date order by 3, 2`,
  )
  return Map.groupBy(rows, (row) => row.dealId)
}

const ChangeRow = z.object({
  dealId: z.string(),
  id: z.string(),
  field: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  onDay: z.string(),
})
/** Fields whose changes a signal cites, or that a memory gives way to. */
const FOLLOWED_FIELDS = [
  'stage',
  'expected_close_on',
  'champion_contact_id',
  'economic_buyer_contact_id',
  'decision_criteria',
  'timeline',
  'competitor',
  'next_step',
]

async function listChanges(handle: Handle, dealIds: readonly string[], asOf: Day): Promise<Surroundings['changes']> {
  const rows = await handle.rows(
    ChangeRow,
    sql`select h.record_id as "dealId", h.id::text as id, h.field, h.old_value as "from", h.new_value as "to", h.as_of as "onDay"
      from record_changes h where h.kind = 'deals' and h.record_id = any(${dealIds}::text[])
        and h.field = any(${FOLLOWED_FIELDS}::text[]) and h.as_of <= ${asOf}::date order by h.as_of desc, h.id desc`,
  )
  return Map.groupBy(rows, (row) => row.dealId)
}
