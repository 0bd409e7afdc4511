import type { z } from 'zod'
import type { AlertSilence } from '#contract/watch.ts'
import { findRule } from '#domain/alerts/rules.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { storeSilence } from './silences-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

const HOUR_MS = 3_600_000

/** Nobody is told of a rule, or of one of its subjects, for so long; it goes on being judged and shown. Throws NOT_FOUND. */
export async function silenceAlert(
  { database, moment }: WatchNeeds,
  principal: Principal,
  { id, subject, hours, reason }: z.infer<typeof AlertSilence> & { readonly id: string },
): Promise<void> {
  if (!findRule(id)) throw new SophiaError('NOT_FOUND', { detail: `There is no alert ${id}.` })
  const { memberId } = principal
  await database.read(async (handle) => {
    const now = await moment(handle)
    const until = new Date(now.getTime() + hours * HOUR_MS)
    await storeSilence(handle, { rule: id, subject, until, reason, memberId, now })
  })
}
