import { describeRenewals, renewalFigures } from '#domain/client/describe-renewals.ts'
import type { RenewalFigures } from '#domain/client/renewals.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { ClientNeeds } from './client-needs.ts'
import { findClientDay } from './clients-store.ts'
import { noClients, resolveScope, type Narrowing, type PortfolioScope } from './portfolio-scope-store.ts'
import * as store from './renewals-store.ts'

const USUAL_MONTHS = 6
const RENEWALS_SHOWN = 30
const PAST_DUE_SHOWN = 20

/** Renewals ahead by month and outlook, with the reason for each; sums are counted in SQL. */
export function forecastRenewals(
  needs: ClientNeeds,
  { visible }: Principal,
  { months = USUAL_MONTHS, ...narrowing }: Narrowing & { readonly months?: number | undefined },
): Promise<SkillOutcome<RenewalFigures>> {
  return needs.database.inSnapshot(async (handle) => {
    const today = dayOf(needs.clock.now())
    const asOf = await findClientDay(handle, today)
    const found = await resolveScope(handle, narrowing, { visible, asOf, today })
    if (found.kind !== 'found') return found
    const { scope } = found
    const rows = await read(handle, scope, months)
    if (rows.clients === 0) return noClients(scope.words)
    return {
      kind: 'result',
      result: describeRenewals(renewalFigures(rows, { asOf, months, filters: scope.words }), asOf),
    }
  })
}

async function read(handle: Handle, scope: PortfolioScope, months: number) {
  return {
    ...(await store.countRenewalClients(handle, scope)),
    tallies: await store.tallyRenewals(handle, scope, months),
    renewals: await store.listRenewalRows(handle, scope, { months, limit: RENEWALS_SHOWN }),
    pastDue: await store.listPastDue(handle, scope, PAST_DUE_SHOWN),
  }
}
