import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import type { Moments } from '#domain/deal/performance-estimates.ts'
import {
  HISTORY_DAYS,
  PERFORMANCE_MEASURES,
  RECENT_WINDOW_DAYS,
  type PerformanceFacts,
  type PerformanceMeasure,
  type RepWeeks,
} from '#domain/deal/performance.ts'
import type { Evidence } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import type { PerformanceScope } from './performance-store.ts'

const RECENT_WEEKS = Math.floor(RECENT_WINDOW_DAYS / 7)
const HISTORY_WEEKS = Math.floor(HISTORY_DAYS / 7)

const WorkRow = z.object({
  repId: z.string(),
  /** Full weeks before the day; null in rows by kind. */
  week: z.number().nullable(),
  kind: z.string().nullable(),
  count: z.number(),
})
type WorkRow = z.infer<typeof WorkRow>
const DayRow = z.object({ day: z.string() })

/** Activities by week and by kind: the rep's over the whole history, the peers' over the recent weeks. */
export async function tallyWork(
  handle: Handle,
  scope: PerformanceScope,
  seen: ReadonlySet<string>,
): Promise<Pick<PerformanceFacts, 'weeks' | 'kinds' | 'peerKinds'>> {
  const found = await handle.first(DayRow, sql`select data_day('activities', ${scope.asOf}::date) as day`)
  const day = found?.day ?? scope.asOf
  const recent = await countWork(handle, { day, from: 0, to: RECENT_WEEKS, repIds: [scope.repId, ...scope.peerIds] })
  const earlier = await countWork(handle, { day, from: RECENT_WEEKS, to: HISTORY_WEEKS, repIds: [scope.repId] })
  const weeks = [
    ...weeksOf(recent, { window: 'recent', seen, from: 0, to: RECENT_WEEKS }),
    ...weeksOf(earlier, { window: 'earlier', seen, from: RECENT_WEEKS, to: HISTORY_WEEKS }),
  ]
  return { weeks, ...kindsOf(recent, scope.repId, seen) }
}

interface Span {
  readonly day: Day
  readonly from: number
  readonly to: number
  readonly repIds: readonly string[]
}

function countWork(handle: Handle, { day, from, to, repIds }: Span): Promise<WorkRow[]> {
  return handle.rows(
    WorkRow,
    // The many activities are gone through once; both sums are made of what that leaves.
    sql`with cells as materialized (select a.rep_id, (${day}::date - a.on_day) / 7 as week, a.kind, count(*) as count from activities a
        where a.rep_id = any(${repIds}::text[]) and a.on_day <= ${addDays(day, -7 * from)}::date
          and a.on_day > ${addDays(day, -7 * to)}::date group by 1, 2, 3)
      select rep_id as "repId", week, kind, sum(count)::bigint as count from cells
      group by grouping sets ((1, 2), (1, 3)) order by 1, 2, 3`,
  )
}

/** Weeks without an activity count as nought, but only from the first week in which the rep did anything. */
function weeksOf(
  rows: readonly WorkRow[],
  { window, seen, from, to }: { window: RepWeeks['window']; seen: ReadonlySet<string>; from: number; to: number },
): RepWeeks[] {
  const byRep = Map.groupBy(
    rows.filter((row) => row.week !== null),
    (row) => row.repId,
  )
  return [...byRep].map(([repId, own]) => {
    const first = Math.min(to - 1, Math.max(...own.map((row) => row.week ?? from)))
    const weeks: Moments = {
      n: first - from + 1,
      sum: own.reduce((sum, { count }) => sum + count, 0),
      squares: own.reduce((sum, { count }) => sum + count * count, 0),
    }
    return { repId, isSeen: seen.has(repId), window, weeks }
  })
}

