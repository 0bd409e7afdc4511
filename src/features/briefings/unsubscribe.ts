import { SophiaError } from '#domain/errors.ts'
import { hashToken } from '#platform/crypto/ids.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import { endEmails } from './settings-store.ts'

/** Ends the e-mails of whoever the token was mailed to; the same again changes nothing. Throws NOT_FOUND for an unknown one. */
export async function unsubscribe({ database }: BriefingNeeds, token: string): Promise<void> {
  const isKnown = await database.inTransaction((handle) => endEmails(handle, hashToken(token)))
  if (isKnown) return
  throw new SophiaError('NOT_FOUND', {
    detail: 'This link belongs to no subscription. Sign in to change your briefings.',
  })
}
