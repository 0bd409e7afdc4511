import { nothingFound, type Found, type QuotaForecast } from '#domain/home/sections.ts'
import type { Money } from '#domain/money.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { listForecasts, quarterOf, type TeamScope } from './home-team-store.ts'

/** Each rep in sight with a quota: what is won this quarter, what may come, and what cannot be counted. */
export async function findForecastAgainstQuota(handle: Handle, scope: TeamScope): Promise<Found<QuotaForecast>> {
  const rows = await listForecasts(handle, scope)
  if (rows.length === 0) return nothingFound(scope.asOf, ['Import reps with their quarterly quota.'])
  const money = (amountMicros: number): Money => ({ amountMicros: Math.round(amountMicros), currency: scope.currency })
  return {
    asOf: scope.asOf,
    rows: rows.map(({ quotaMicros, wonMicros, expectedMicros, variance, ...row }) => ({
      ...row,
      quarterEndsOn: quarterOf(scope.asOf).end,
      quota: money(quotaMicros),
      won: money(wonMicros),
      expected: money(wonMicros + expectedMicros),
      spreadMicros: Math.sqrt(variance),
    })),
    total: rows.length,
    lookedAt: rows.length,
    missing: [],
  }
}
