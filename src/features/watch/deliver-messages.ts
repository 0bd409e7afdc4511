import { SophiaError, toSophiaError } from '#domain/errors.ts'
import type { WatchNeeds } from './watch-needs.ts'
import { openChannels, sendBy } from './channels.ts'
import { CHANNELS, endTry, takeDue, type DueMessage } from './messages-store.ts'

/** Five seconds, then twice as long each time: given up after about an hour and a half. */
const FIRST_PAUSE_MS = 5000
const MOST_ATTEMPTS = 11
/** Before another process may take it. */
const TRY_LIMIT_MS = 45_000

/** What sends messages beside the rounds of the watch: somebody who takes one slowly holds up nobody else. */
export interface Delivery {
  /** Sends what is due; resolves when each was tried. Rejects when the database is away. */
  deliver(): Promise<void>
  /** Begins that and does not wait for it. */
  begin(): void
  /** Gives up what is under way, for another process. */
  close(): Promise<void>
}

export function createDelivery(needs: WatchNeeds): Delivery {
  const closing = new AbortController()
  const underWay = new Set<Promise<void>>()
  const deliver = (): Promise<void> => deliverMessages(needs, closing.signal)
  return {
    deliver,
    begin() {
      const begun = deliver()
        .catch((error: unknown) => needs.log.warn({ error }, 'messages about alerts wait for the next round'))
        .finally(() => underWay.delete(begun))
      underWay.add(begun)
    },
    async close() {
      closing.abort()
      await Promise.all(underWay)
    },
  }
}

/** From the start on, so that the first failure is seen to be more than none. */
export function tellNoMessages({ metrics }: Pick<WatchNeeds, 'metrics'>): void {
  for (const channel of CHANNELS)
    for (const outcome of ['sent', 'retried', 'failed']) metrics.alertMessages.inc({ channel, outcome }, 0)
}

/**
 * Sends what is due. Each message is sent once by one process of all; when that dies in between, it is sent again a minute later: a
 * page that comes twice is better than one that never came.
 */
async function deliverMessages(needs: WatchNeeds, closing: AbortSignal): Promise<void> {
  const { database, moment } = needs
  const channels = openChannels(needs)
  if (channels.length === 0 || closing.aborted) return
  const due = await database.inTransaction(async (handle) => takeDue(handle, channels, await moment(handle)))
  await Promise.all(due.map((message) => tryOnce({ ...needs, closing }, message)))
}

type Trying = WatchNeeds & { readonly closing: AbortSignal }

async function tryOnce(needs: Trying, { id, channel, subject, body, attempts }: DueMessage): Promise<void> {
  const { closing, database, log, metrics, moment } = needs
  const signal = AbortSignal.any([closing, AbortSignal.timeout(TRY_LIMIT_MS)])
  const end = (status: 'waiting' | 'sent' | 'failed', detail: string | null, pauseMs = 0): Promise<void> =>
    database.read(async (handle) => {
      const now = await moment(handle)
      await endTry(handle, id, { status, detail, now, nextTryAt: new Date(now.getTime() + pauseMs) })
    })
  try {
    const late = new SophiaError(channel === 'email' ? 'MAIL_FAILED' : 'WEBHOOK_FAILED', {
      detail: 'It did not answer in time.',
    })
    await unlessAborted(signal, sendBy({ ...needs, signal }, channel, { id, subject, text: body }), late)
    metrics.alertMessages.inc({ channel, outcome: 'sent' })
  } catch (thrown) {
    if (closing.aborted) return end('waiting', 'The process that tried stopped.')
    const error = toSophiaError(thrown)
    const isFinal = attempts >= MOST_ATTEMPTS || !(error.retryable || error.code === 'INTERNAL')
    metrics.alertMessages.inc({ channel, outcome: isFinal ? 'failed' : 'retried' })
    log.warn({ error: thrown, 'sophia.alert.channel': channel }, 'a message about an alert could not be delivered')
    return end(isFinal ? 'failed' : 'waiting', error.message, FIRST_PAUSE_MS * 2 ** (attempts - 1))
  }
  await end('sent', null)
}

/** Also where the other side does not heed the signal. */
async function unlessAborted(signal: AbortSignal, sending: Promise<void>, late: Error): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(late)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([sending, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
