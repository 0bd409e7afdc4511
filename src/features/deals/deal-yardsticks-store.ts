import { z } from 'zod'
import { calibrate, type DecidedDeal } from '#domain/deal/calibration.ts'
import { createOutcomeBook, type OutcomeBook, type OutcomeCell } from '#domain/deal/outcome-book.ts'
import type { AgeSpread, DealRiskFacts, TrackedFields } from '#domain/deal/risk.ts'
import type { AgeLimits, DealTally } from '#domain/deal/tally.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

/** With fewer won deals than this, their spread is no yardstick. */
const ENOUGH_WON = 10
/** Stages of this many won deals, the latest, say how long a stage usually takes. */
const RECENT_WON = 2000
/** A calibration looks at this many decided deals, the latest. */
const CALIBRATED_DEALS = 5000

/** What the deals in sight say together; one deal is held against it. */
export interface DealYardsticks {
  readonly tracked: TrackedFields
  readonly wonAges: AgeSpread | null
  /** By stage. */
  readonly stageAges: ReadonlyMap<string, AgeSpread>
  /** By currency. */
  readonly wonValues: ReadonlyMap<string, NonNullable<DealRiskFacts['wonValues']>>
  readonly outcomes: OutcomeBook
  /** How the chances given to decided deals turned out. */
  readonly calibration: ReturnType<typeof calibrate>
}

/** The ages that make an open deal old: those of all won deals in sight, whatever part is looked at. */
export function ageLimits({ wonAges }: DealYardsticks): AgeLimits | null {
  return wonAges === null ? null : { p75Days: wonAges.p75Days, p90Days: wonAges.p90Days }
}

/** The same from a tally of all deals in sight: its cycles are the ages of the won ones. */
export function ageLimitsOf({ cycleN, cycleDays }: Pick<DealTally, 'cycleN' | 'cycleDays'>): AgeLimits | null {
  return cycleDays === null || cycleN < ENOUGH_WON ? null : { p75Days: cycleDays[2], p90Days: cycleDays[3] }
}

export async function findYardsticks(handle: Handle, visible: VisibleReps): Promise<DealYardsticks> {
  return { ...(await findSpreads(handle, visible)), ...(await findOutcomes(handle, visible)) }
}

/** How long deals take and what they are worth; a half of the yardsticks, for those who read both at once. */
export async function findSpreads(
  handle: Handle,
  visible: VisibleReps,
): Promise<Omit<DealYardsticks, 'outcomes' | 'calibration'>> {
  return {
    tracked: await findTrackedFields(handle, visible),
    wonAges: await findWonAges(handle, visible),
    stageAges: await listStageAges(handle, visible),
    wonValues: await listWonValues(handle, visible),
  }
}

/** How deals ended; the other half. */
export async function findOutcomes(
  handle: Handle,
  visible: VisibleReps,
): Promise<Pick<DealYardsticks, 'outcomes' | 'calibration'>> {
  return {
    outcomes: createOutcomeBook(await listOutcomeCells(handle, visible)),
    calibration: calibrate(await listDecidedDeals(handle, visible)),
  }
}

const TrackedRow = z.object({
  activities: z.boolean(),
  activityContacts: z.boolean(),
  champion: z.boolean(),
  economicBuyer: z.boolean(),
  decisionCriteria: z.boolean(),
  timeline: z.boolean(),
  nextStep: z.boolean(),
  pushes: z.boolean(),
  competitor: z.boolean(),
})

/** Which fields any deal in sight uses: without that, an empty one says nothing. */
async function findTrackedFields(handle: Handle, visible: VisibleReps): Promise<TrackedFields> {
  const row = await handle.first(
    TrackedRow,
    sql`select ${hasActivity(visible, sql`true`)} as activities,
        ${hasActivity(visible, sql`a.contact_id is not null`)} as "activityContacts",
        exists (select 1 from deals d where d.champion_contact_id is not null and ${visibleDeals(visible)}) as champion,
        exists (select 1 from deals d where d.economic_buyer_contact_id is not null and ${visibleDeals(visible)}) as "economicBuyer",
        exists (select 1 from deals d where d.decision_criteria is not null and ${visibleDeals(visible)}) as "decisionCriteria",
        exists (select 1 from deals d where d.timeline is not null and ${visibleDeals(visible)}) as timeline,
        exists (select 1 from deals d where d.next_step is not null and ${visibleDeals(visible)}) as "nextStep",
        exists (select 1 from deals d where d.pushed_count > 0 and ${visibleDeals(visible)}) as pushes,
        exists (select 1 from deals d where d.competitor is not null and ${visibleDeals(visible)}) as competitor`,
  )
  if (row === undefined) throw new Error('a select without from gives one row')
  return row
}

