import { z } from 'zod'
import { addDays, monthStart, type Day } from '#domain/day.ts'
import { TEAM_CHANGE_KINDS } from '#domain/home/sections.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { askNameOf, DEAL_CURRENCY, DEAL_VALUE } from './deals-store.ts'

export interface TeamScope {
  readonly visible: VisibleReps
  readonly asOf: Day
  /** Sums are in this currency; values in others are left out. */
  readonly currency: string
}

const WEEK_DAYS = 7
const SILENT_DAYS = 30
const CHANGES_SHOWN = 5

function visibleReps(visible: VisibleReps): Sql {
  return visible.kind === 'all' ? sql`true` : sql`r.id = any(${visible.repIds}::text[])`
}

const ViewerRow = z.object({ ownKind: z.enum(['rep', 'csm']).nullable(), reps: z.int(), csms: z.int() })

/** The kind of the linked rep, and how many reps and CSMs are in sight. */
export async function findViewer(
  handle: Handle,
  { visible, repId }: { readonly visible: VisibleReps; readonly repId: string | null },
): Promise<z.infer<typeof ViewerRow>> {
  const row = await handle.first(
    ViewerRow,
    sql`select (select kind from reps where id = ${repId}) as "ownKind",
        count(*) filter (where r.kind = 'rep')::int as reps, count(*) filter (where r.kind = 'csm')::int as csms
      from reps r where ${visibleReps(visible)}`,
  )
  return row ?? { ownKind: null, reps: 0, csms: 0 }
}

const DaysRow = z.object({ before: z.string().nullable(), now: z.string().nullable() })

/** The stored days to compare: the last one up to the day, and the last one that lies a week or more before it. */
export async function findComparedDays(handle: Handle, asOf: Day): Promise<z.infer<typeof DaysRow>> {
  const row = await handle.first(
    DaysRow,
    sql`select max(day) filter (where day <= ${addDays(asOf, -WEEK_DAYS)}::date) as before, max(day) as now
      from snapshot_days where kind = 'deals' and day <= ${asOf}::date`,
  )
  return row ?? { before: null, now: null }
}

const ChangeRow = z.object({
  dealId: z.string(),
  name: z.string(),
  askName: z.string(),
  repName: z.string().nullable(),
  kind: z.enum(TEAM_CHANGE_KINDS),
  before: z.string().nullable(),
  now: z.string().nullable(),
  valueMicros: z.number().nullable(),
  currency: z.string(),
  isEstimated: z.boolean(),
  days: z.array(z.string()),
  total: z.int(),
})

/** What of a stored day is compared and shown. */
const COMPARED = sql`s.deal_id, s.day, s.stage, s.value_micros, s.currency, s.is_estimated, s.expected_close_on, s.risk_level, s.last_activity_on`

function stagePlace(stage: Sql): Sql {
  return sql`array_position(array['prospecting', 'qualification', 'proposal', 'negotiation'], ${stage})`
}

/** What differs between two stored days, one change a deal, the heaviest kind; the most money first. */
export function listChanges(
  handle: Handle,
  scope: TeamScope,
  { before, now }: { readonly before: Day; readonly now: Day },
): Promise<z.infer<typeof ChangeRow>[]> {
  const silentFrom = addDays(now, -SILENT_DAYS)
  const silentUntil = addDays(before, -SILENT_DAYS)
  return handle.rows(
    ChangeRow,
    // The days between are read once in a piece; only deals that fell silent without one are looked up for their last day.
    sql`with recent as materialized (select distinct on (s.deal_id) ${COMPARED} from deal_snapshots s
        where s.day > ${before}::date and s.day <= ${now}::date order by s.deal_id, s.day desc),
      touched as (select * from recent union all select last.* from deal_standings t
        cross join lateral (select ${COMPARED} from deal_snapshots s where s.deal_id = t.deal_id and s.day <= ${now}::date order by s.day desc limit 1) last
        where t.last_activity_on >= ${silentUntil}::date and t.last_activity_on < ${silentFrom}::date
          and t.deal_id not in (select deal_id from recent)),
      compared as (
        select d.id, n.stage as now_stage, o.stage as old_stage,
          n.expected_close_on as now_close, o.expected_close_on as old_close, n.risk_level as now_risk, o.risk_level as old_risk,
          n.value_micros, n.currency, n.is_estimated, o.day as old_day, n.day as now_day, n.last_activity_on,
          case when o.deal_id is null then case when n.stage not in ('won', 'lost') and d.created_on > ${before}::date then 'new' end
            when n.stage = 'lost' and o.stage <> 'lost' then 'lost' when n.stage = 'won' and o.stage <> 'won' then 'won'
            when n.stage in ('won', 'lost') then null
            when n.expected_close_on > o.expected_close_on then 'slipped'
            when n.risk_level = 'high' and o.risk_level in ('low', 'medium') then 'riskier'
            when ${stagePlace(sql`n.stage`)} > ${stagePlace(sql`o.stage`)} then 'advanced'
            when n.last_activity_on >= ${silentUntil}::date and n.last_activity_on < ${silentFrom}::date then 'silent' end as kind
        from touched n join deals d on d.id = n.deal_id
        left join lateral (select ${COMPARED} from deal_snapshots s where s.deal_id = d.id and s.day <= ${before}::date order by s.day desc limit 1) o on true
        where ${visibleDeals(scope.visible)}),
      page as materialized (select *, (count(*) over ())::int as total from compared where kind is not null
        order by value_micros desc nulls last, id limit ${CHANGES_SHOWN})
      select d.id as "dealId", d.name, ${askNameOf(scope.visible)} as "askName", r.name as "repName", page.kind,
        case page.kind when 'slipped' then old_close::text when 'riskier' then old_risk when 'new' then null when 'silent' then null else old_stage end as before,
        case page.kind when 'slipped' then now_close::text when 'riskier' then now_risk when 'silent' then last_activity_on::text else now_stage end as now,
        page.value_micros as "valueMicros", page.currency, page.is_estimated as "isEstimated",
        array_remove(array[old_day::text, nullif(now_day, old_day)::text], null) as days, total
      from page join deals d on d.id = page.id left join reps r on r.id = d.rep_id
      order by page.value_micros desc nulls last, page.id`,
  )
}

