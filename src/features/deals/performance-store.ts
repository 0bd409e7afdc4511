import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import { quarterStart, yearStart } from '#domain/deal/assess-performance.ts'
import {
  HISTORY_DAYS,
  RECENT_WINDOW_DAYS,
  type CycleCount,
  type MixCell,
  type PerformanceFacts,
  type PerformanceTracked,
  type RepOpenTally,
  type RepTally,
} from '#domain/deal/performance.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { DEALS_JOINED } from './deals-store.ts'

/** Whose rows are counted: the rep, and the peers that may be summed up. */
export interface PerformanceScope {
  readonly repId: string
  readonly peerIds: readonly string[]
  readonly visible: VisibleReps
  readonly asOf: Day
  readonly currency: string
}

const RepRow = z.object({
  id: z.string(),
  name: z.string(),
  manager: z.string().nullable(),
  quotaMicros: z.number().nullable(),
})

/** The rep whom the performance is about. Found under the principal's scope before. */
export function findPerformer(handle: Handle, id: string): Promise<z.infer<typeof RepRow> | undefined> {
  return handle.first(RepRow, sql`select id, name, manager, quota_micros as "quotaMicros" from reps where id = ${id}`)
}

/** Deals `d` decided within the history, and which of its two windows each is in. */
function decidedIn(asOf: Day): Sql {
  return sql`d.status <> 'open' and d.closed_on > ${addDays(asOf, -HISTORY_DAYS)}::date and d.closed_on <= ${asOf}::date`
}

function windowOf(asOf: Day): Sql {
  return sql`case when d.closed_on > ${addDays(asOf, -RECENT_WINDOW_DAYS)}::date then 'recent' else 'earlier' end`
}

function isOfGroup({ repId, peerIds }: PerformanceScope): Sql {
  return sql`d.rep_id = any(${[repId, ...peerIds]}::text[])`
}

/** What is measured of a won deal's value: its own, in the main currency; a list price standing in says nothing of a rep. */
function ownValue(currency: string): Sql {
  return sql`(case when d.status = 'won' and d.value_estimate is null and d.currency = ${currency} then d.value_micros::float8 end)`
}

const TallyRow = z.object({
  repId: z.string(),
  isSeen: z.boolean(),
  window: z.enum(['recent', 'earlier']),
  won: z.number(),
  lost: z.number(),
  pushed: z.number(),
  valueN: z.number(),
  valueSum: z.number(),
  valueSquares: z.number(),
  cycles: z.number(),
})

/** Decided deals of every rep by window. Who may be summed up is chosen from it before anything leaves the room. */
export async function tallyReps(
  handle: Handle,
  { visible, asOf, currency }: Pick<PerformanceScope, 'visible' | 'asOf' | 'currency'>,
): Promise<RepTally[]> {
  const value = ownValue(currency)
  const rows = await handle.rows(
    TallyRow,
    sql`select d.rep_id as "repId", ${visibleDeals(visible)} as "isSeen", ${windowOf(asOf)} as "window",
        count(*) filter (where d.status = 'won') as won, count(*) filter (where d.status = 'lost') as lost,
        count(*) filter (where d.pushed_count >= 2) as pushed, count(${value}) as "valueN",
        coalesce(sum(${value}), 0) as "valueSum", coalesce(sum(${value} * ${value}), 0) as "valueSquares",
        count(*) filter (where d.status = 'won' and d.closed_on >= d.created_on) as cycles
      from deals d where d.rep_id is not null and ${decidedIn(asOf)} group by 1, 2, 3 order by 1, 3`,
  )
  return rows.map(({ valueN, valueSum, valueSquares, ...row }) => ({
    ...row,
    value: { n: valueN, sum: valueSum, squares: valueSquares },
  }))
}

const CycleRow = z.object({
  isRep: z.boolean(),
  window: z.enum(['recent', 'earlier']),
  value: z.number(),
  count: z.number(),
})

/** How many won deals took how many days: the rep's, and all peers' together. */
export function countCycles(handle: Handle, scope: PerformanceScope): Promise<CycleCount[]> {
  return handle.rows(
    CycleRow,
    sql`select d.rep_id = ${scope.repId} as "isRep", ${windowOf(scope.asOf)} as "window",
        d.closed_on - d.created_on as value, count(*) as count
      from deals d where d.status = 'won' and d.closed_on >= d.created_on and ${decidedIn(scope.asOf)} and ${isOfGroup(scope)}
      group by 1, 2, 3`,
  )
}

