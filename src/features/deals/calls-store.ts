import { z } from 'zod'
import type { CallFacts } from '#domain/call/call-review.ts'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals, visibleWork } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const CallMatch = z.object({
  id: z.string(),
  title: z.string(),
  onDay: z.string(),
  about: z.string().nullable(),
  rank: z.int(),
})
export type CallMatch = z.infer<typeof CallMatch>

/**
 * Calls in sight that a text may mean, best first: the call's id, its exact title, else the latest call of each deal or
 * client of that id or name, part of a title, part of a name. Parts are looked for only where nothing fits exactly: that
 * reads every title and name.
 */
export async function findCallMatches(handle: Handle, visible: VisibleReps, text: string): Promise<CallMatch[]> {
  const wanted = text.trim().toLowerCase()
  const exact = await handle.rows(CallMatch, callQuery(visible, wanted, sql`w.id in (${exactCalls(wanted)})`))
  return exact.length > 0 ? exact : handle.rows(CallMatch, callQuery(visible, wanted, sql`true`))
}

/** Ids of calls whose own, deal's or client's id or name is the text, each found by an index. */
function exactCalls(wanted: string): Sql {
  const deals = sql`select id from deals where lower(id) = ${wanted} or lower(name) = ${wanted}`
  const clients = sql`select id from clients where lower(id) = ${wanted} or lower(name) = ${wanted}`
  return sql`select id from transcripts where lower(id) = ${wanted}
    union select id from transcripts where left(lower(title), 200) = left(${wanted}, 200) and lower(title) = ${wanted}
    union select id from transcripts where deal_id in (${deals})
    union select id from transcripts where client_id in (${clients})
    union select t.id from deals named join transcripts t on t.deal_id = named.id where named.client_id in (${clients}) and t.client_id is null`
}

function callQuery(visible: VisibleReps, wanted: string, condition: Sql): Sql {
  return sql`with seen as (
        select w.id, w.title, w.on_day, coalesce(d.name, c.name) as about, d.id as deal_id, c.id as client_id,
          (case when lower(w.id) = ${wanted} then 0 when lower(w.title) = ${wanted} then 1
            when lower(d.id) = ${wanted} or lower(d.name) = ${wanted} then 2
            when lower(c.id) = ${wanted} or lower(c.name) = ${wanted} then 3
            when strpos(lower(d.name), ${wanted}) > 0 then 4 when strpos(lower(c.name), ${wanted}) > 0 then 5
            when strpos(lower(w.title), ${wanted}) > 0 then 6 end)::int as rank
        from transcripts w left join deals d on d.id = w.deal_id left join clients c on c.id = coalesce(w.client_id, d.client_id)
        where ${condition} and ${visibleWork(visible)}),
      latest as (
        select *, row_number() over (partition by rank, case when rank in (2, 4) then deal_id when rank in (3, 5) then client_id else id end
          order by on_day desc, id desc) as n
        from seen where rank is not null)
      select id, title, on_day as "onDay", about, rank from latest where n = 1 order by rank, on_day desc, id limit 50`
}

const FactsRow = z.object({
  id: z.string(),
  title: z.string(),
  onDay: z.string(),
  body: z.string(),
  speakers: z.string().nullable(),
  dealId: z.string().nullable(),
  dealName: z.string().nullable(),
  clientId: z.string().nullable(),
  clientName: z.string().nullable(),
  repId: z.string().nullable(),
  repName: z.string().nullable(),
  repEmail: z.string().nullable(),
  source: z.string(),
  ours: z.array(z.string()),
  theirs: z.array(z.string()),
})
export type StoredCallFacts = z.infer<typeof FactsRow>

/** Reps are matched against the text, not listed whole: of a thousand, two speak. */
const CALL_COLUMNS = sql`w.id, w.title, w.on_day as "onDay", w.body, w.speakers, w.deal_id as "dealId", d.name as "dealName",
  c.id as "clientId", c.name as "clientName", w.rep_id as "repId", r.name as "repName", r.email as "repEmail", w.source,
  coalesce((select array_agg(o.name order by o.name) from reps o where strpos(w.body, o.name || ':') > 0), '{}') as ours,
  coalesce((select array_agg(k.name order by k.name) from contacts k where k.client_id = c.id), '{}') as theirs`
const CALL_TABLES = sql`transcripts w left join deals d on d.id = w.deal_id
  left join clients c on c.id = coalesce(w.client_id, d.client_id) left join reps r on r.id = coalesce(w.rep_id, d.rep_id)`

export function findCallFacts(handle: Handle, visible: VisibleReps, id: string): Promise<StoredCallFacts | undefined> {
  return handle.first(
    FactsRow,
    sql`select ${CALL_COLUMNS} from ${CALL_TABLES} where w.id = ${id} and ${visibleWork(visible)}`,
  )
}

/** Calls for reading commitments, by id from `after` on; whose they are does not matter, for nobody is shown them here. */
export function listCallFacts(
  handle: Handle,
  page: { readonly ids: readonly string[] | null; readonly after: string; readonly limit: number },
): Promise<StoredCallFacts[]> {
  const chosen = page.ids === null ? sql`true` : sql`w.id = any(${page.ids}::text[])`
  return handle.rows(
    FactsRow,
    sql`select ${CALL_COLUMNS} from ${CALL_TABLES} where w.id > ${page.after} and ${chosen} order by w.id limit ${page.limit}`,
  )
}

const NameRow = z.object({ name: z.string() })

/** Competitors on record of deals in sight. */
export async function listRivals(handle: Handle, visible: VisibleReps): Promise<string[]> {
  const rows = await handle.rows(
    NameRow,
    sql`select distinct d.competitor as name from deals d where d.competitor is not null and ${visibleDeals(visible)} order by name limit 500`,
  )
  return rows.map((row) => row.name)
}

/** The day the calls speak for. */
export async function findCallDay(handle: Handle, today: Day): Promise<Day> {
  const row = await handle.first(
    z.object({ day: z.string() }),
    sql`select data_day('transcripts', ${today}::date) as day`,
  )
  return row?.day ?? today
}

export function toCallFacts(row: StoredCallFacts, rivals: readonly string[]): CallFacts {
  const { source: _, ...facts } = row
  return { ...facts, rivals }
}
