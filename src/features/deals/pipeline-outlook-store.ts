import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { OpenCell } from '#domain/deal/forecast.ts'
import { daysPast, type QuotaCounts, type ShareCounts, type SlippingFigure } from '#domain/deal/pipeline-outlook.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, DEALS_OF_IDS } from './deals-store.ts'
import type { PipelineFilter } from './pipeline-store.ts'

const CellRow = z.object({
  repId: z.string().nullable(),
  productId: z.string().nullable(),
  isThisQuarter: z.boolean(),
  deals: z.number(),
  valuedDeals: z.number(),
  sumMicros: z.number(),
  sumSquares: z.number(),
})

/** Open deals of a scope by rep, product and whether they should close in the quarter. */
export function listOpenCells(
  handle: Handle,
  scope: Sql,
  terms: { readonly currency: string; readonly start: Day; readonly end: Day },
): Promise<(OpenCell & { readonly isThisQuarter: boolean })[]> {
  return handle.rows(
    CellRow,
    sql`select "repId", "productId", "isThisQuarter", count(*) as deals, count(value) as "valuedDeals",
        coalesce(sum(value), 0) as "sumMicros", coalesce(sum(value::float8 * value), 0) as "sumSquares"
      from (select d.rep_id as "repId", d.product_id as "productId",
          coalesce(d.expected_close_on between ${terms.start}::date and ${terms.end}::date, false) as "isThisQuarter",
          case when ${DEAL_CURRENCY} = ${terms.currency} then ${DEAL_VALUE} end as value
        from ${DEALS_JOINED} where ${scope} and d.status = 'open') open group by 1, 2, 3`,
  )
}

const WonRow = z.object({ amountMicros: z.number() })

/** Value of the scope's deals won in the quarter up to the day. */
export async function sumWon(
  handle: Handle,
  scope: Sql,
  terms: { readonly currency: string; readonly start: Day; readonly asOf: Day },
): Promise<number> {
  const row = await handle.first(
    WonRow,
    sql`select coalesce(sum(${DEAL_VALUE}), 0) as "amountMicros" from ${DEALS_JOINED} where ${scope} and d.status = 'won'
      and d.closed_on between ${terms.start}::date and ${terms.asOf}::date and ${DEAL_CURRENCY} = ${terms.currency}`,
  )
  return row?.amountMicros ?? 0
}

const QuotaRow = z.object({
  repsWithQuota: z.number(),
  repsWithoutQuotaCount: z.number(),
  without: z.array(z.object({ id: z.string(), name: z.string() })),
  quotaMicros: z.number(),
  wonMicros: z.number(),
  wonDeals: z.number(),
  wonUnvaluedDeals: z.number(),
  openMicros: z.number(),
})

const UNQUOTAED_SHOWN = 10

/** Quotas of the reps in sight and what their deals come to. Only rep and manager narrow a quota. */
export async function findQuotaCounts(
  handle: Handle,
  terms: {
    readonly visible: VisibleReps
    readonly filter: PipelineFilter
    readonly currency: string
    readonly start: Day
    readonly asOf: Day
  },
): Promise<QuotaCounts> {
  const { visible, filter, currency } = terms
  const wanted = [sql`r.kind = 'rep'`]
  if (visible.kind !== 'all') wanted.push(sql`r.id = any(${visible.repIds}::text[])`)
  if (filter.repId !== undefined) wanted.push(sql`r.id = ${filter.repId}`)
  if (filter.manager !== undefined) wanted.push(sql`lower(r.manager) = lower(${filter.manager})`)
  const isMain = sql`${DEAL_CURRENCY} = ${currency}`
  const row = await handle.first(
    QuotaRow,
    sql`with team as (select r.id, r.name, r.quota_micros from reps r where ${joinSql(wanted, ' and ')}),
      sums as (select
          coalesce(sum(${DEAL_VALUE}) filter (where d.status = 'won' and ${isMain}), 0) as "wonMicros",
          count(*) filter (where d.status = 'won') as "wonDeals",
          count(*) filter (where d.status = 'won' and ${DEAL_VALUE} is null) as "wonUnvaluedDeals",
          coalesce(sum(${DEAL_VALUE}) filter (where d.status = 'open' and ${isMain}), 0) as "openMicros"
        from (select status, rep_id, product_id, value_micros, value_estimate, currency from deals where status = 'open'
            union all select status, rep_id, product_id, value_micros, value_estimate, currency from deals
              where status <> 'open' and status = 'won' and closed_on between ${terms.start}::date and ${terms.asOf}::date) d
          left join products p on p.id = d.product_id
        where d.rep_id in (select id from team where quota_micros > 0))
      select count(*) filter (where quota_micros > 0) as "repsWithQuota",
        count(*) filter (where coalesce(quota_micros, 0) <= 0) as "repsWithoutQuotaCount",
        coalesce(sum(quota_micros), 0) as "quotaMicros",
        (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) order by name), '[]') from
          (select id, name from team where coalesce(quota_micros, 0) <= 0 order by name limit ${UNQUOTAED_SHOWN}) bare) as without,
        min("wonMicros") as "wonMicros", min("wonDeals") as "wonDeals", min("wonUnvaluedDeals") as "wonUnvaluedDeals", min("openMicros") as "openMicros"
      from sums left join team on true`,
  )
  if (row === undefined) throw new Error('an aggregate without groups gives one row')
  const { without, ...counts } = row
  return { ...counts, repsWithoutQuota: without.map(({ id, name }) => ({ kind: 'rep' as const, id, label: name })) }
}

