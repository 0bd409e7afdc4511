import { z } from 'zod'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { afterCursor, keysetOrder, type Keyset } from '#platform/postgres/keyset.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { DEALS_WITH_STANDING } from './deals-store.ts'

const PickedRow = z.object({ id: z.string(), sortKey: z.string().nullable() })
/** A deal of a page, and the key it is ordered by as text. */
export type PickedDeal = z.infer<typeof PickedRow>
const FoundRow = PickedRow.extend({ total: z.number() })
const CountRow = z.object({ count: z.number() })

export interface PageTerms {
  readonly keyset: Keyset
  /** Over DEALS_WITH_STANDING. */
  readonly filter: Sql
  readonly cursor: string | undefined
  readonly limit: number
}

export async function countDeals(handle: Handle, filter: Sql): Promise<number> {
  const row = await handle.first(CountRow, sql`select count(*) as count from ${DEALS_WITH_STANDING} where ${filter}`)
  return row?.count ?? 0
}

/** Deals of a page, with the joins its order needs; names are read for its rows alone. */
export function pickDeals(handle: Handle, { keyset, filter, cursor, limit }: PageTerms): Promise<PickedDeal[]> {
  return handle.rows(
    PickedRow,
    sql`select d.id, (${keyset.key})::text as "sortKey" from ${DEALS_WITH_STANDING}
      where ${filter} and ${afterCursor(keyset, cursor)} order by ${keysetOrder(keyset)} limit ${limit}`,
  )
}

/** The same for a search, which reads every name: once, for the page and for how many there are. */
export async function searchDeals(
  handle: Handle,
  { keyset, filter, cursor, limit }: PageTerms,
): Promise<{ picked: PickedDeal[]; total: number }> {
  const found = { ...keyset, key: sql`hits.key`, id: sql`hits.id` }
  const rows = await handle.rows(
    FoundRow,
    sql`with hits as materialized (select d.id, ${keyset.key} as key from ${DEALS_WITH_STANDING} where ${filter})
      select hits.id, hits.key::text as "sortKey", (select count(*) from hits) as total from hits
      where ${afterCursor(found, cursor)} order by ${keysetOrder(found)} limit ${limit}`,
  )
  const [first] = rows
  // Nothing after the marker does not mean that nothing was found.
  const total = first?.total ?? (cursor === undefined ? 0 : await countDeals(handle, filter))
  return { picked: rows, total }
}

interface KeptOrder {
  /** Rows that were kept, one per deal and with a key each. */
  readonly kept: Sql
  /** Over `kept`; the text of it is that of the list's key. */
  readonly key: Sql
  /** Keys of deals for which nothing was kept. */
  readonly noKey: Sql
}

const KEPT_RISK: KeptOrder = {
  kept: sql`deal_standings kept join deals d on d.id = kept.deal_id and d.status = 'open' and kept.risk_score is not null`,
  key: sql`(round(kept.risk_score * 10000)::bigint)`,
  noKey: sql`null::int8`,
}
const KEPT_DAYS: KeptOrder = {
  kept: sql`deal_activity_days kept join deals d on d.id = kept.deal_id`,
  key: sql`kept.on_day`,
  noKey: sql`null::date`,
}
const STANDING = sql`left join deal_standings s on s.deal_id = d.id`

const KeptRow = z.object({ hasDays: z.boolean() })

/**
 * The order that the last refresh kept, if the list can start from it: only where few deals are passed over on the way,
 * for a walk along the index that skips nearly all is slower than a sort of what is wanted.
 */
export async function findKeptOrder(
  handle: Handle,
  query: { readonly sort: string } & Readonly<Record<'search' | 'repId' | 'clientId' | 'status', string | undefined>>,
  visible: VisibleReps,
): Promise<KeptOrder | null> {
  const isNarrow = [query.search, query.repId, query.clientId].some((text) => text !== undefined)
  if (visible.kind !== 'all' || isNarrow) return null
  if (query.sort === 'risk') return query.status === undefined || query.status === 'open' ? KEPT_RISK : null
  if (query.sort !== 'lastActivityOn') return null
  const row = await handle.first(KeptRow, sql`select exists (select 1 from deal_activity_days) as "hasDays"`)
  return row?.hasDays === true ? KEPT_DAYS : null
}

/** The deals of a page in a kept order; those for which nothing was kept come last. */
export async function pickKeptDeals(handle: Handle, order: KeptOrder, terms: PageTerms): Promise<PickedDeal[]> {
  const keyset = { ...terms.keyset, key: order.key }
  const direction = keyset.direction === 'asc' ? sql`asc` : sql`desc`
  const picked = await handle.rows(
    PickedRow,
    // No key is null here; to say so would keep the index from being read backwards.
    sql`select d.id, ${order.key}::text as "sortKey" from ${order.kept} ${STANDING}
      where ${terms.filter} and ${afterCursor(keyset, terms.cursor)}
      order by ${order.key} ${direction}, kept.deal_id limit ${terms.limit}`,
  )
  if (picked.length === terms.limit) return picked
  const rest = await handle.rows(
    PickedRow,
    sql`with known as materialized (select d.id from ${order.kept})
      select d.id, null as "sortKey" from deals d ${STANDING}
      where ${terms.filter} and ${afterCursor({ ...keyset, key: order.noKey }, terms.cursor)}
        and not exists (select 1 from known where known.id = d.id) order by d.id limit ${terms.limit - picked.length}`,
  )
  return [...picked, ...rest]
}