const OpenRow = z.object({
  repId: z.string(),
  isSeen: z.boolean(),
  open: z.number(),
  withoutNextStep: z.number(),
  past: z.number(),
  withoutBuyer: z.number(),
  withoutChampion: z.number(),
})

/** Open deals with their gaps, by rep. */
export function tallyOpenDeals(handle: Handle, scope: PerformanceScope): Promise<RepOpenTally[]> {
  const past = sql`d.stage <> 'prospecting'`
  return handle.rows(
    OpenRow,
    sql`select d.rep_id as "repId", ${visibleDeals(scope.visible)} as "isSeen", count(*) as open,
        count(*) filter (where d.next_step is null) as "withoutNextStep", count(*) filter (where ${past}) as past,
        count(*) filter (where ${past} and d.economic_buyer_contact_id is null) as "withoutBuyer",
        count(*) filter (where ${past} and d.champion_contact_id is null) as "withoutChampion"
      from deals d where d.status = 'open' and ${isOfGroup(scope)} group by 1, 2 order by 1`,
  )
}

const TrackedRow = z.object({
  nextStep: z.boolean(),
  economicBuyer: z.boolean(),
  champion: z.boolean(),
  pushes: z.boolean(),
  activities: z.boolean(),
})

/** Which fields the rows of the rep and the peers use at all. */
export async function findPerformanceTracked(handle: Handle, scope: PerformanceScope): Promise<PerformanceTracked> {
  const used = (field: Sql): Sql => sql`exists (select 1 from deals d where ${isOfGroup(scope)} and ${field})`
  const row = await handle.first(
    TrackedRow,
    sql`select ${used(sql`d.next_step is not null`)} as "nextStep",
        ${used(sql`d.economic_buyer_contact_id is not null`)} as "economicBuyer",
        ${used(sql`d.champion_contact_id is not null`)} as champion, ${used(sql`d.pushed_count > 0`)} as pushes,
        exists (select 1 from activities a where a.rep_id = any(${[scope.repId, ...scope.peerIds]}::text[])) as activities`,
  )
  if (row === undefined) throw new Error('a query without a table gives one row')
  return row
}

/** How many peers out of sight are in a group. Counting distinct ones sorts every row: not where all are seen anyway. */
function unseenPeers({ visible, repId }: PerformanceScope): Sql {
  return visible.kind === 'all'
    ? sql`0`
    : sql`count(distinct case when d.rep_id <> ${repId} and not (${visibleDeals(visible)}) then d.rep_id end)`
}

const MixRow = z.object({
  key: z.string(),
  repDecided: z.number(),
  repWon: z.number(),
  peerDecided: z.number(),
  peerWon: z.number(),
  unseenPeers: z.number(),
})

/** Outcomes by product and segment (the industry where no segment is named), for the cells the rep has deals in. */
export function listMixCells(handle: Handle, scope: PerformanceScope): Promise<MixCell[]> {
  const isRep = sql`d.rep_id = ${scope.repId}`
  return handle.rows(
    MixRow,
    // Counted by rep first: that leaves few rows, over which telling reps apart costs nothing.
    sql`with cells as materialized (select coalesce(d.product_id, '') as product, coalesce(c.segment, c.industry, '') as segment, d.rep_id,
          count(*) as decided, count(*) filter (where d.status = 'won') as won
        from deals d left join clients c on c.id = d.client_id where ${decidedIn(scope.asOf)} and ${isOfGroup(scope)} group by 1, 2, 3)
      select product || ' ' || segment as key, coalesce(sum(decided) filter (where ${isRep}), 0)::bigint as "repDecided",
        coalesce(sum(won) filter (where ${isRep}), 0)::bigint as "repWon",
        coalesce(sum(decided) filter (where not ${isRep}), 0)::bigint as "peerDecided",
        coalesce(sum(won) filter (where not ${isRep}), 0)::bigint as "peerWon", ${unseenPeers(scope)} as "unseenPeers"
      from cells d group by 1 having count(*) filter (where ${isRep}) > 0 order by 1`,
  )
}

const WonRow = z.object({ quarter: z.number(), year: z.number() })

