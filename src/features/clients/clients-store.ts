import { z } from 'zod'
import type { HealthBand } from '#domain/client/health.ts'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { afterCursor, encodeCursor, keysetOrder, type Keyset } from '#platform/postgres/keyset.ts'
import { visibleClients, visibleDeals } from '#platform/postgres/row-scope.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

export interface ClientScope {
  readonly visible: VisibleReps
  readonly asOf: Day
}

export async function findClientDay(handle: Handle, today: Day): Promise<Day> {
  const row = await handle.first(z.object({ day: z.string() }), sql`select data_day('clients', ${today}::date) as day`)
  return row?.day ?? today
}

/** The day records of a kind speak for, as one value that is asked for once and not for every row. */
export function dayOfKind(kind: 'activities' | 'contacts' | 'invoices' | 'usage', today: Day): Sql {
  return sql`(select data_day(${kind}, ${today}::date))`
}

/** The same as a plain day: where a statement picks between indexes, it must know how many rows lie before it. */
export async function findDayOfKind(
  handle: Handle,
  kind: 'activities' | 'contacts' | 'invoices' | 'usage',
  today: Day,
): Promise<Day> {
  const row = await handle.first(z.object({ day: z.string() }), sql`select data_day(${kind}, ${today}::date) as day`)
  return row?.day ?? today
}

/** Rows that hang on a deal go with it, as `ofVisibleDeal` says, for many clients at once: the deals in sight are gathered once instead of being asked for row by row. */
export function ofVisibleDeals(visible: VisibleReps, dealId: Sql): Sql {
  if (visible.kind === 'all') return sql`true`
  return sql`(${dealId} is null or ${dealId} in (select d.id from deals d where ${visibleDeals(visible)}))`
}

function openDeals(visible: VisibleReps): Sql {
  return sql`(select count(*)::int from deals d where d.client_id = c.id and d.status = 'open' and ${visibleDeals(visible)})`
}

/** The newest first and only that one: the index knows it without reading the others. */
function lastActivity({ visible, asOf }: ClientScope): Sql {
  return sql`(select a.on_day from activities a
    where a.client_id = c.id and a.on_day <= ${asOf}::date and ${ofVisibleDeals(visible, sql`a.deal_id`)}
    order by a.on_day desc limit 1)`
}

/**
 * Sorting looks at the day kept by the last refresh, where there is one; who sees fewer deals gets their own last day, so
 * that a peer's work does not show in the order.
 */
function lastActivityKey({ visible, asOf }: ClientScope): Sql {
  const live = sql`(select a.on_day from activities a
    where a.client_id = c.id and a.on_day <= ${asOf}::date and ${ofVisibleDeals(visible, sql`a.deal_id`)}
    order by a.on_day desc limit 1)`
  return visible.kind === 'all' ? sql`coalesce(s.last_activity_on, ${live})` : live
}

const CLIENTS_JOINED = sql`clients c left join reps owner on owner.id = c.owner_rep_id left join reps csm on csm.id = c.csm_rep_id
  left join client_standings s on s.client_id = c.id`

export const Band = z.enum(['thriving', 'healthy', 'at_risk', 'critical', 'churning', 'unknown'])

const ClientRow = z.object({
  id: z.string(),
  name: z.string(),
  segment: z.string().nullable(),
  industry: z.string().nullable(),
  region: z.string().nullable(),
  ownerName: z.string().nullable(),
  csmName: z.string().nullable(),
  arrMicros: z.number().nullable(),
  currency: z.string(),
  renewalOn: z.string().nullable(),
  customerSince: z.string().nullable(),
  employees: z.int().nullable(),
  openDeals: z.int(),
  lastActivityOn: z.string().nullable(),
  /** The day its health was computed for; null when nobody looked yet. */
  computedFor: z.string().nullable(),
  score: z.number().nullable(),
  band: Band.nullable(),
  change30: z.number().nullable(),
  reason: z.string().nullable(),
})
export type ClientRow = z.infer<typeof ClientRow>

