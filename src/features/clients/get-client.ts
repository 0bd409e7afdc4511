import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { ClientNeeds } from './client-needs.ts'
import { listClientContacts, listClientHistory, listClientUsage } from './client-detail-store.ts'
import { findClientDay, findClientDetail, findClientName, listWeeklyScores } from './clients-store.ts'
import { presentClient } from './present-client.ts'

/** One client with people, deals, history and usage; NOT_FOUND when the principal sees no such client. */
export async function getClient(needs: ClientNeeds, principal: Principal, id: string) {
  const found = await readClient(needs, principal, id)
  return { ...found, deals: (await needs.listDealsOfClient?.(principal, id)) ?? [] }
}

function readClient(needs: ClientNeeds, principal: Principal, id: string) {
  return needs.database.read(async (handle) => {
    const today = dayOf(needs.clock.now())
    const asOf = await findClientDay(handle, today)
    const scope = { visible: principal.visible, asOf, today }
    const row = await findClientDetail(handle, id, scope)
    if (row === undefined) throw new SophiaError('NOT_FOUND')
    const { parentClientId: parent, revenueMicros, licensedSeats, unitsManaged, nps, currency } = row
    return {
      ...presentClient(row, await listWeeklyScores(handle, [id], asOf)),
      asOf,
      // A parent out of sight is named as this client's own row names it, and no further.
      parentName: parent === null ? null : ((await findClientName(handle, principal.visible, parent)) ?? parent),
      revenue: revenueMicros === null ? null : { amountMicros: revenueMicros, currency },
      licensedSeats,
      unitsManaged,
      nps,
      contacts: await listClientContacts(handle, id),
      history: await listClientHistory(handle, id, scope),
      usage: await listClientUsage(handle, id, today),
    }
  })
}
