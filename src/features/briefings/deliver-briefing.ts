import type { BriefingContent } from '#domain/briefing/content.ts'
import { toSophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { storePatiently } from '#platform/postgres/store-patiently.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import {
  countTry,
  endDelivery,
  lockDelivery,
  markSending,
  noteSubject,
  type Delivery,
  type DeliveryKey,
} from './briefings-store.ts'
import { CHANNEL_SENDERS } from './channel-senders.ts'
import { findSettings } from './settings-store.ts'
import { subjectOf } from './subject-of.ts'

export const MOST_ATTEMPTS = 8
/** Yesterday's briefing helps nobody. */
const TOO_LATE_MS = 20 * 3_600_000
/** For the end of what was sent to be stored. */
const END_LIMIT_MS = 30_000
const MAY_HAVE_LEFT = 'Sophia was stopped while she sent this. It may have arrived; it is not sent again.'
/** Of what was owed before the backup that this database came with. */
export const MAY_HAVE_LEFT_SINCE =
  'Sophia was restored from a backup that is older than this. It may have arrived before; it is not sent again.'

/**
 * One try of one delivery, with the member's own eyes as they are now. E-mail and webhook: at most once when the process
 * dies while sending or a restore leaves open whether it did (the outcome is then `unknown` and stays so), again only when the other side did not take it
 * or it had not begun to leave. The conversation is idempotent and is simply made again. Rejects when the job shall be tried again.
 */
export async function deliverBriefing(needs: BriefingNeeds, key: DeliveryKey, signal: AbortSignal): Promise<void> {
  const delivery = await begin(needs, key)
  if (!delivery) return
  const one = { key, delivery, signal }
  const refusal = await send(needs, one).catch((error: unknown) => noteFailure(needs, one, error))
  if (refusal === undefined) return
  await end(needs, one, refusal === null ? { status: 'sent', detail: null } : { status: 'skipped', detail: refusal })
}

/** Nothing left. Rejects when it shall be tried again. */
async function noteFailure(needs: BriefingNeeds, one: Try, thrown: unknown): Promise<undefined> {
  const { key, delivery } = one
  const error = toSophiaError(thrown)
  const isFinal = delivery.attempts >= MOST_ATTEMPTS || !(error.retryable || error.code === 'INTERNAL')
  await end(needs, one, { status: isFinal ? 'failed' : 'waiting', detail: error.message })
  if (!isFinal) throw thrown
  needs.log.warn({ error: thrown, 'sophia.briefing.channel': key.channel }, 'a briefing could not be delivered')
}

/** Counts the try, before anything is put together for it; undefined when there is nothing to try. */
async function begin({ database, clock }: BriefingNeeds, key: DeliveryKey): Promise<Delivery | undefined> {
  const now = clock.now()
  return database.inTransaction(async (handle) => {
    const delivery = await lockDelivery(handle, key)
    if (!delivery || (delivery.status !== 'waiting' && delivery.status !== 'sending')) return undefined
    const mayHaveLeft = delivery.status === 'sending' || delivery.isRestored
    if (mayHaveLeft && key.channel !== 'conversation') {
      const detail = delivery.isRestored ? MAY_HAVE_LEFT_SINCE : MAY_HAVE_LEFT
      await endDelivery(handle, key, { status: 'unknown', detail, now })
      return undefined
    }
    if (delivery.ageMs > TOO_LATE_MS) {
      await endDelivery(handle, key, { status: 'failed', detail: 'Its time was over before it could be sent.', now })
      return undefined
    }
    await countTry(handle, key, now)
    return { ...delivery, attempts: delivery.attempts + 1 }
  })
}

interface Try {
  readonly key: DeliveryKey
  readonly delivery: Delivery
  readonly signal: AbortSignal
}

/** Why it is not sent; null when it was; undefined when another try goes on with it. */
async function send(needs: BriefingNeeds, { key, delivery, signal }: Try): Promise<string | null | undefined> {
  const principal = await needs.principalOf(delivery.memberId)
  if (!principal || !can(principal, 'briefing:manage-own') || !can(principal, 'home:read'))
    return 'The member may not be briefed any more.'
  const refusal = await refusalOf(needs, key, principal)
  if (refusal !== null) return refusal
  const content: BriefingContent = await needs.composeBriefing(principal, delivery.cadence)
  const subject = subjectOf(delivery.cadence, delivery.period)
  await needs.database.read((handle) => noteSubject(handle, key.briefingId, subject))
  const leave = await CHANNEL_SENDERS[key.channel](needs, { key, delivery, principal, content, subject, signal })
  signal.throwIfAborted()
  // The last thing before it leaves: whoever finds this mark cannot know whether it did.
  if (!(await mark(needs, { key, delivery }))) return undefined
  await leave()
  return null
}

function mark({ database, clock }: BriefingNeeds, { key, delivery }: Pick<Try, 'key' | 'delivery'>): Promise<boolean> {
  const attempt = delivery.attempts
  return database.inTransaction((handle) => markSending(handle, key, { attempt, now: clock.now() }))
}

async function refusalOf({ database }: BriefingNeeds, { channel }: DeliveryKey, principal: Principal) {
  const settings = await database.read((handle) => findSettings(handle, principal.memberId))
  const isWished = { conversation: true, email: settings?.byEmail, webhook: settings?.byWebhook }[channel]
  if (!settings || settings.cadence === 'off' || !isWished) return 'It was switched off before its time came.'
  if (channel === 'conversation' && !can(principal, 'conversation:use')) return 'This role has no conversations.'
  return null
}

/** What has left stays so: should its end find no room for too long, the next try meets it under way. */
async function end(
  { database, clock }: BriefingNeeds,
  { key, delivery, signal }: Try,
  outcome: { readonly status: Delivery['status']; readonly detail: string | null },
): Promise<void> {
  const ofTry = outcome.status === 'sent' ? {} : { attempt: delivery.attempts }
  const store = (): Promise<void> =>
    database.inTransaction((handle) => endDelivery(handle, key, { ...outcome, ...ofTry, now: clock.now() }))
  await storePatiently(store, { clock, limitMs: END_LIMIT_MS, signal })
}