function clientColumns(scope: ClientScope): Sql {
  return sql`c.id, c.name, c.segment, c.industry, c.region, owner.name as "ownerName", csm.name as "csmName",
    c.arr_micros as "arrMicros", c.currency, c.renewal_on as "renewalOn", c.customer_since as "customerSince", c.employees,
    ${openDeals(scope.visible)} as "openDeals", ${lastActivity(scope)} as "lastActivityOn",
    s.day as "computedFor", s.score, s.band, s.change_30 as "change30", s.reason`
}

export interface ClientListQuery {
  readonly search?: string | undefined
  readonly segment?: string | undefined
  readonly industry?: string | undefined
  readonly band?: HealthBand | undefined
  readonly csmRepId?: string | undefined
  readonly sort: ClientSort
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly cursor?: string | undefined
}
export type ClientSort =
  | 'name'
  | 'arr'
  | 'renewalOn'
  | 'openDeals'
  | 'lastActivityOn'
  | 'customerSince'
  | 'health'
  | 'change30'

function sortKey(sort: ClientSort, scope: ClientScope): { key: Sql; type: Keyset['type'] } {
  switch (sort) {
    // Cut, so that a long name cannot make a page marker too long to send back.
    case 'name':
      return { key: sql`left(lower(c.name), 60)`, type: 'text' }
    case 'arr':
      return { key: sql`c.arr_micros`, type: 'int8' }
    case 'renewalOn':
      return { key: sql`c.renewal_on`, type: 'date' }
    case 'openDeals':
      return { key: sql`${openDeals(scope.visible)}::bigint`, type: 'int8' }
    case 'lastActivityOn':
      return { key: lastActivityKey(scope), type: 'date' }
    case 'customerSince':
      return { key: sql`c.customer_since`, type: 'date' }
    // Scores have one decimal; a page marker holds whole numbers.
    case 'health':
      return { key: sql`round(s.score::numeric * 10)::bigint`, type: 'int8' }
    case 'change30':
      return { key: sql`round(s.change_30::numeric * 10)::bigint`, type: 'int8' }
  }
}

/** One page of the clients the principal sees, with how many there are in all. */
export async function listClientRows(
  handle: Handle,
  query: ClientListQuery,
  scope: ClientScope,
): Promise<{ rows: ClientRow[]; total: number; nextCursor: string | null }> {
  const keyset: Keyset = { sort: query.sort, direction: query.order, ...sortKey(query.sort, scope), id: sql`c.id` }
  const filter = joinSql([visibleClients(scope.visible), ...filters(query)], ' and ')
  const standings = sql`left join client_standings s on s.client_id = c.id`
  const counted = await handle.first(
    z.object({ count: z.number() }),
    sql`select count(*) as count from clients c ${query.band === undefined ? sql`` : standings} where ${filter}`,
  )
  // The page is found by its key alone; what each row shows is looked up for the page only.
  const found = await handle.rows(
    ClientRow.extend({ sortKey: z.string().nullable() }),
    sql`with keyed as materialized (select c.id, ${keyset.key} as key from clients c ${standings} where ${filter}),
        page as (select c.id, c.key from keyed c where ${afterCursor({ ...keyset, key: sql`c.key` }, query.cursor)}
          order by ${keysetOrder({ ...keyset, key: sql`c.key` })} limit ${query.limit + 1})
      select ${clientColumns(scope)}, page.key::text as "sortKey" from ${CLIENTS_JOINED} join page on page.id = c.id
      order by ${keysetOrder({ ...keyset, key: sql`page.key` })}`,
  )
  const rows = found.slice(0, query.limit)
  const last = found.length > query.limit ? rows.at(-1) : undefined
  return {
    rows,
    total: counted?.count ?? 0,
    nextCursor: last ? encodeCursor(keyset, { key: last.sortKey, id: last.id }) : null,
  }
}

function filters({ search, segment, industry, band, csmRepId }: ClientListQuery): Sql[] {
  const found: Sql[] = []
  if (segment !== undefined) found.push(sql`lower(c.segment) = lower(${segment})`)
  if (industry !== undefined) found.push(sql`lower(c.industry) = lower(${industry})`)
  if (band !== undefined) found.push(sql`coalesce(s.band, 'unknown') = ${band}`)
  if (csmRepId !== undefined) found.push(sql`c.csm_rep_id = ${csmRepId}`)
  if (search)
    found.push(sql`(strpos(lower(c.name), ${search.toLowerCase()}) > 0 or lower(c.id) = ${search.toLowerCase()})`)
  return found
}

