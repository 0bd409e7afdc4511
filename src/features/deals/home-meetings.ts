import type { Found, MeetingAhead } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { hasMeetings, listMeetings, type HomeScope } from './home-deals-store.ts'
import { evidenceOrNull } from './home-evidence.ts'

/** Meetings and calls of the next two weeks. `asOf` of the scope is the day that activities speak for. */
export async function findMeetingsAhead(handle: Handle, scope: HomeScope): Promise<Found<MeetingAhead>> {
  const rows = await listMeetings(handle, scope)
  return {
    asOf: scope.asOf,
    rows: rows.map(({ clientId, clientName, dealId, dealName, total: _total, ...row }) => ({
      ...row,
      client: evidenceOrNull('client', clientId, clientName),
      deal: evidenceOrNull('deal', dealId, dealName),
    })),
    total: rows[0]?.total ?? 0,
    lookedAt: rows.length > 0 || (await hasMeetings(handle, scope)) ? 1 : 0,
    missing: [],
  }
}