/**
 * Whether any deal in sight has such an activity. Written as a loop that ends at the first one: from the activities where
 * all deals are seen, from the few deals of a scope otherwise. A join would read one of the tables whole.
 */
function hasActivity(visible: VisibleReps, condition: Sql): Sql {
  return visible.kind === 'all'
    ? sql`exists (select 1 from activities a cross join lateral (select 1 from deals d where d.id = a.deal_id limit 1) seen
        where a.deal_id is not null and ${condition})`
    : sql`exists (select 1 from deals d cross join lateral (select 1 from activities a where a.deal_id = d.id and ${condition} limit 1) found
        where ${visibleDeals(visible)})`
}

const SpreadRow = z.object({ n: z.number(), days: z.array(z.number()).nullable() })

function spreadOf(row: z.infer<typeof SpreadRow> | undefined): AgeSpread | null {
  const [medianDays, p75Days, p90Days] = row?.days ?? []
  if (row === undefined || row.n < ENOUGH_WON) return null
  return medianDays === undefined || p75Days === undefined || p90Days === undefined
    ? null
    : { n: row.n, medianDays, p75Days, p90Days }
}

async function findWonAges(handle: Handle, visible: VisibleReps): Promise<AgeSpread | null> {
  const row = await handle.first(
    SpreadRow,
    sql`select count(*) as n, percentile_cont(array[0.5, 0.75, 0.9]) within group (order by d.closed_on - d.created_on) as days
      from deals d where d.status = 'won' and d.closed_on >= d.created_on and ${visibleDeals(visible)}`,
  )
  return spreadOf(row)
}

/** Days between the recorded changes of stage of the latest won deals; the first stage begins on the created day. */
async function listStageAges(handle: Handle, visible: VisibleReps): Promise<Map<string, AgeSpread>> {
  const rows = await handle.rows(
    SpreadRow.extend({ stage: z.string() }),
    sql`with won as (select d.id, d.created_on from deals d where d.status = 'won' and d.closed_on is not null and ${visibleDeals(visible)}
        order by d.closed_on desc limit ${RECENT_WON}),
      left_stages as (select h.old_value as stage,
          h.as_of - coalesce(lag(h.as_of) over (partition by won.id order by h.as_of, h.id), won.created_on) as days
        from won join record_changes h on h.kind = 'deals' and h.record_id = won.id and h.field = 'stage')
      select stage, count(*) as n, percentile_cont(array[0.5, 0.75, 0.9]) within group (order by days) as days
      from left_stages where days >= 0 and stage is not null group by stage`,
  )
  return new Map(
    rows.flatMap((row) => {
      const spread = spreadOf(row)
      return spread === null ? [] : [[row.stage, spread] as const]
    }),
  )
}

const ValuesRow = z.object({ currency: z.string(), n: z.number(), p90Micros: z.number() })

async function listWonValues(handle: Handle, visible: VisibleReps): Promise<DealYardsticks['wonValues']> {
  const rows = await handle.rows(
    ValuesRow,
    sql`select d.currency, count(*) as n, percentile_cont(0.9) within group (order by d.value_micros) as "p90Micros"
      from deals d where d.status = 'won' and d.value_micros is not null and d.value_estimate is null and ${visibleDeals(visible)}
      group by d.currency having count(*) >= ${ENOUGH_WON}`,
  )
  return new Map(rows.map(({ currency, n, p90Micros }) => [currency, { n, p90Micros }]))
}

const OutcomeRow = z.object({
  repId: z.string().nullable(),
  productId: z.string().nullable(),
  won: z.number(),
  lost: z.number(),
})

/** Decided deals in sight by rep and product. */
function listOutcomeCells(handle: Handle, visible: VisibleReps): Promise<OutcomeCell[]> {
  return handle.rows(
    OutcomeRow,
    sql`select d.rep_id as "repId", d.product_id as "productId", count(*) filter (where d.status = 'won') as won,
        count(*) filter (where d.status = 'lost') as lost
      from deals d where d.status <> 'open' and ${visibleDeals(visible)} group by d.rep_id, d.product_id`,
  )
}

const DecidedRow = z.object({
  repId: z.string().nullable(),
  productId: z.string().nullable(),
  isWon: z.boolean(),
  closedOn: z.string(),
})

/** The latest decided deals in sight that have a closed day. */
function listDecidedDeals(handle: Handle, visible: VisibleReps): Promise<DecidedDeal[]> {
  return handle.rows(
    DecidedRow,
    sql`select d.rep_id as "repId", d.product_id as "productId", d.status = 'won' as "isWon", d.closed_on as "closedOn"
      from deals d where d.status <> 'open' and d.closed_on is not null and ${visibleDeals(visible)}
      order by d.closed_on desc, d.id limit ${CALIBRATED_DEALS}`,
  )
}
