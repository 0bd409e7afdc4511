import { z } from 'zod'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'
import { askNameOf, DEALS_JOINED, DEALS_OF_IDS } from './deals-store.ts'

const NameRow = z.object({ name: z.string() })

/** What to call a deal in sight so that it is found again. */
export async function findAskName(handle: Handle, visible: VisibleReps, id: string): Promise<string> {
  const row = await handle.first(
    NameRow,
    sql`select ${askNameOf(visible)} as name from deals d where d.id = ${id} and ${visibleDeals(visible)}`,
  )
  return row?.name ?? id
}

/** True when any client in sight names a segment. */
export async function hasSegments(handle: Handle, visible: VisibleReps): Promise<boolean> {
  const row = await handle.first(
    z.object({ has: z.boolean() }),
    sql`select exists (select 1 from ${DEALS_JOINED} where ${visibleDeals(visible)} and c.segment is not null) as has`,
  )
  return row?.has ?? false
}

const MatchRow = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  stage: z.string(),
  clientName: z.string().nullable(),
  repName: z.string().nullable(),
  rank: z.int(),
})
export type DealMatch = z.infer<typeof MatchRow>

const MATCHED = sql`d.id, d.name, d.status, d.stage, c.name as "clientName", r.name as "repName"`
const MATCHES = 50

/**
 * Deals in sight that a text may mean, best first: id, exact name, prefix, client's exact name, part of the name, then
 * by words shared with the deal's and client's names (half of the words or more). Open deals before decided ones. Each
 * step is taken only when those before found nothing: the first is known to indexes, the last reads every name.
 */
export async function findDealMatches(handle: Handle, visible: VisibleReps, text: string): Promise<DealMatch[]> {
  const wanted = text.trim().toLowerCase()
  const exact = await findNamed(handle, visible, {
    where: sql`lower(d.id) = ${wanted} or lower(d.name) = ${wanted}`,
    rank: sql`case when lower(d.id) = ${wanted} then 0 else 1 end`,
  })
  if (exact.length > 0) return exact
  const named = await findNamed(handle, visible, {
    where: sql`strpos(lower(d.name), ${wanted}) > 0 or d.client_id in (select k.id from clients k where lower(k.name) = ${wanted})`,
    rank: sql`case when starts_with(lower(d.name), ${wanted}) then 2 when lower(c.name) = ${wanted} then 3 else 4 end`,
  })
  return named.length > 0 ? named : findBySharedWords(handle, visible, wanted)
}

function findNamed(
  handle: Handle,
  visible: VisibleReps,
  { where, rank }: { readonly where: Sql; readonly rank: Sql },
): Promise<DealMatch[]> {
  return handle.rows(
    MatchRow,
    sql`select ${MATCHED}, (${rank})::int as rank from ${DEALS_JOINED} where (${where}) and ${visibleDeals(visible)}
      order by rank, d.status <> 'open', d.name, d.id limit ${MATCHES}`,
  )
}

async function findBySharedWords(handle: Handle, visible: VisibleReps, wanted: string): Promise<DealMatch[]> {
  const words = [...new Set(wanted.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length >= 3))]
  if (words.length === 0) return []
  const shared = joinSql(
    words.map((word) => sql`(strpos(known, ${word}) > 0)::int`),
    ' + ',
  )
  return handle.rows(
    MatchRow,
    sql`with found as materialized (select id, ${shared} as shared from (
          select d.id, lower(d.name || ' ' || coalesce(c.name, '')) as known from ${DEALS_JOINED} where ${visibleDeals(visible)} offset 0) named)
      select ${MATCHED}, 100 - page.shared as rank from found page join ${DEALS_OF_IDS}
      where page.shared > 0 and page.shared * 2 >= ${words.length}::int
      order by rank, d.status <> 'open', d.name, d.id limit ${MATCHES}`,
  )
}
