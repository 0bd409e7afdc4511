import type { BriefingContent } from '#domain/briefing/content.ts'
import { renderHtml, renderMarkdown, renderSlack, renderText } from '#domain/briefing/render-briefing.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { createToken, hashToken } from '#platform/crypto/ids.ts'
import type { BriefingNeeds, Channel } from './briefing-needs.ts'
import { noteConversation, type Delivery, type DeliveryKey } from './briefings-store.ts'
import { insertUnsubscribeLink } from './settings-store.ts'

interface Sending {
  readonly key: DeliveryKey
  readonly delivery: Delivery
  readonly principal: Principal
  readonly content: BriefingContent
  readonly subject: string
  readonly signal: AbortSignal
}

/** Lets it go; rejects when it was not taken. Before this nothing has left. */
type Leave = () => Promise<void>

/** Makes a briefing ready for each channel, with all that can still fail on this side. */
export const CHANNEL_SENDERS: Readonly<Record<Channel, (needs: BriefingNeeds, sending: Sending) => Promise<Leave>>> = {
  conversation: asConversation,
  email: asMail,
  webhook: asMessage,
}

async function asConversation(needs: BriefingNeeds, { key, delivery, content, subject }: Sending): Promise<Leave> {
  const { memberId, persona } = delivery
  const post = { id: key.briefingId, memberId, persona, title: subject, markdown: renderMarkdown(content) }
  return async () => {
    await needs.postBriefing(post)
    await needs.database.read((handle) => noteConversation(handle, key.briefingId))
  }
}

async function asMail(needs: BriefingNeeds, { key, principal, content, subject, signal }: Sending): Promise<Leave> {
  const { mailer } = needs
  if (!mailer) throw new SophiaError('MAIL_FAILED', { detail: 'SMTP_URL is not set any more.' })
  const { publicUrl } = needs
  const token = createToken()
  const link = { tokenHash: hashToken(token), memberId: principal.memberId, createdAt: needs.clock.now() }
  await needs.database.read((handle) => insertUnsubscribeLink(handle, link))
  // In the fragment: a page's address stands in logs, and scanners that follow links change nothing by it.
  const frame = { publicUrl, unsubscribeUrl: `${publicUrl}/unsubscribe#token=${token}` }
  const mail = {
    to: [{ name: principal.name, email: principal.email }],
    subject,
    text: renderText(content, frame),
    html: renderHtml(content, frame),
    unsubscribeUrl: `${publicUrl}/api/briefings/unsubscribe?token=${token}`,
    // The same for every try: a server that took the first without a word drops the second.
    messageId: `<briefing.${key.briefingId}@${new URL(publicUrl).hostname}>`,
  }
  return () => mailer.send(mail, signal)
}

async function asMessage({ webhook, publicUrl }: BriefingNeeds, { key, content, signal }: Sending): Promise<Leave> {
  if (!webhook) throw new SophiaError('WEBHOOK_FAILED', { detail: 'SOPHIA_NOTIFY_WEBHOOK is not set any more.' })
  const message = { id: `briefing-${key.briefingId}`, text: renderSlack(content, { publicUrl }) }
  return () => webhook.post(message, signal)
}
