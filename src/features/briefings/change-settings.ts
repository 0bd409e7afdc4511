import type { BriefingChange, BriefingSettings } from '#contract/briefings.ts'
import { nextBriefing } from '#domain/briefing/schedule.ts'
import { isTimeZone } from '#domain/calendar/zone.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import { presentSettings } from './present-settings.ts'
import { upsertSettings, type StoredSettings } from './settings-store.ts'

/** Replaces the member's own settings. A channel may be wished for that the operator has not set up yet. */
export async function changeSettings(
  needs: BriefingNeeds,
  principal: Principal,
  change: BriefingChange,
): Promise<BriefingSettings> {
  if (!isTimeZone(change.timeZone)) {
    const message = 'Not a time zone. Use a name such as Europe/Berlin.'
    throw new SophiaError('INVALID_INPUT', { detail: message, faults: [{ path: 'timeZone', message }] })
  }
  await needs.getPersona(change.persona)
  const { email, webhook, ...wishes } = change
  const next = nextBriefing(wishes, needs.clock.now())
  const stored: StoredSettings = {
    ...wishes,
    memberId: principal.memberId,
    byEmail: email,
    byWebhook: webhook,
    nextAt: next?.at ?? null,
  }
  await needs.database.inTransaction((handle) => upsertSettings(handle, stored))
  return presentSettings(needs, stored)
}