/** Won value of the rep in the calendar quarter and in the last 365 days, in the main currency. */
export async function sumWon(handle: Handle, scope: PerformanceScope): Promise<z.infer<typeof WonRow>> {
  const value = ownValue(scope.currency)
  const row = await handle.first(
    WonRow,
    sql`select coalesce(sum(${value}) filter (where d.closed_on >= ${quarterStart(scope.asOf)}::date), 0) as quarter,
        coalesce(sum(${value}) filter (where d.closed_on >= ${yearStart(scope.asOf)}::date), 0) as year
      from deals d where d.rep_id = ${scope.repId} and d.status = 'won' and d.closed_on <= ${scope.asOf}::date`,
  )
  return row ?? { quarter: 0, year: 0 }
}

const ReasonRow = z.object({
  reason: z.string(),
  recent: z.number(),
  earlier: z.number(),
  peers: z.number(),
  ids: z.array(z.string()),
  names: z.array(z.string()),
})
const LostRow = z.object({ lost: z.number(), unseen: z.number() })
const REASONS_SHOWN = 6

/** Why the rep's deals were lost, the most frequent first, and how often peers name the same. */
export async function listLostReasons(
  handle: Handle,
  scope: PerformanceScope,
): Promise<Pick<PerformanceFacts, 'reasons' | 'peerReasons'>> {
  const isRep = sql`d.rep_id = ${scope.repId}`
  const lost = sql`d.status = 'lost' and d.lost_reason is not null and ${decidedIn(scope.asOf)} and ${isOfGroup(scope)}`
  const rows = await handle.rows(
    ReasonRow,
    sql`select d.lost_reason as reason,
        count(*) filter (where ${isRep} and ${windowOf(scope.asOf)} = 'recent') as recent,
        count(*) filter (where ${isRep} and ${windowOf(scope.asOf)} = 'earlier') as earlier,
        count(*) filter (where not ${isRep}) as peers,
        (array_agg(d.id order by d.closed_on desc, d.id) filter (where ${isRep}))[1:5] as ids,
        (array_agg(d.name order by d.closed_on desc, d.id) filter (where ${isRep}))[1:5] as names
      from deals d where ${lost} group by 1 having count(*) filter (where ${isRep}) > 0
      order by count(*) filter (where ${isRep}) desc, 1 limit ${REASONS_SHOWN}`,
  )
  const peers = await handle.first(
    LostRow,
    sql`select count(*) as lost, ${unseenPeers(scope)} as unseen
      from ${DEALS_JOINED} where ${lost} and not ${isRep}`,
  )
  return {
    reasons: rows.map(({ ids, names, ...row }) => ({
      ...row,
      evidence: ids.map((id, index) => ({ kind: 'deal' as const, id, label: names[index] ?? id })),
    })),
    peerReasons: peers ?? { lost: 0, unseen: 0 },
  }
}

const StageRow = z.object({ repId: z.string(), isSeen: z.boolean(), stage: z.string().nullable(), lost: z.number() })

/** The stage each lost deal stood in before, as far as a change was recorded. */
export async function listLostStages(
  handle: Handle,
  scope: PerformanceScope,
): Promise<Pick<PerformanceFacts, 'stages' | 'unknownStage' | 'peerStages'>> {
  const rows = await handle.rows(
    StageRow,
    sql`with ends as (
        select distinct on (record_id) record_id, old_value from record_changes
        where kind = 'deals' and field = 'stage' and new_value = 'lost' order by record_id, id desc)
      select d.rep_id as "repId", ${visibleDeals(scope.visible)} as "isSeen", e.old_value as stage, count(*) as lost
      from deals d left join ends e on e.record_id = d.id
      where d.status = 'lost' and ${decidedIn(scope.asOf)} and ${isOfGroup(scope)} group by 1, 2, 3 order by 1, 3`,
  )
  const own = rows.filter((row) => row.repId === scope.repId)
  const peers = rows.filter((row) => row.repId !== scope.repId && row.stage !== null)
  const sum = (part: typeof rows): number => part.reduce((total, { lost }) => total + lost, 0)
  const stages = ['prospecting', 'qualification', 'proposal', 'negotiation'].map((stage) => ({
    stage,
    lost: sum(own.filter((row) => row.stage === stage)),
    peers: sum(peers.filter((row) => row.stage === stage)),
  }))
  const unseen = new Set(peers.filter((row) => !row.isSeen).map((row) => row.repId)).size
  return {
    stages,
    unknownStage: sum(own.filter((row) => row.stage === null)),
    peerStages: { lost: sum(peers), unseen },
  }
}
