import { byNeed, coachingNeedOf } from '#domain/home/coaching-need.ts'
import { ENTRIES_SHOWN, type CoachingNeed, type Found } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { listReasonDeals, listRepRecords, type TeamScope } from './home-team-store.ts'

/** Reps in sight, the asker aside, whose own rows give a reason for coaching. */
export async function findCoachingNeeds(
  handle: Handle,
  scope: TeamScope,
  ownRepId: string | null,
): Promise<Found<CoachingNeed>> {
  const rows = (await listRepRecords(handle, scope)).filter((row) => row.repId !== ownRepId)
  const records = rows.map(({ atRiskMicros, openMicros, ...row }) => ({
    ...row,
    atRisk: moneyOf(atRiskMicros, scope.currency),
    openValue: moneyOf(openMicros, scope.currency),
    dealIds: [],
  }))
  const inNeed = records.flatMap((record) => coachingNeedOf(record) ?? []).toSorted(byNeed)
  const shown = inNeed.slice(0, ENTRIES_SHOWN).map((need) => need.repId)
  const deals = Map.groupBy(await listReasonDeals(handle, scope, shown), (deal) => deal.repId)
  const judged = rows.reduce((sum, row) => sum + row.judgedDeals, 0)
  const open = rows.reduce((sum, row) => sum + row.openDeals, 0)
  return {
    asOf: scope.asOf,
    rows: records
      .filter((record) => shown.includes(record.repId))
      .flatMap((record) => coachingNeedOf({ ...record, dealIds: deals.get(record.repId) ?? [] }) ?? [])
      .toSorted(byNeed),
    total: inNeed.length,
    lookedAt: rows.length,
    missing: open > 0 && judged === 0 ? ['Risk and silence are not computed for the open deals yet.'] : [],
  }
}

function moneyOf(amountMicros: number | null, currency: string) {
  return amountMicros === null ? null : { amountMicros, currency }
}