const SlippingRow = z.object({
  openDeals: z.number(),
  withoutExpectedClose: z.number(),
  passed: z.number(),
  pushed: z.number(),
  pushedTwice: z.number(),
  amountMicros: z.number().nullable(),
})
const SlippingDealRow = z.object({
  id: z.string(),
  name: z.string(),
  stage: z.string(),
  repName: z.string().nullable(),
  clientName: z.string().nullable(),
  expectedCloseOn: z.string().nullable(),
  pushedCount: z.int(),
  amountMicros: z.number().nullable(),
  currency: z.string(),
})
const WORST_SHOWN = 8

/** Open deals whose expected close passed or moved later; the most pushed and longest passed by name. */
export async function findSlipping(
  handle: Handle,
  scope: Sql,
  { asOf, currency }: { readonly asOf: Day; readonly currency: string },
): Promise<SlippingFigure> {
  const isPassed = sql`coalesce(d.expected_close_on < ${asOf}::date, false)`
  const isSlipping = sql`(${isPassed} or d.pushed_count > 0)`
  const counts = await handle.first(
    SlippingRow,
    sql`select count(*) as "openDeals", count(*) filter (where d.expected_close_on is null) as "withoutExpectedClose",
        count(*) filter (where ${isPassed}) as passed, count(*) filter (where d.pushed_count > 0) as pushed,
        count(*) filter (where d.pushed_count > 1) as "pushedTwice",
        sum(${DEAL_VALUE}) filter (where ${isSlipping} and ${DEAL_CURRENCY} = ${currency}) as "amountMicros"
      from ${DEALS_JOINED} where ${scope} and d.status = 'open'`,
  )
  if (counts === undefined) throw new Error('an aggregate without groups gives one row')
  const worst = await handle.rows(
    SlippingDealRow,
    sql`with page as materialized (select d.id from ${DEALS_JOINED} where ${scope} and d.status = 'open' and ${isSlipping}
        order by d.pushed_count desc, d.expected_close_on, d.id limit ${WORST_SHOWN})
      select d.id, d.name, d.stage, r.name as "repName", c.name as "clientName", d.expected_close_on as "expectedCloseOn",
        d.pushed_count as "pushedCount", ${DEAL_VALUE} as "amountMicros", ${DEAL_CURRENCY} as currency
      from page join ${DEALS_OF_IDS} order by d.pushed_count desc, d.expected_close_on, d.id`,
  )
  const { amountMicros, ...rest } = counts
  return {
    ...rest,
    value: amountMicros === null ? null : { amountMicros, currency },
    worst: worst.map(({ id, name, amountMicros: amount, currency: own, ...deal }) => ({
      ...deal,
      deal: { kind: 'deal' as const, id, label: name },
      daysPast: daysPast(deal.expectedCloseOn, asOf),
      value: amount === null ? null : { amountMicros: amount, currency: own },
    })),
  }
}

const ShareRow = z.object({
  records: z.number(),
  sumMicros: z.number(),
  sumSquares: z.number(),
  top: z.array(z.object({ id: z.string(), name: z.string(), amountMicros: z.number() })),
})
const TOP_SHOWN = 3

/** How the open value of a scope is shared out among deals, or among clients. */
export async function findShares(
  handle: Handle,
  scope: Sql,
  { by, currency }: { readonly by: 'deal' | 'client'; readonly currency: string },
): Promise<ShareCounts> {
  const id = by === 'deal' ? sql`d.id` : sql`d.client_id`
  // What is in no group is summed as it comes; names are read for the few that are shown.
  const amount = by === 'deal' ? sql`${DEAL_VALUE}` : sql`sum(${DEAL_VALUE})`
  const row = await handle.first(
    ShareRow,
    sql`with shares as materialized (select ${id} as id, ${amount} as amount from ${DEALS_JOINED}
        where ${scope} and d.status = 'open' and ${DEAL_VALUE} > 0 and ${DEAL_CURRENCY} = ${currency} and ${id} is not null
        ${by === 'deal' ? sql`` : sql`group by 1`}),
      first as materialized (select id, amount from shares order by amount desc, id limit ${TOP_SHOWN}),
      largest as (select first.id, coalesce(named.name, first.id) as name, amount
        from first left join ${by === 'deal' ? sql`deals` : sql`clients`} named on named.id = first.id)
      select count(*) as records, coalesce(sum(amount), 0) as "sumMicros", coalesce(sum(amount::float8 * amount::float8), 0) as "sumSquares",
        (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'amountMicros', amount) order by amount desc, id), '[]') from largest) as top
      from shares`,
  )
  if (row === undefined) throw new Error('an aggregate without groups gives one row')
  const { top, ...counts } = row
  return {
    ...counts,
    top: top.map(({ id: recordId, name: label, amountMicros }) => ({
      record: { kind: by, id: recordId, label },
      amountMicros,
    })),
  }
}