/** Deals in sight that are open or were decided since the day. */
export async function countComparedDeals(handle: Handle, { visible }: TeamScope, since: Day): Promise<number> {
  const row = await handle.first(
    z.object({ count: z.number() }),
    sql`select count(*) as count from deals d where (d.status = 'open' or d.closed_on > ${since}::date) and ${visibleDeals(visible)}`,
  )
  return row?.count ?? 0
}

const RecordRow = z.object({
  repId: z.string(),
  name: z.string(),
  wonNow: z.int(),
  decidedNow: z.int(),
  wonBefore: z.int(),
  decidedBefore: z.int(),
  openDeals: z.int(),
  judgedDeals: z.int(),
  highRiskDeals: z.int(),
  atRiskMicros: z.number().nullable(),
  openMicros: z.number().nullable(),
  silentDeals: z.int(),
})

/** What each rep in sight decided in 180 days and the 365 before, and what of the open deals is at risk or silent. */
export function listRepRecords(handle: Handle, scope: TeamScope): Promise<z.infer<typeof RecordRow>[]> {
  const day = sql`${scope.asOf}::date`
  const isNow = sql`d.closed_on > ${day} - 180 and d.closed_on <= ${day}`
  const isBefore = sql`d.closed_on > ${day} - 545 and d.closed_on <= ${day} - 180`
  const value = sql`${DEAL_VALUE}) filter (where d.status = 'open' and ${DEAL_CURRENCY} = ${scope.currency}`
  return handle.rows(
    RecordRow,
    sql`select r.id as "repId", r.name,
        count(*) filter (where d.status = 'won' and ${isNow})::int as "wonNow", count(*) filter (where d.status in ('won', 'lost') and ${isNow})::int as "decidedNow",
        count(*) filter (where d.status = 'won' and ${isBefore})::int as "wonBefore", count(*) filter (where d.status in ('won', 'lost') and ${isBefore})::int as "decidedBefore",
        count(*) filter (where d.status = 'open')::int as "openDeals", count(d.deal_id) filter (where d.status = 'open')::int as "judgedDeals",
        count(*) filter (where d.status = 'open' and d.risk_level = 'high')::int as "highRiskDeals",
        sum(${value} and d.risk_level = 'high') as "atRiskMicros", sum(${value}) as "openMicros",
        count(*) filter (where d.status = 'open' and d.last_activity_on < ${addDays(scope.asOf, -SILENT_DAYS)}::date)::int as "silentDeals"
      from reps r left join (select d.rep_id, d.status, d.closed_on, d.product_id, d.value_micros, d.value_estimate, d.currency,
            s.deal_id, s.risk_level, s.last_activity_on
          from deals d left join deal_standings s on s.deal_id = d.id where d.status = 'open' and ${visibleDeals(scope.visible)}
        union all select d.rep_id, d.status, d.closed_on, null, null, null, null, null, null, null from deals d
          where d.status <> 'open' and d.closed_on > ${day} - 545 and d.closed_on <= ${day} and ${visibleDeals(scope.visible)}) d on d.rep_id = r.id
        left join products p on p.id = d.product_id
      where r.kind = 'rep' and exists (select 1 from deals d where d.rep_id = r.id and ${visibleDeals(scope.visible)})
      group by r.id, r.name order by r.id`,
  )
}

