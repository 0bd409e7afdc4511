import { describePortfolio } from '#domain/client/describe-portfolio.ts'
import { portfolioFigures } from '#domain/client/portfolio-figures.ts'
import type { PortfolioFigures, PortfolioFocus } from '#domain/client/portfolio.ts'
import { dayOf } from '#domain/day.ts'
import { MOVE_FROM_POINTS } from '#domain/home/client-sections.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { ClientNeeds } from './client-needs.ts'
import { findClientDay } from './clients-store.ts'
import { noClients, resolveScope, type Narrowing, type PortfolioScope } from './portfolio-scope-store.ts'
import * as store from './portfolio-store.ts'

const SHOWN = 8
const SILENT_AFTER_DAYS = 45

/** All clients of a scope together, from stored standings and totals counted in SQL. */
export function reviewPortfolio(
  needs: ClientNeeds,
  { visible }: Principal,
  { focus = 'overview', ...narrowing }: Narrowing & { readonly focus?: PortfolioFocus | undefined },
): Promise<SkillOutcome<PortfolioFigures>> {
  return needs.database.inSnapshot(async (handle) => {
    const today = dayOf(needs.clock.now())
    const asOf = await findClientDay(handle, today)
    const found = await resolveScope(handle, narrowing, { visible, asOf, today })
    if (found.kind !== 'found') return found
    const figures = portfolioFigures(await read(handle, found.scope), { focus, filters: found.scope.words, asOf })
    if (figures.clients === 0) return noClients(found.scope.words)
    return { kind: 'result', result: describePortfolio(figures, asOf) }
  })
}

async function read(handle: Handle, scope: PortfolioScope) {
  const list = (pick: store.PortfolioPick) =>
    store.listPortfolioClients(handle, scope, { pick, moveFrom: MOVE_FROM_POINTS, limit: SHOWN })
  return {
    bands: await store.tallyBands(handle, scope, MOVE_FROM_POINTS),
    atRisk: await list('at_risk'),
    down: await list('down'),
    up: await list('up'),
    unknown: await list('unknown'),
    silent: await store.listSilent(handle, scope, { afterDays: SILENT_AFTER_DAYS, limit: SHOWN }),
    silentAfterDays: SILENT_AFTER_DAYS,
    invoiceDay: await store.findInvoiceDay(handle, scope),
    ageing: await store.tallyAgeing(handle, scope),
    slowing: await store.listSlowing(handle, scope, SHOWN),
    aboveLicence: await store.listAboveLicence(handle, scope, SHOWN),
  }
}
