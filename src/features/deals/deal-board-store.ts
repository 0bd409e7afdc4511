import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { keysetOrder } from '#platform/postgres/keyset.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'
import { filters, sortKey, type DealListQuery, type DealSort } from './deal-list-store.ts'
import {
  DEAL_CURRENCY,
  DEAL_VALUE,
  dealColumns,
  DealRow,
  DEALS_OF_PAGE,
  DEALS_WITH_STANDING,
  IS_ESTIMATED,
} from './deals-store.ts'

export interface DealBoardQuery extends Pick<DealListQuery, 'search' | 'repId' | 'clientId' | 'risk'> {
  readonly sort: Extract<DealSort, 'risk' | 'value' | 'expectedCloseOn' | 'ageDays' | 'lastActivityOn'>
}

interface Scope {
  readonly visible: VisibleReps
  readonly asOf: Day
}

/** What needs a look comes first: the riskiest, largest, oldest; the soonest close and the longest silent. */
const ASCENDING = new Set<DealSort>(['expectedCloseOn', 'lastActivityOn'])

function boardFilter(query: DealBoardQuery, { visible }: Scope): Sql {
  return joinSql([sql`d.status = 'open'`, visibleDeals(visible), ...filters(query)], ' and ')
}

/** The columns of the board, in order. */
export const STAGES = ['prospecting', 'qualification', 'proposal', 'negotiation'] as const

const ColumnRow = z.object({
  stage: z.enum(STAGES),
  /** Null gathers the deals without a value. */
  currency: z.string().nullable(),
  deals: z.number(),
  atRisk: z.number(),
  amountMicros: z.number().nullable(),
  estimatedDeals: z.number(),
})
export type BoardCount = z.infer<typeof ColumnRow>

/** Open deals by stage and the currency of their value; `atRisk` are those of high risk. */
export function countBoard(handle: Handle, query: DealBoardQuery, scope: Scope): Promise<BoardCount[]> {
  return handle.rows(
    ColumnRow,
    sql`select d.stage, case when ${DEAL_VALUE} is not null then ${DEAL_CURRENCY} end as currency, count(*) as deals,
        count(*) filter (where s.risk_level = 'high') as "atRisk", sum(${DEAL_VALUE}) as "amountMicros",
        count(*) filter (where ${IS_ESTIMATED}) as "estimatedDeals"
      from ${DEALS_WITH_STANDING} where ${boardFilter(query, scope)} group by 1, 2`,
  )
}

/** The first deals of every stage by the order asked for. */
export function listBoardDeals(
  handle: Handle,
  query: DealBoardQuery,
  scope: Scope & { readonly perStage: number },
): Promise<DealRow[]> {
  const { key, type } = sortKey(query.sort, scope.asOf)
  const order = keysetOrder({
    sort: query.sort,
    direction: ASCENDING.has(query.sort) ? 'asc' : 'desc',
    key: sql`open.key`,
    type,
    id: sql`open.id`,
  })
  return handle.rows(
    DealRow,
    // Joined once, then stage by stage, so that each keeps its first few at hand instead of all being sorted.
    sql`with open as materialized (select d.id, d.stage, ${key} as key from ${DEALS_WITH_STANDING} where ${boardFilter(query, scope)}),
      page as materialized (select first.id, first.place from unnest(${STAGES}::text[]) as columns (stage)
        cross join lateral (select id, row_number() over () as place from (select open.id from open
          where open.stage = columns.stage order by ${order} limit ${scope.perStage}) few) first)
      select ${dealColumns(scope.asOf)} from page join ${DEALS_OF_PAGE} order by page.place, d.id`,
  )
}

/** The client's deals in sight, open ones first, the latest first. */
export function listClientDealRows(handle: Handle, clientId: string, scope: Scope): Promise<DealRow[]> {
  return handle.rows(
    DealRow,
    sql`select ${dealColumns(scope.asOf)} from ${DEALS_WITH_STANDING} where d.client_id = ${clientId} and ${visibleDeals(scope.visible)}
      order by d.status <> 'open', coalesce(d.closed_on, d.created_on) desc nulls last, d.id limit 200`,
  )
}