const WeekRow = z.object({ clientId: z.string(), weekly: z.array(z.number().nullable()) })

/**
 * Stored scores at the end of each of the last twelve weeks, oldest first. A week in which nobody looked has none; a
 * stored day holds until the next one that differs.
 */
export async function listWeeklyScores(
  handle: Handle,
  ids: readonly string[],
  asOf: Day,
): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
  const rows = await handle.rows(
    WeekRow,
    sql`with weeks as (select back, ${asOf}::date - 7 * back as day, exists (select 1 from snapshot_days l
          where l.kind = 'clients' and l.day <= ${asOf}::date - 7 * back and l.day > ${asOf}::date - 7 * back - 7) as was_looked_at
        from generate_series(0, 11) back)
      select wanted.id as "clientId", array_agg(case when weeks.was_looked_at or p.day > weeks.day - 7 then p.score end
          order by weeks.back desc) as weekly
      from unnest(${ids}::text[]) as wanted (id) cross join weeks
      left join lateral (select p.score, p.day from client_snapshots p where p.client_id = wanted.id and p.day <= weeks.day
        order by p.day desc limit 1) p on true
      group by wanted.id`,
  )
  return new Map(rows.map((row) => [row.clientId, row.weekly]))
}

const DetailRow = ClientRow.extend({
  parentClientId: z.string().nullable(),
  revenueMicros: z.number().nullable(),
  licensedSeats: z.int().nullable(),
  unitsManaged: z.int().nullable(),
  nps: z.int().nullable(),
})
export type ClientDetailRow = z.infer<typeof DetailRow>

export function findClientDetail(handle: Handle, id: string, scope: ClientScope): Promise<ClientDetailRow | undefined> {
  return handle.first(
    DetailRow,
    sql`select ${clientColumns(scope)}, c.parent_client_id as "parentClientId", c.revenue_micros as "revenueMicros",
        c.licensed_seats as "licensedSeats", c.units_managed as "unitsManaged", c.nps
      from ${CLIENTS_JOINED} where c.id = ${id} and ${visibleClients(scope.visible)}`,
  )
}

/** The name of a client in sight. */
export async function findClientName(handle: Handle, visible: VisibleReps, id: string): Promise<string | undefined> {
  const row = await handle.first(
    z.object({ name: z.string() }),
    sql`select c.name from clients c where c.id = ${id} and ${visibleClients(visible)}`,
  )
  return row?.name
}

const MatchRow = z.object({ id: z.string(), name: z.string(), rank: z.int(), industry: z.string().nullable() })

/**
 * Clients in sight that a text may mean, best first: id, exact name, prefix, part of the name, shared words (half or
 * more). Names are read only when no index knows the text.
 */
export async function findClientMatches(
  handle: Handle,
  visible: VisibleReps,
  text: string,
): Promise<z.infer<typeof MatchRow>[]> {
  const wanted = text.trim().toLowerCase()
  const exact = await handle.rows(
    MatchRow,
    sql`select c.id, c.name, coalesce(c.segment, c.industry) as industry, (case when lower(c.id) = ${wanted} then 0 else 1 end)::int as rank
      from clients c where (lower(c.id) = ${wanted} or lower(c.name) = ${wanted}) and ${visibleClients(visible)}
      order by rank, c.name, c.id limit 50`,
  )
  if (exact.length > 0) return exact
  const words = [...new Set(wanted.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length >= 3))]
  return handle.rows(
    MatchRow,
    sql`with named as (select c.id, c.name, coalesce(c.segment, c.industry) as industry, lower(c.name) as client,
          (select count(*) from unnest(${words}::text[]) word where strpos(lower(c.name), word) > 0) as shared
        from clients c where ${visibleClients(visible)})
      select id, name, industry, (case when starts_with(client, ${wanted}) then 2
          when strpos(client, ${wanted}) > 0 then 3 else 100 - shared end)::int as rank
      from named where strpos(client, ${wanted}) > 0 or (shared > 0 and shared * 2 >= ${words.length}::int)
      order by rank, name, id limit 50`,
  )
}
