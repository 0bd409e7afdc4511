import type { AlertText } from '#domain/alerts/render-message.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Mailer } from '#platform/mail/mailer.ts'
import type { Webhook } from '#platform/notify/create-webhook.ts'
import type { Channel } from './messages-store.ts'

export interface ChannelNeeds {
  /** null: SMTP_URL is not set. */
  readonly mailer: Pick<Mailer, 'send'> | null
  /** null: SOPHIA_NOTIFY_WEBHOOK is not set. */
  readonly webhook: Pick<Webhook, 'post'> | null
  /** Who is told by e-mail: the owners. */
  readonly owners: () => Promise<readonly { readonly name: string; readonly email: string }[]>
  /** Where people reach this deployment. */
  readonly publicUrl: string
}

/** The ways that are set up; a message goes by each of them. */
export function openChannels({ mailer, webhook }: Pick<ChannelNeeds, 'mailer' | 'webhook'>): Channel[] {
  return [...(webhook ? (['webhook'] as const) : []), ...(mailer ? (['email'] as const) : [])]
}

/** One try by one way; rejects when nobody took it, for whatever reason. `id` is the same for each try. */
export async function sendBy(
  { mailer, webhook, owners, publicUrl, signal }: ChannelNeeds & { readonly signal?: AbortSignal },
  channel: Channel,
  { id, subject, text }: AlertText & { readonly id: string },
): Promise<void> {
  if (channel === 'webhook') {
    if (!webhook) throw new SophiaError('WEBHOOK_FAILED', { detail: 'SOPHIA_NOTIFY_WEBHOOK is not set.' })
    return webhook.post({ id: `alert-${id}`, text: `*${subject}*\n${text}` }, signal)
  }
  if (!mailer) throw new SophiaError('MAIL_FAILED', { detail: 'SMTP_URL is not set.' })
  const to = await owners()
  if (to.length === 0) throw new SophiaError('MAIL_FAILED', { detail: 'There is no owner who could be told: add one.' })
  await mailer.send({ to, subject, text, messageId: `<alert.${id}@${new URL(publicUrl).hostname}>` }, signal)
}
