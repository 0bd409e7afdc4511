import type { Clock } from '#domain/clock.ts'
import { addDays, dayOf, type Day } from '#domain/day.ts'
import { assessDealRisk } from '#domain/deal/assess-deal-risk.ts'
import type { DealRiskFigures } from '#domain/deal/risk.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { holdRecords } from '#platform/postgres/records-lock.ts'
import type { DealMemory } from './coach-deal.ts'
import { listRiskFacts } from './deal-risk-store.ts'
import { findYardsticks, type DealYardsticks } from './deal-yardsticks-store.ts'
import { findDealDay } from './deals-store.ts'
import { findHistoryStart, reconstructSnapshots } from './past-snapshots-store.ts'
import {
  analyzeStandings,
  deleteGone,
  hasSnapshots,
  listNewlyDecided,
  listOpenIds,
  lockStandings,
  recordSnapshotDay,
  refreshActivityDays,
  upsertStandings,
  wasLookedAt,
  writeSnapshots,
  type DealStanding,
} from './standings-store.ts'
import { trackedNames } from './tracked-names.ts'

interface Needs extends DealMemory {
  readonly database: Database
  readonly clock: Clock
}

/** So few that neither their rows nor their sums keep other work of the process waiting. */
const BATCH_DEALS = 400
/** So many past weeks are filled in from the recorded changes when nobody looked before. */
const PAST_WEEKS = 8
const EVERYTHING = { kind: 'all' } as const

interface Refresh {
  readonly today: Day
  readonly day: Day
  readonly yardsticks: DealYardsticks
  readonly tracked: readonly string[]
}

/**
 * Computes where the open deals stand, all or those named, from shared rows and shared memories, and keeps the day's
 * snapshot of what changed. A batch is a transaction; a refresh that ends early is made good by the next.
 */
export async function refreshStandings(
  needs: Needs,
  ids?: readonly string[],
): Promise<{ deals: number; rows: number }> {
  const refresh = await needs.database.inTransaction((handle) => begin(handle, dayOf(needs.clock.now()), ids))
  let [after, deals, rows] = ['', 0, 0]
  for (;;) {
    const page = await needs.database.read((handle) => listOpenIds(handle, { after, limit: BATCH_DEALS, ids }))
    const last = page.at(-1)
    if (last === undefined) break
    rows += await refreshBatch(needs, refresh, page)
    deals += page.length
    after = last
  }
  rows += await needs.database.inTransaction((handle) => finish(handle, refresh, ids))
  return { deals, rows }
}

/** Whether the day's look at all deals has been taken. */
export function hasLookedToday({ database, clock }: Pick<Needs, 'database' | 'clock'>): Promise<boolean> {
  return database.read(async (handle) => wasLookedAt(handle, await findDealDay(handle, dayOf(clock.now()))))
}

async function begin(handle: Handle, today: Day, ids?: readonly string[]): Promise<Refresh> {
  await holdRecords(handle)
  await lockStandings(handle)
  const day = await findDealDay(handle, today)
  const yardsticks = await findYardsticks(handle, EVERYTHING)
  const tracked = trackedNames(yardsticks.tracked)
  if (ids === undefined && !(await hasSnapshots(handle))) await fillPastWeeks(handle, day, tracked)
  return { today, day, yardsticks, tracked }
}

/** The last weeks as the recorded changes tell them, as far back as they are whole. */
async function fillPastWeeks(handle: Handle, day: Day, tracked: readonly string[]): Promise<void> {
  const start = await findHistoryStart(handle)
  if (start === null) return
  for (let week = PAST_WEEKS; week > 0; week -= 1) {
    const past = addDays(day, -7 * week)
    if (past < start) continue
    await reconstructSnapshots(handle, { day: past, tracked })
    await recordSnapshotDay(handle, past, { isReconstructed: true })
  }
}

async function refreshBatch(
  needs: Needs,
  { day, yardsticks, tracked }: Refresh,
  ids: readonly string[],
): Promise<number> {
  const remembered = (await needs.sharedFacts?.('deal', ids)) ?? new Map()
  return needs.database.inTransaction(async (handle) => {
    await holdRecords(handle)
    const facts = await listRiskFacts(handle, ids, { visible: EVERYTHING, asOf: day, yardsticks, remembered })
    await upsertStandings(
      handle,
      day,
      facts.map((one) => standingOf(assessDealRisk(one))),
    )
    return writeSnapshots(handle, { day, ids, tracked })
  })
}

async function finish(handle: Handle, { today, day, tracked }: Refresh, ids?: readonly string[]): Promise<number> {
  await holdRecords(handle)
  await deleteGone(handle)
  await refreshActivityDays(handle, day, ids)
  const rows = await writeSnapshots(handle, { day, ids: await listNewlyDecided(handle), tracked })
  // A part of the deals is no look at the day; nor is one at records that were taken out meanwhile, with their day.
  if (ids !== undefined || (await findDealDay(handle, today)) !== day) return rows
  await recordSnapshotDay(handle, day)
  await analyzeStandings(handle)
  return rows
}

/** What is kept of an assessed deal; the reason is its heaviest risk. */
function standingOf(figures: DealRiskFigures): DealStanding {
  const [first] = figures.signals
  return {
    dealId: figures.deal.id,
    riskLevel: figures.level,
    riskScore: figures.score,
    reason: first?.state === 'risk' ? first.detail : null,
    winProbability: figures.winProbability?.value ?? null,
    lastActivityOn: figures.deal.lastActivityOn,
  }
}
