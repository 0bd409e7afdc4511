import { nothingFound, type Found, type TeamChange } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { countComparedDeals, findComparedDays, listChanges, type TeamScope } from './home-team-store.ts'

/** What changed among the deals in sight between the stored day of a week ago and the last one. */
export async function findTeamChanges(handle: Handle, scope: TeamScope): Promise<Found<TeamChange>> {
  const { before, now } = await findComparedDays(handle, scope.asOf)
  if (before === null || now === null || before === now) return nothingFound(scope.asOf, [])
  const rows = await listChanges(handle, scope, { before, now })
  return {
    asOf: now,
    rows: rows.map(({ valueMicros, currency, days, total: _total, ...row }) => ({
      ...row,
      value: valueMicros === null ? null : { amountMicros: valueMicros, currency },
      snapshotDays: days,
    })),
    total: rows[0]?.total ?? 0,
    lookedAt: await countComparedDeals(handle, scope, before),
    missing: [],
  }
}
