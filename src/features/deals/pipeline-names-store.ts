import { z } from 'zod'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import type { OpenDeal } from '#domain/deal/pipeline.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, DEALS_OF_IDS, IS_ESTIMATED } from './deals-store.ts'

const NameRow = z.object({
  kind: z.enum(['rep', 'manager', 'product', 'segment', 'client']),
  id: z.string(),
  name: z.string(),
})
export type PipelineName = z.infer<typeof NameRow>

const MOST = 9

/**
 * Reps, managers, products, segments and clients of the deals in sight that a text may mean: exact matches alone if
 * there are any, else every name that holds the text. At most nine.
 */
export async function findPipelineNames(handle: Handle, visible: VisibleReps, text: string): Promise<PipelineName[]> {
  const wanted = text.trim().toLowerCase()
  const found = await handle.rows(
    NameRow,
    sql`select distinct v.kind, v.id, v.name from ${DEALS_JOINED}
      cross join lateral (values ('rep', r.id, r.name), ('manager', r.manager, r.manager), ('product', p.id, p.name),
        ('segment', coalesce(c.segment, c.industry), coalesce(c.segment, c.industry)), ('client', c.id, c.name)) v (kind, id, name)
      where ${visibleDeals(visible)} and v.name is not null and (lower(v.id) = ${wanted} or strpos(lower(v.name), ${wanted}) > 0)
      order by v.name, v.kind, v.id limit 200`,
  )
  const exact = found.filter((row) => row.name.toLowerCase() === wanted || row.id.toLowerCase() === wanted)
  return (exact.length > 0 ? exact : found).slice(0, MOST)
}

const OpenRow = z.object({
  id: z.string(),
  name: z.string(),
  stage: z.string(),
  repName: z.string().nullable(),
  clientName: z.string().nullable(),
  amountMicros: z.coerce.number().nullable(),
  currency: z.string().nullable(),
  isEstimated: z.boolean().nullable(),
})

/** Open deals of a scope: the largest of the main currency, or those without any value, the longest open first. */
export async function listOpenDeals(
  handle: Handle,
  scope: Sql,
  terms: { readonly pick: 'largest' | 'unvalued'; readonly currency: string; readonly limit: number },
): Promise<OpenDeal[]> {
  const picked =
    terms.pick === 'unvalued'
      ? sql`${DEAL_VALUE} is null`
      : sql`${DEAL_VALUE} is not null and ${DEAL_CURRENCY} = ${terms.currency}`
  const order = terms.pick === 'unvalued' ? sql`d.created_on nulls last, d.id` : sql`${DEAL_VALUE} desc, d.id`
  const rows = await handle.rows(
    OpenRow,
    sql`with page as materialized (select d.id from ${DEALS_JOINED} where ${scope} and d.status = 'open' and ${picked}
        order by ${order} limit ${terms.limit})
      select d.id, d.name, d.stage, r.name as "repName", c.name as "clientName", ${DEAL_VALUE} as "amountMicros",
        ${DEAL_CURRENCY} as currency, ${IS_ESTIMATED} as "isEstimated"
      from page join ${DEALS_OF_IDS} order by ${order}`,
  )
  return rows.map(({ id, name, stage, repName, clientName, amountMicros, currency, isEstimated }) => ({
    deal: { kind: 'deal' as const, id, label: name },
    stage,
    repName,
    clientName,
    value: amountMicros === null ? null : { amountMicros, currency: currency ?? terms.currency },
    isEstimated: isEstimated === true,
  }))
}

/** The id of the open deal with the highest value in sight; undefined when none has one. */
export async function findLargestDeal(handle: Handle, visible: VisibleReps): Promise<string | undefined> {
  const row = await handle.first(
    z.object({ id: z.string() }),
    sql`select d.id from ${DEALS_JOINED} where ${visibleDeals(visible)} and d.status = 'open' and ${DEAL_VALUE} is not null
      order by ${DEAL_VALUE} desc, d.id limit 1`,
  )
  return row?.id
}
