import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import { STALE_AFTER_DAYS } from '#domain/home/attention.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { askNameOf, DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, IS_ESTIMATED } from './deals-store.ts'

export interface AttentionScope {
  readonly visible: VisibleReps
  readonly asOf: Day
}

const AttentionRow = z.object({
  id: z.string(),
  name: z.string(),
  /** The name, or the id where the name is not unique. */
  askName: z.string(),
  stage: z.string(),
  clientName: z.string().nullable(),
  repName: z.string().nullable(),
  valueMicros: z.number().nullable(),
  currency: z.string(),
  isEstimated: z.boolean(),
  nextStep: z.string().nullable(),
  /** Days since what made it a candidate: due day, last activity, leaving. */
  days: z.int(),
  personId: z.string().nullable(),
  personName: z.string().nullable(),
})
export type AttentionRow = z.infer<typeof AttentionRow>

/** Per kind at most this many: three are shown, the rest gives the ranking a choice. */
const PER_KIND = 10

function attentionQuery(days: Sql, terms: { readonly condition: Sql; readonly visible: VisibleReps }): Sql {
  return sql`select d.id, d.name,
      ${askNameOf(terms.visible)} as "askName",
      d.stage, c.name as "clientName", r.name as "repName", ${DEAL_VALUE} as "valueMicros", ${DEAL_CURRENCY} as currency,
      ${IS_ESTIMATED} as "isEstimated", d.next_step as "nextStep", (${days})::int as days,
      champion.id as "personId", champion.name as "personName"
    from ${DEALS_JOINED} left join contacts champion on champion.id = d.champion_contact_id
    where d.status = 'open' and ${visibleDeals(terms.visible)} and ${terms.condition}
    order by ${DEAL_VALUE} desc nulls last, days desc, d.id limit ${PER_KIND}`
}

/** Open deals whose next step is overdue, but not by years. */
export function listOverdueSteps(handle: Handle, { visible, asOf }: AttentionScope): Promise<AttentionRow[]> {
  const condition = sql`d.next_step_on < ${asOf}::date and d.next_step_on >= ${addDays(asOf, -STALE_AFTER_DAYS)}::date`
  return handle.rows(AttentionRow, attentionQuery(sql`${asOf}::date - d.next_step_on`, { condition, visible }))
}

/** Open deals whose champion left lately. */
export function listChampionsLeft(handle: Handle, { visible, asOf }: AttentionScope): Promise<AttentionRow[]> {
  const condition = sql`champion.left_on <= ${asOf}::date and champion.left_on >= ${addDays(asOf, -STALE_AFTER_DAYS)}::date`
  return handle.rows(AttentionRow, attentionQuery(sql`${asOf}::date - champion.left_on`, { condition, visible }))
}

/** Open deals that stand in their stage longer than the limit. */
export function listStuckDeals(
  handle: Handle,
  { visible, asOf }: AttentionScope,
  limitDays: number,
): Promise<AttentionRow[]> {
  const days = sql`${asOf}::date - d.stage_entered_on`
  const condition = sql`${days} > ${limitDays}::float8 and ${days} <= ${STALE_AFTER_DAYS}::int`
  return handle.rows(AttentionRow, attentionQuery(days, { condition, visible }))
}

const CountRow = z.object({ count: z.number() })

/** Open deals whose next step or expected close passed longer ago than counts as urgent. */
export async function countLongOverdue(handle: Handle, { visible, asOf }: AttentionScope): Promise<number> {
  const limit = addDays(asOf, -STALE_AFTER_DAYS)
  const row = await handle.first(
    CountRow,
    sql`select count(*) as count from deals d where d.status = 'open' and ${visibleDeals(visible)}
      and (d.next_step_on < ${limit}::date or d.expected_close_on < ${limit}::date)`,
  )
  return row?.count ?? 0
}

const OrphanRow = z.object({ id: z.string(), name: z.string(), stage: z.string() })

/** Some open deals that name no client, newest first. */
export function listDealsWithoutClient(
  handle: Handle,
  { visible }: AttentionScope,
): Promise<z.infer<typeof OrphanRow>[]> {
  return handle.rows(
    OrphanRow,
    sql`select d.id, d.name, d.stage from deals d where d.status = 'open' and d.client_id is null and ${visibleDeals(visible)}
      order by d.created_on desc nulls last, d.id limit 5`,
  )
}

const FallingRow = z.object({
  id: z.string(),
  name: z.string(),
  wonNow: z.number(),
  decidedNow: z.number(),
  wonBefore: z.number(),
  decidedBefore: z.number(),
  openDeals: z.number(),
})
export type FallingRow = z.infer<typeof FallingRow>

/** Products' decided deals of the last 90 days and of the 275 days before; products without any of either kind stay out. */
export function listProductOutcomes(handle: Handle, { visible, asOf }: AttentionScope): Promise<FallingRow[]> {
  const isNow = sql`d.closed_on > ${addDays(asOf, -90)}::date and d.closed_on <= ${asOf}::date`
  const isBefore = sql`d.closed_on <= ${addDays(asOf, -90)}::date and d.closed_on > ${addDays(asOf, -365)}::date`
  return handle.rows(
    FallingRow,
    sql`select d.product_id as id, coalesce(min(p.name), d.product_id) as name,
        count(*) filter (where d.status = 'won' and ${isNow}) as "wonNow", count(*) filter (where d.status <> 'open' and ${isNow}) as "decidedNow",
        count(*) filter (where d.status = 'won' and ${isBefore}) as "wonBefore", count(*) filter (where d.status <> 'open' and ${isBefore}) as "decidedBefore",
        count(*) filter (where d.status = 'open') as "openDeals"
      from (select d.product_id, d.status, d.closed_on from deals d where d.status = 'open' and ${visibleDeals(visible)}
        union all select d.product_id, d.status, d.closed_on from deals d where d.status <> 'open' and d.closed_on <= ${asOf}::date
          and d.closed_on > ${addDays(asOf, -365)}::date and ${visibleDeals(visible)}) d left join products p on p.id = d.product_id
      where d.product_id is not null group by d.product_id order by 1`,
  )
}

const AgeingRow = z.object({
  repId: z.string().nullable(),
  repName: z.string().nullable(),
  deals: z.number(),
  amountMicros: z.number().nullable(),
  estimated: z.number(),
  unvalued: z.number(),
})
export type AgeingRow = z.infer<typeof AgeingRow>

/** Open deals older than the limit by rep, most first, with the value known in the main currency. */
export function listAgeingByRep(
  handle: Handle,
  { visible, asOf }: AttentionScope,
  terms: { readonly olderThanDays: number; readonly currency: string },
): Promise<AgeingRow[]> {
  return handle.rows(
    AgeingRow,
    sql`select "repId", min("repName") as "repName", count(*) as deals,
        sum(value) filter (where is_main) as "amountMicros", count(*) filter (where is_main and is_estimated) as estimated,
        count(*) filter (where value is null or not is_main) as unvalued
      from (select d.rep_id as "repId", r.name as "repName", ${DEAL_VALUE} as value, ${IS_ESTIMATED} as is_estimated,
          ${DEAL_CURRENCY} = ${terms.currency} as is_main
        from ${DEALS_JOINED} where d.status = 'open' and ${visibleDeals(visible)}
          and ${asOf}::date - d.created_on > ${terms.olderThanDays}::float8) old
      group by "repId" order by count(*) desc, "repId" limit ${PER_KIND}`,
  )
}
