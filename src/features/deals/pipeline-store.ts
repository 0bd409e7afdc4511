import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { OldDeal } from '#domain/deal/pipeline.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, DEALS_OF_IDS } from './deals-store.ts'

/** Which deals a review is about; names are compared without case. */
export interface PipelineFilter {
  readonly repId?: string
  readonly clientId?: string
  readonly manager?: string | undefined
  readonly product?: string | undefined
  readonly segment?: string | undefined
  readonly stage?: string | undefined
}

/** Where a client names no segment, its industry is the nearest thing the data has. */
export const SEGMENT = sql`coalesce(c.segment, c.industry)`

/** The condition for deals within the principal's scope and the filter. */
export function pipelineScope(visible: VisibleReps, filter: PipelineFilter = {}): Sql {
  const wanted = [visibleDeals(visible)]
  if (filter.repId !== undefined) wanted.push(sql`d.rep_id = ${filter.repId}`)
  if (filter.clientId !== undefined) wanted.push(sql`d.client_id = ${filter.clientId}`)
  if (filter.manager !== undefined) wanted.push(sql`lower(r.manager) = lower(${filter.manager})`)
  if (filter.product !== undefined)
    wanted.push(sql`(lower(p.name) = lower(${filter.product}) or p.id = ${filter.product})`)
  if (filter.segment !== undefined) wanted.push(sql`lower(${SEGMENT}) = lower(${filter.segment})`)
  if (filter.stage !== undefined) wanted.push(sql`d.stage = ${filter.stage}`)
  return joinSql(wanted, ' and ')
}

const CurrencyRow = z.object({ currency: z.string() })
const OnlyRow = z.object({ currency: z.string().nullable(), isValued: z.boolean() })

/** The currency most valued deals in scope are in; USD when there is none. */
export async function findMainCurrency(handle: Handle, scope: Sql): Promise<string> {
  // Where all there is is in one currency, nothing has to be counted: the ends of an index say so.
  const only = await handle.first(
    OnlyRow,
    sql`select case when min(least(low, high)) = max(greatest(low, high)) then min(low) end as currency,
        exists (select 1 from ${DEALS_JOINED} where ${scope} and ${DEAL_VALUE} is not null) as "isValued"
      from (select min(currency) as low, max(currency) as high from deals union all select min(currency), max(currency) from products) ends`,
  )
  if (only?.isValued === false) return 'USD'
  if (only && only.currency !== null) return only.currency
  const row = await handle.first(
    CurrencyRow,
    sql`select ${DEAL_CURRENCY} as currency from ${DEALS_JOINED} where ${scope} and ${DEAL_VALUE} is not null
      group by 1 order by count(*) desc, 1 limit 1`,
  )
  return row?.currency ?? 'USD'
}

/** The currency most valued deals of a rep are in; USD when there is none. */
export function findCurrencyOfRep(handle: Handle, repId: string): Promise<string> {
  return findMainCurrency(handle, sql`d.rep_id = ${repId}`)
}

const OldRow = z.object({
  id: z.string(),
  name: z.string(),
  ageDays: z.number(),
  stage: z.string(),
  repName: z.string().nullable(),
  clientName: z.string().nullable(),
})

/** Open deals older than the limit, oldest first, at most `limit`. */
export async function listOldest(
  handle: Handle,
  scope: Sql,
  terms: { readonly asOf: Day; readonly olderThanDays: number; readonly limit: number },
): Promise<OldDeal[]> {
  const rows = await handle.rows(
    OldRow,
    sql`with page as materialized (select d.id from ${DEALS_JOINED} where ${scope} and d.status = 'open'
        and ${terms.asOf}::date - d.created_on > ${terms.olderThanDays}::float8 order by d.created_on, d.id limit ${terms.limit})
      select d.id, d.name, ${terms.asOf}::date - d.created_on as "ageDays", d.stage, r.name as "repName", c.name as "clientName"
      from page join ${DEALS_OF_IDS} order by d.created_on, d.id`,
  )
  return rows.map(({ id, name, ...row }) => ({ deal: { kind: 'deal' as const, id, label: name }, ...row }))
}