const ReasonDealRow = z.object({
  repId: z.string(),
  id: z.string(),
  label: z.string(),
  why: z.enum(['risk', 'silent', 'lost']),
})

/** For each of these reps up to three deals behind each reason: the dearest at risk, the longest silent, the latest lost. */
export function listReasonDeals(
  handle: Handle,
  scope: TeamScope,
  repIds: readonly string[],
): Promise<z.infer<typeof ReasonDealRow>[]> {
  const of = (why: string, terms: { readonly condition: Sql; readonly order: Sql }): Sql =>
    sql`select d.rep_id, d.id, d.name, ${why}::text as why, row_number() over (partition by d.rep_id order by ${terms.order}, d.id) as place
      from deals d left join deal_standings s on s.deal_id = d.id
      where d.rep_id = any(${repIds}::text[]) and ${visibleDeals(scope.visible)} and ${terms.condition}`
  const day = sql`${scope.asOf}::date`
  return handle.rows(
    ReasonDealRow,
    sql`select rep_id as "repId", id, name as label, why from (
        ${of('risk', { condition: sql`d.status = 'open' and s.risk_level = 'high'`, order: sql`d.value_micros desc nulls last` })}
        union all ${of('silent', { condition: sql`d.status = 'open' and s.last_activity_on < ${day} - ${SILENT_DAYS}::int`, order: sql`s.last_activity_on` })}
        union all ${of('lost', { condition: sql`d.status = 'lost' and d.closed_on > ${day} - 180 and d.closed_on <= ${day}`, order: sql`d.closed_on desc` })}
      ) found where place <= 3 order by rep_id, why, place`,
  )
}

const ForecastRow = z.object({
  repId: z.string(),
  name: z.string(),
  quotaMicros: z.number(),
  wonMicros: z.number(),
  expectedMicros: z.number(),
  variance: z.number(),
  openDeals: z.int(),
  uncountedDeals: z.int(),
  dealIds: z.array(z.object({ id: z.string(), label: z.string() })),
})

/** The calendar quarter that a day lies in. */
export function quarterOf(day: Day): { readonly start: Day; readonly end: Day } {
  const start = monthStart(day, -((Number(day.slice(5, 7)) - 1) % 3))
  return { start, end: addDays(monthStart(start, 3), -1) }
}

/** Each rep with a quota: won in the quarter, and what open deals due in it may add by their chances. */
export function listForecasts(handle: Handle, scope: TeamScope): Promise<z.infer<typeof ForecastRow>[]> {
  const { start, end } = quarterOf(scope.asOf)
  return handle.rows(
    ForecastRow,
    sql`select r.id as "repId", r.name, r.quota_micros as "quotaMicros",
        coalesce(sum(f.value) filter (where f.is_won and f.is_main), 0)::float8 as "wonMicros",
        coalesce(sum(f.value * f.chance) filter (where not f.is_won and f.is_main), 0)::float8 as "expectedMicros",
        coalesce(sum(f.value::float8 * f.value::float8 * f.chance * (1 - f.chance)) filter (where not f.is_won and f.is_main), 0)::float8 as variance,
        count(*) filter (where not f.is_won)::int as "openDeals",
        count(*) filter (where not f.is_won and (f.value is null or not f.is_main or f.chance is null))::int as "uncountedDeals",
        coalesce((array_agg(jsonb_build_object('id', f.id, 'label', f.name) order by f.value desc nulls last, f.id)
          filter (where f.id is not null))[1:5], array[]::jsonb[]) as "dealIds"
      from reps r left join lateral (
        select d.id, d.name, d.status = 'won' as is_won, ${DEAL_VALUE} as value, ${DEAL_CURRENCY} = ${scope.currency} as is_main,
          s.win_probability::float8 as chance
        from deals d left join products p on p.id = d.product_id left join deal_standings s on s.deal_id = d.id
        where d.rep_id = r.id and ((d.status = 'won' and d.closed_on between ${start}::date and ${scope.asOf}::date)
          or (d.status = 'open' and d.expected_close_on between ${start}::date and ${end}::date))) f on true
      where r.quota_micros is not null and r.kind = 'rep' and ${visibleReps(scope.visible)}
      group by r.id, r.name, r.quota_micros order by r.id`,
  )
}
