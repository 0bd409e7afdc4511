import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { assessPerformance } from '#domain/deal/assess-performance.ts'
import { choosePeers } from '#domain/deal/choose-peers.ts'
import { describePerformance } from '#domain/deal/describe-performance.ts'
import type { PerformanceFacts, PerformanceFigures } from '#domain/deal/performance.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Database, Handle, Snapshot } from '#platform/postgres/database.ts'
import { findDealDay } from './deals-store.ts'
import {
  countCycles,
  findPerformanceTracked,
  findPerformer,
  listLostReasons,
  listLostStages,
  listMixCells,
  sumWon,
  tallyOpenDeals,
  tallyReps,
  type PerformanceScope,
} from './performance-store.ts'
import { listPerformanceEvidence, tallyWork } from './performance-work-store.ts'
import { findCurrencyOfRep } from './pipeline-store.ts'
import { isRepVisible } from './reps-store.ts'
import { resolveRep } from './resolve-rep.ts'

export const ReviewPerformanceInput = z.strictObject({
  rep: z.string().trim().min(1).max(200).describe('The rep: name or id.'),
})
export type ReviewPerformanceInput = z.infer<typeof ReviewPerformanceInput>

export interface PerformanceNeeds {
  readonly database: Database
  readonly clock: Clock
}

/** One rep against their own earlier days and against peers, found by name or id among those the principal sees. */
export async function reviewPerformance(
  needs: PerformanceNeeds,
  principal: Principal,
  input: ReviewPerformanceInput,
): Promise<SkillOutcome<PerformanceFigures>> {
  const found = await needs.database.read((handle) => resolveRep(handle, principal.visible, input.rep))
  return found.kind === 'found' ? assessRep(needs, principal, found.id) : found
}

/** The same for an exact id; NOT_FOUND when the principal sees no such rep. */
export async function assessRep(
  needs: PerformanceNeeds,
  principal: Principal,
  id: string,
): Promise<SkillOutcome<PerformanceFigures>> {
  return needs.database.inSnapshot(async (handle) => {
    const facts = await readPerformance(handle, needs, { principal, id })
    return { kind: 'result', result: describePerformance(assessPerformance(facts), facts) }
  })
}

/** All that the rule reads about one rep in sight. Peers out of sight are in it only where they may be summed up. */
export async function readPerformance(
  snapshot: Snapshot,
  { clock }: PerformanceNeeds,
  { principal, id }: { readonly principal: Principal; readonly id: string },
): Promise<PerformanceFacts> {
  const { visible } = principal
  const performer = isRepVisible(visible, id) ? await findPerformer(snapshot, id) : undefined
  if (performer === undefined) throw new SophiaError('NOT_FOUND')
  const { quotaMicros, ...rep } = performer
  const asOf = await findDealDay(snapshot, dayOf(clock.now()))
  const currency = await findCurrencyOfRep(snapshot, id)
  const { peers, tallies, peerIds } = choosePeers(await tallyReps(snapshot, { visible, asOf, currency }), id)
  const scope = { repId: id, peerIds, visible, asOf, currency }
  const seen = new Set(tallies.filter((tally) => tally.isSeen).map((tally) => tally.repId))
  const [outcomes, work] = await snapshot.both(
    (handle) => readOutcomes(handle, scope),
    (handle) => readWork(handle, scope, seen),
  )
  return { asOf, rep, currency, quotaMicros, peers, tallies, ...outcomes, ...work }
}

async function readOutcomes(handle: Handle, scope: PerformanceScope) {
  const won = await sumWon(handle, scope)
  return {
    wonInQuarterMicros: won.quarter,
    wonInYearMicros: won.year,
    tracked: await findPerformanceTracked(handle, scope),
    open: await tallyOpenDeals(handle, scope),
    cycles: await countCycles(handle, scope),
    mix: await listMixCells(handle, scope),
  }
}

async function readWork(handle: Handle, scope: PerformanceScope, seen: ReadonlySet<string>) {
  return {
    ...(await tallyWork(handle, scope, seen)),
    ...(await listLostReasons(handle, scope)),
    ...(await listLostStages(handle, scope)),
    evidence: await listPerformanceEvidence(handle, scope),
  }
}
