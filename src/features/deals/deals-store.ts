import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const DayRow = z.object({ day: z.string() })

/** The day the deals speak for. */
export async function findDealDay(handle: Handle, today: Day): Promise<Day> {
  const row = await handle.first(DayRow, sql`select data_day('deals', ${today}::date) as day`)
  return row?.day ?? today
}

/**
 * What to call deal `d` so that the principal finds it again: its name, or its id where another deal in sight has the
 * same name. Deals out of sight must not show by changing it.
 */
export function askNameOf(visible: VisibleReps): Sql {
  const seen = visible.kind === 'all' ? sql`true` : sql`o.rep_id = any(${visible.repIds}::text[])`
  return sql`(case when exists (select 1 from deals o where lower(o.name) = lower(d.name) and o.id <> d.id and ${seen})
    then d.id else d.name end)`
}

/** Deals with what their names and values come from. A list price stands in only where the mapping asked for it. */
export const DEALS_JOINED = sql`deals d
  left join clients c on c.id = d.client_id
  left join reps r on r.id = d.rep_id
  left join products p on p.id = d.product_id`
/** With the standing of each open deal beside it. */
export const DEALS_WITH_STANDING = sql`${DEALS_JOINED}
  left join deal_standings s on s.deal_id = d.id left join deal_activity_days touched on touched.deal_id = d.id`
/** Deals with their names beside a `page` of ids: what is picked first and named last needs no names of the others. */
export const DEALS_OF_IDS = sql`deals d on d.id = page.id
  left join clients c on c.id = d.client_id
  left join reps r on r.id = d.rep_id
  left join products p on p.id = d.product_id`
/** With the standing of each open deal beside it. */
export const DEALS_OF_PAGE = sql`${DEALS_OF_IDS}
  left join deal_standings s on s.deal_id = d.id`
const MAY_ESTIMATE = sql`(d.value_micros is null and d.value_estimate = 'list_price')`
export const DEAL_VALUE = sql`(case when ${MAY_ESTIMATE} then p.list_price_micros else d.value_micros end)`
export const DEAL_CURRENCY = sql`(case when ${MAY_ESTIMATE} then coalesce(p.currency, d.currency) else d.currency end)`
export const IS_ESTIMATED = sql`(d.value_estimate is not null and ${DEAL_VALUE} is not null)`

/** Days a deal was or is open; null without the days it needs. */
export function dealAge(asOf: Day): Sql {
  return sql`(case when d.status = 'open' then ${asOf}::date else d.closed_on end - d.created_on)`
}

/** Sorting looks at the day kept by the last refresh, where there is one: a look at the activities of every deal is slow. */
export function lastActivityKey(asOf: Day): Sql {
  return sql`coalesce(touched.on_day, ${lastActivity(asOf)})`
}

function lastActivity(asOf: Day): Sql {
  return sql`(select max(a.on_day) from activities a where a.deal_id = d.id and a.on_day <= ${asOf}::date)`
}

export const DealRow = z.object({
  id: z.string(),
  name: z.string(),
  clientId: z.string().nullable(),
  clientName: z.string().nullable(),
  repId: z.string().nullable(),
  repName: z.string().nullable(),
  productName: z.string().nullable(),
  stage: z.enum(['prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'lost']),
  status: z.enum(['open', 'won', 'lost']),
  valueMicros: z.number().nullable(),
  currency: z.string(),
  isEstimated: z.boolean(),
  createdOn: z.string().nullable(),
  expectedCloseOn: z.string().nullable(),
  closedOn: z.string().nullable(),
  nextStep: z.string().nullable(),
  nextStepOn: z.string().nullable(),
  lastActivityOn: z.string().nullable(),
  ageDays: z.int().nullable(),
  stageEnteredOn: z.string().nullable(),
  riskLevel: z.enum(['high', 'medium', 'low', 'unknown']).nullable(),
  riskScore: z.number().nullable(),
  riskReason: z.string().nullable(),
  riskDay: z.string().nullable(),
})
export type DealRow = z.infer<typeof DealRow>

/** The columns of a DealRow over DEALS_WITH_STANDING. */
export function dealColumns(asOf: Day): Sql {
  return sql`d.id, d.name, d.client_id as "clientId", c.name as "clientName", d.rep_id as "repId", r.name as "repName",
    p.name as "productName", d.stage, d.status, ${DEAL_VALUE} as "valueMicros", ${DEAL_CURRENCY} as currency,
    ${IS_ESTIMATED} as "isEstimated", d.created_on as "createdOn", d.expected_close_on as "expectedCloseOn",
    d.closed_on as "closedOn", d.next_step as "nextStep", d.next_step_on as "nextStepOn",
    ${lastActivity(asOf)} as "lastActivityOn", ${dealAge(asOf)} as "ageDays", d.stage_entered_on as "stageEnteredOn",
    case when d.status = 'open' then s.risk_level end as "riskLevel", s.risk_score as "riskScore", s.reason as "riskReason",
    s.day as "riskDay"`
}

const DealDetailRow = DealRow.extend({
  champion: z.string().nullable(),
  economicBuyer: z.string().nullable(),
  decisionCriteria: z.string().nullable(),
  timeline: z.string().nullable(),
  competitor: z.string().nullable(),
  lostReason: z.string().nullable(),
  pushedCount: z.int(),
  listPriceMicros: z.number().nullable(),
  listPriceCurrency: z.string().nullable(),
})
export type DealDetailRow = z.infer<typeof DealDetailRow>

export function findDealDetail(
  handle: Handle,
  id: string,
  scope: { readonly visible: VisibleReps; readonly asOf: Day },
): Promise<DealDetailRow | undefined> {
  return handle.first(
    DealDetailRow,
    sql`select ${dealColumns(scope.asOf)}, champion.name as champion, buyer.name as "economicBuyer",
        d.decision_criteria as "decisionCriteria", d.timeline, d.competitor, d.lost_reason as "lostReason",
        d.pushed_count as "pushedCount", p.list_price_micros as "listPriceMicros", p.currency as "listPriceCurrency"
      from ${DEALS_WITH_STANDING}
      left join contacts champion on champion.id = d.champion_contact_id
      left join contacts buyer on buyer.id = d.economic_buyer_contact_id
      where d.id = ${id} and ${visibleDeals(scope.visible)}`,
  )
}
