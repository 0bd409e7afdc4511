import { owedBriefing, nextBriefing } from '#domain/briefing/schedule.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { BriefingNeeds, Channel } from './briefing-needs.ts'
import { MAY_HAVE_LEFT_SINCE } from './deliver-briefing.ts'
import { endDelivery, findStale, insertBriefing, type DeliveryKey } from './briefings-store.ts'
import { moveNext, removeOldLinks, takeDueSettings, type StoredSettings } from './settings-store.ts'

export const DELIVERY_JOB = 'briefing-delivery'
/** Longer than all pauses between the tries of a delivery's job. */
const STALE_MS = 2 * 3_600_000
const LINK_AGE_MS = 400 * 86_400_000
/** More members than this at one time are taken with the next tick. */
const MOST_PER_TICK = 2000

/**
 * Opens the briefing of every member whose time has come: briefing, deliveries, their jobs and the next time in one
 * transaction per member, so that a crash in between leaves either all of it or none.
 */
export async function openDueBriefings(needs: BriefingNeeds, signal: AbortSignal): Promise<void> {
  const { database, clock } = needs
  for (let taken = 0; taken < MOST_PER_TICK && !signal.aborted; taken += 1) {
    if (!(await database.inTransaction((handle) => openNext(needs, handle)))) break
  }
  const nowMs = clock.now().getTime()
  const stale = await database.read((handle) => findStale(handle, new Date(nowMs - STALE_MS)))
  for (const key of stale) await sendJob(needs, key)
  await database.read((handle) => removeOldLinks(handle, new Date(nowMs - LINK_AGE_MS)))
}

/** False when nobody is due. */
async function openNext(needs: BriefingNeeds, handle: Handle): Promise<boolean> {
  const now = needs.clock.now()
  const settings = await takeDueSettings(handle, now)
  if (!settings) return false
  await moveNext(handle, settings.memberId, nextBriefing(settings, now)?.at ?? null)
  const owed = settings.nextAt && owedBriefing(settings, settings.nextAt, now)
  if (!owed || settings.cadence === 'off') return true
  const { memberId, persona, cadence } = settings
  const id = createId(now.getTime())
  const channels = channelsOf(needs, settings)
  const briefing = { id, memberId, persona, cadence, period: owed.period, channels, now }
  if (!(await insertBriefing(handle, briefing))) return true
  const isRestored = owed.at < settings.begunAt
  for (const channel of channels) {
    const delivery = { briefingId: id, channel }
    if (isRestored && channel !== 'conversation')
      await endDelivery(handle, delivery, { status: 'unknown', detail: MAY_HAVE_LEFT_SINCE, now })
    else await sendJob(needs, delivery, handle)
  }
  return true
}

/** The conversation always; the others when wished for and set up. */
function channelsOf({ mailer, webhook }: BriefingNeeds, { byEmail, byWebhook }: StoredSettings): Channel[] {
  return [
    'conversation',
    ...(byEmail && mailer !== null ? (['email'] as const) : []),
    ...(byWebhook && webhook !== null ? (['webhook'] as const) : []),
  ]
}

async function sendJob({ jobs }: BriefingNeeds, delivery: DeliveryKey, handle?: Handle): Promise<void> {
  const key = `${delivery.briefingId} ${delivery.channel}`
  await jobs.send(DELIVERY_JOB, delivery, { key, ...(handle ? { handle } : {}) })
}
