import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { encodeCursor, type Keyset } from '#platform/postgres/keyset.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'
import { dealAge, dealColumns, DealRow, DEAL_VALUE, DEALS_OF_PAGE, lastActivityKey } from './deals-store.ts'
import {
  countDeals,
  findKeptOrder,
  pickDeals,
  pickKeptDeals,
  searchDeals,
  type PageTerms,
  type PickedDeal,
} from './deal-pages-store.ts'

export interface DealListQuery {
  readonly search?: string | undefined
  readonly status?: string | undefined
  readonly stage?: string | undefined
  readonly repId?: string | undefined
  readonly clientId?: string | undefined
  readonly risk?: string | undefined
  readonly sort: DealSort
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly cursor?: string | undefined
}

export type DealSort =
  | 'name'
  | 'client'
  | 'value'
  | 'stage'
  | 'createdOn'
  | 'expectedCloseOn'
  | 'closedOn'
  | 'lastActivityOn'
  | 'ageDays'
  | 'risk'

/** The key a list of deals is ordered by, over DEALS_WITH_STANDING. */
export function sortKey(sort: DealSort, asOf: Day): { key: Sql; type: Keyset['type'] } {
  switch (sort) {
    // Cut, so that a long name cannot make a page marker too long to send back.
    case 'name':
      return { key: sql`left(lower(d.name), 60)`, type: 'text' }
    case 'client':
      return { key: sql`left(lower(c.name), 60)`, type: 'text' }
    case 'value':
      return { key: DEAL_VALUE, type: 'int8' }
    case 'stage':
      return {
        key: sql`array_position(array['prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'lost'], d.stage)::bigint`,
        type: 'int8',
      }
    case 'createdOn':
      return { key: sql`d.created_on`, type: 'date' }
    case 'expectedCloseOn':
      return { key: sql`d.expected_close_on`, type: 'date' }
    case 'closedOn':
      return { key: sql`d.closed_on`, type: 'date' }
    case 'lastActivityOn':
      return { key: lastActivityKey(asOf), type: 'date' }
    case 'ageDays':
      return { key: sql`${dealAge(asOf)}::bigint`, type: 'int8' }
    case 'risk':
      return { key: sql`(case when d.status = 'open' then round(s.risk_score * 10000) end)::bigint`, type: 'int8' }
  }
}

/** One page of the deals the principal sees, with how many there are in all. */
export async function listDealRows(
  handle: Handle,
  query: DealListQuery,
  scope: { readonly visible: VisibleReps; readonly asOf: Day },
): Promise<{ rows: DealRow[]; total: number; nextCursor: string | null }> {
  const { key, type } = sortKey(query.sort, scope.asOf)
  const keyset: Keyset = { sort: query.sort, direction: query.order, key, type, id: sql`d.id` }
  const filter = joinSql([visibleDeals(scope.visible), ...filters(query)], ' and ')
  // The page is picked first; names and last activities are read for its rows alone.
  const { picked, total } = await pickPage(handle, query, {
    visible: scope.visible,
    terms: { keyset, filter, cursor: query.cursor, limit: query.limit + 1 },
  })
  const page = picked.slice(0, query.limit)
  const last = picked.length > query.limit ? page.at(-1) : undefined
  return {
    rows: await handle.rows(
      DealRow,
      sql`select ${dealColumns(scope.asOf)} from unnest(${page.map((deal) => deal.id)}::text[]) with ordinality page (id, place)
        join ${DEALS_OF_PAGE} order by page.place`,
    ),
    total,
    nextCursor: last ? encodeCursor(keyset, { key: last.sortKey, id: last.id }) : null,
  }
}

async function pickPage(
  handle: Handle,
  query: DealListQuery,
  { visible, terms }: { readonly visible: VisibleReps; readonly terms: PageTerms },
): Promise<{ picked: PickedDeal[]; total: number }> {
  if (query.search) return searchDeals(handle, terms)
  const { sort, search, repId, clientId, status } = query
  const kept = await findKeptOrder(handle, { sort, search, repId, clientId, status }, visible)
  const picked = kept === null ? await pickDeals(handle, terms) : await pickKeptDeals(handle, kept, terms)
  return { picked, total: await countDeals(handle, terms.filter) }
}

/** Conditions over DEALS_WITH_STANDING for what a query asks. */
export function filters(query: Omit<DealListQuery, 'sort' | 'order' | 'limit'>): Sql[] {
  const found: Sql[] = []
  if (query.status !== undefined) found.push(sql`d.status = ${query.status}`)
  if (query.stage !== undefined) found.push(sql`d.stage = ${query.stage}`)
  if (query.repId !== undefined) found.push(sql`d.rep_id = ${query.repId}`)
  if (query.clientId !== undefined) found.push(sql`d.client_id = ${query.clientId}`)
  if (query.risk !== undefined) found.push(sql`d.status = 'open' and s.risk_level = ${query.risk}`)
  if (query.search) {
    const text = query.search.toLowerCase()
    found.push(
      sql`(strpos(lower(d.name), ${text}) > 0 or d.client_id in (select named.id from clients named where strpos(lower(named.name), ${text}) > 0) or lower(d.id) = ${text})`,
    )
  }
  return found
}