function kindsOf(
  rows: readonly WorkRow[],
  repId: string,
  seen: ReadonlySet<string>,
): Pick<PerformanceFacts, 'kinds' | 'peerKinds'> {
  const byKind = Map.groupBy(
    rows.filter((row) => row.kind !== null),
    (row) => row.kind ?? '',
  )
  const sum = (part: readonly WorkRow[]): number => part.reduce((total, { count }) => total + count, 0)
  const kinds = [...byKind].map(([kind, all]) => ({
    kind,
    count: sum(all.filter((row) => row.repId === repId)),
    peers: sum(all.filter((row) => row.repId !== repId)),
  }))
  const unseen = new Set(rows.filter((row) => row.repId !== repId && !seen.has(row.repId)).map((row) => row.repId)).size
  return { kinds: kinds.toSorted((a, b) => b.count - a.count), peerKinds: { unseen } }
}

const EvidenceRow = z.object({
  measure: z.string(),
  kind: z.enum(['deal', 'activity']),
  id: z.string(),
  label: z.string(),
})
/** Rows named per measure. */
const EACH = 6

/** The rep's own rows behind each measure, a handful each, those that show it most first. */
export async function listPerformanceEvidence(
  handle: Handle,
  { repId, asOf, currency }: PerformanceScope,
): Promise<PerformanceFacts['evidence']> {
  const decided = sql`d.closed_on <= ${asOf}::date and d.closed_on > ${addDays(asOf, -HISTORY_DAYS)}::date`
  const won = sql`d.status = 'won' and ${decided}`
  const open = sql`d.status = 'open'`
  const past = sql`${open} and d.stage <> 'prospecting'`
  const latest = sql`d.closed_on desc`
  const largest = sql`d.value_micros desc nulls last`
  const rows = await handle.rows(
    EvidenceRow,
    sql`${deals('win_rate', repId, { where: sql`d.status <> 'open' and ${decided}`, order: latest })}
      union all ${deals('deal_value', repId, { where: sql`${won} and d.currency = ${currency} and d.value_micros is not null`, order: latest })}
      union all ${deals('cycle_days', repId, { where: sql`${won} and d.closed_on >= d.created_on`, order: latest })}
      union all ${deals('late_losses', repId, { where: sql`d.status = 'lost' and ${decided}`, order: latest })}
      union all ${deals('pushed', repId, { where: sql`d.status <> 'open' and d.pushed_count >= 2 and ${decided}`, order: latest })}
      union all ${deals('no_next_step', repId, { where: sql`${open} and d.next_step is null`, order: largest })}
      union all ${deals('no_economic_buyer', repId, { where: sql`${past} and d.economic_buyer_contact_id is null`, order: largest })}
      union all ${deals('no_champion', repId, { where: sql`${past} and d.champion_contact_id is null`, order: largest })}
      union all (select 'activity', 'activity', a.id, coalesce(a.subject, a.kind) from activities a
        where a.rep_id = ${repId} and a.on_day <= ${asOf}::date order by a.on_day desc, a.id limit ${EACH})`,
  )
  const groups = [...Map.groupBy(rows, (row) => row.measure)].flatMap(([measure, found]) =>
    isMeasure(measure) ? [[measure, found.map(({ kind, id, label }): Evidence => ({ kind, id, label }))] as const] : [],
  )
  return Object.fromEntries(groups)
}

function deals(measure: PerformanceMeasure, repId: string, { where, order }: { where: Sql; order: Sql }): Sql {
  return sql`(select ${measure}::text as measure, 'deal' as kind, d.id, d.name as label from deals d
    where d.rep_id = ${repId} and ${where} order by ${order}, d.id limit ${EACH})`
}

function isMeasure(text: string): text is PerformanceMeasure {
  return Object.hasOwn(PERFORMANCE_MEASURES, text)
}

const PractiseRow = z.object({ id: z.string(), label: z.string() })

/** Open deals of a rep to practise on: those at the highest risk as last computed, then the largest. */
export async function listDealsToPractise(handle: Handle, repId: string): Promise<Evidence[]> {
  const rows = await handle.rows(
    PractiseRow,
    sql`select d.id, d.name as label from deals d left join deal_standings s on s.deal_id = d.id
      where d.rep_id = ${repId} and d.status = 'open'
      order by s.risk_score desc nulls last, d.value_micros desc nulls last, d.id limit ${EACH}`,
  )
  return rows.map((row) => ({ kind: 'deal', ...row }))
}
