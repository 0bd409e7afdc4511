import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import type { Mailer } from '#platform/mail/mailer.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { storePatiently } from '#platform/postgres/store-patiently.ts'
import type { DraftsNeeds } from './drafts-needs.ts'
import { beginTry, listApproved, lockOutgoing, markNotSent, markSent, type Outgoing } from './send-store.ts'

export const DRAFT_SEND = 'draft-send'
const RETRIES = 5
/** More than these are looked at with the next look. */
const MOST_A_LOOK = 1000
/** For what came of a try to be stored: until it is, the next one cannot know. */
const END_LIMIT_MS = 30_000

const MAY_HAVE_BEEN_SENT =
  'It may have been sent: the process stopped while the mail was on its way, and nobody was told how it ended. Ask the recipient or look into the mail server before you approve it again.'

const MAY_HAVE_BEEN_SENT_SINCE =
  'It may have been sent: it was approved before the backup was made that Sophia was restored from, and what left between the two is not known. Ask the recipient or look into the mail server before you approve it again.'

/** Defines the job that delivers approved mails, and the look for those that have none. Without a mailer nothing is ever handed to them. */
export function defineSending(needs: DraftsNeeds): void {
  needs.jobs.define({
    name: DRAFT_SEND,
    parse: (payload) => z.object({ draftId: z.uuid() }).parse(payload),
    run: ({ draftId }, signal) => sendDraft(needs, draftId, signal),
    retries: RETRIES,
    // A minute at first, half an hour in all: a greylisting server wants a quarter of one.
    firstRetrySeconds: 60,
  })
  needs.jobs.define({
    name: 'draft-tick',
    cron: '*/5 * * * *',
    isSingle: true,
    // The next one is five minutes away and takes up what this one left.
    retries: 0,
    parse: () => undefined,
    run: (_nothing, signal) => sendForgotten(needs, signal),
  })
}

/** Approved mails whose job is gone, as all are after a restore, get one again: one that has one keeps it. */
async function sendForgotten(needs: DraftsNeeds, signal: AbortSignal): Promise<void> {
  const { database, log } = needs
  for (const draftId of await database.read((handle) => listApproved(handle, MOST_A_LOOK))) {
    if (signal.aborted) return
    const isSent = await database.inTransaction((handle) => sendAgain(needs, handle, draftId))
    if (isSent) log.info({ draftId }, 'an approved draft had no job any more and has one again')
  }
}

/** Whoever approves it, or tries to send it, holds it as well. True when it has a new job. */
async function sendAgain({ clock, jobs }: DraftsNeeds, handle: Handle, draftId: string): Promise<boolean> {
  const found = await lockOutgoing(handle, draftId)
  if (found === undefined) return false
  if (!found.isRestored) return jobs.sendAgain(DRAFT_SEND, { draftId }, { key: draftId, handle })
  // Its job may have ended, or died, after the backup that it came with: its member decides.
  await markNotSent(handle, draftId, { failure: MAY_HAVE_BEEN_SENT_SINCE, isFinal: true, now: clock.now() })
  return false
}

/**
 * Delivers one approved mail. A try is noted before the server hears of it; a later run that finds such a note cannot know
 * how that try ended and gives the draft back to its member instead of sending it again, as it does with one that came with a
 * backup. Rejects to be tried again.
 */
async function sendDraft(needs: DraftsNeeds, draftId: string, signal: AbortSignal): Promise<void> {
  const { mailer } = needs
  const mail = await needs.database.inTransaction(async (handle) => {
    const found = await lockOutgoing(handle, draftId)
    if (found === undefined) return undefined
    const now = needs.clock.now()
    const failure = whyNot(found, mailer)
    if (failure !== undefined) {
      await markNotSent(handle, draftId, { failure, isFinal: true, now })
      return undefined
    }
    await beginTry(handle, draftId, now)
    return { ...found, attempts: found.attempts + 1, since: now }
  })
  if (mail !== undefined && mailer !== null) await deliver(needs, { mailer, mail, signal })
}

function whyNot({ isUnderWay, isRestored }: Outgoing, mailer: Mailer | null): string | undefined {
  if (isUnderWay) return MAY_HAVE_BEEN_SENT
  if (isRestored) return MAY_HAVE_BEEN_SENT_SINCE
  return mailer === null ? 'The mail server was taken away (SMTP_URL).' : undefined
}

/** A mail whose try has begun, and when. */
interface Try {
  readonly mail: Outgoing & { readonly since: Date }
  readonly signal: AbortSignal
}

async function deliver(needs: DraftsNeeds, { mailer, mail, signal }: Try & { mailer: Mailer }): Promise<void> {
  const { memberName, memberEmail } = mail
  try {
    await mailer.send(
      {
        to: mail.recipients,
        replyTo: { name: memberName, email: memberEmail },
        subject: mail.subject,
        text: mail.body,
        messageId: messageIdOf(mail.id, needs.publicUrl),
      },
      signal,
    )
  } catch (error) {
    await noteFailure(needs, { mail, signal }, error)
    return
  }
  await storeEnd(needs, signal, (handle) => markSent(handle, mail.id, needs.clock.now()))
}

/** What is known of a try is kept until the database has room for it. */
function storeEnd(
  { database, clock }: DraftsNeeds,
  signal: AbortSignal,
  store: (handle: Handle) => Promise<void>,
): Promise<void> {
  return storePatiently(() => database.read(store), { clock, limitMs: END_LIMIT_MS, signal })
}

/** A refusal is known and may pass; anything else left the outcome open, and is never repeated by itself. */
async function noteFailure(needs: DraftsNeeds, { mail, signal }: Try, error: unknown): Promise<void> {
  const known = error instanceof SophiaError && error.code === 'MAIL_FAILED' ? error : undefined
  const isFinal = known === undefined || !known.retryable || mail.attempts > RETRIES
  const failure =
    known === undefined
      ? MAY_HAVE_BEEN_SENT
      : isFinal
        ? known.message
        : `Not sent yet, it will be tried again: ${known.message}`
  needs.log.warn({ error, draftId: mail.id, attempt: mail.attempts }, 'a draft was not delivered')
  const { since } = mail
  await storeEnd(needs, signal, (handle) =>
    markNotSent(handle, mail.id, { failure, isFinal, since, now: needs.clock.now() }),
  )
  if (!isFinal) throw error
}

/** The same for every try of one draft. */
function messageIdOf(draftId: string, publicUrl: string): string {
  return `<draft-${draftId}@${new URL(publicUrl).hostname.replaceAll(/[^\w.-]/g, '')}>`
}
