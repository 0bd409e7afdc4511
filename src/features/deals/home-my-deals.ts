import { countOf, formatCount } from '#domain/figure-text.ts'
import type { DealNeedingMe, Found } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { countOpenDeals, listDealsInNeed, type HomeScope } from './home-deals-store.ts'

/** Open deals of the page's owner that have high risk, an overdue step or a passed close. */
export async function findDealsNeedingMe(handle: Handle, scope: HomeScope): Promise<Found<DealNeedingMe>> {
  const counted = await countOpenDeals(handle, scope)
  const rows = await listDealsInNeed(handle, scope)
  return {
    asOf: scope.asOf,
    rows: rows.map(({ valueMicros, currency, total: _total, ...row }) => ({
      ...row,
      value: valueMicros === null ? null : { amountMicros: valueMicros, currency },
    })),
    total: rows[0]?.total ?? 0,
    lookedAt: counted.open,
    missing: gapsOf(counted),
  }
}

function gapsOf({ open, judged, planned }: { open: number; judged: number; planned: number }): string[] {
  const gaps: string[] = []
  if (judged < open)
    gaps.push(`The risk of ${formatCount(open - judged)} of ${countOf(open, 'open deal')} is not computed yet.`)
  if (open > 0 && planned === 0) gaps.push('No open deal has a day for its next step: record or import next steps.')
  return gaps
}
