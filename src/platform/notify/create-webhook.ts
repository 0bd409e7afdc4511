import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'

export interface WebhookMessage {
  /** The same for each try: who took the first without a word tells the second by it. Letters, digits, `-` and `_`. */
  readonly id: string
  readonly text: string
}

/** The operator's one webhook; `null` in its place means that SOPHIA_NOTIFY_WEBHOOK is not set. */
export interface Webhook {
  /** Rejects with WEBHOOK_FAILED; its `retryable` says whether it may be taken later. */
  post(message: WebhookMessage, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

interface WebhookSettings {
  readonly url: string
  readonly log: Log
  readonly clock: Clock
  readonly limitMs?: number
}

const LIMIT_MS = 10_000

/**
 * Posts `{text}` as Slack, Mattermost and their like take it, with the id in the header of Standard Webhooks (`webhook-id`). The host was set
 * by the operator, so it may lie inside.
 */
export function createWebhook({ url, log, clock, limitMs = LIMIT_MS }: WebhookSettings): Webhook {
  const { hostname, port, protocol } = new URL(url)
  const place = `${hostname.replace(/^\[|\]$/g, '')}:${port || (protocol === 'https:' ? 443 : 80)}`
  const client = createGuardedClient({ allowPrivate: [place] })
  return {
    async post({ id, text }, signal) {
      const startedMs = clock.monotonicMs()
      const limit = AbortSignal.timeout(limitMs)
      const answer = await client
        .fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'webhook-id': id },
          body: JSON.stringify({ text }),
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
        })
        .catch((cause: unknown) => {
          throw new SophiaError('WEBHOOK_FAILED', { detail: 'The webhook could not be reached.', cause: plain(cause) })
        })
      await answer.body?.cancel()
      if (!answer.ok) throw refusal(answer.status)
      log.debug({ 'event.duration_ms': Math.round(clock.monotonicMs() - startedMs) }, 'a webhook message was sent')
    },
    close: () => client.close(),
  }
}

/** A busy or broken receiver may recover; one that says no, or sends us elsewhere, says the same again. */
function refusal(status: number): SophiaError {
  const retryable = status >= 500 || status === 429 || status === 408
  const words = retryable ? 'does not take the message at present' : 'refused the message for good'
  return new SophiaError('WEBHOOK_FAILED', { detail: `The webhook ${words} (${status}).`, retryable })
}

/** Without the address, which is a secret. */
function plain(error: unknown): Error {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer'
  return new Error(`webhook: ${code}`)
}
