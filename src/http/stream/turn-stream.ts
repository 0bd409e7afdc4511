import { Readable } from 'node:stream'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { toSophiaError } from '#domain/errors.ts'
import { formatPlace } from '#domain/turn/place.ts'
import type { Log } from '#platform/log/log.ts'

export const SSE_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // A proxy that buffers would hold the answer back.
  'x-accel-buffering': 'no',
}

const HEARTBEAT_MS = 15_000
/** Somebody waits for the answer: a reader that hears nothing for eight seconds may take the line for dead, and come back. */
const TURN_HEARTBEAT_MS = 3000
/** Spread, so that those of one process do not come to the others all at once. */
const COME_BACK_WITHIN_MS = 1000
const BUFFER_BYTES = 16 * 1024

export interface StreamOptions {
  readonly log: Log
  readonly signal: AbortSignal
  readonly heartbeatMs?: number
  /** Begins to see to it that the reader may read, and ends the signal when not; answers how to stop. */
  readonly guard?: () => (() => void) | undefined
  /** A part of the signal: when it was this that ended the stream, the reader is told to come back. */
  readonly drainSignal?: AbortSignal
}

/** Turn events as server-sent events; pulled only as fast as the reader takes them, with a comment when nothing is said. */
export function createTurnStream(events: AsyncIterable<PlacedTurnEvent>, options: StreamOptions): Readable {
  return createEventStream(events, toSseFrame, { heartbeatMs: TURN_HEARTBEAT_MS, ...options })
}

/** The same for events of any kind, each put into words by `toFrame`. */
export function createEventStream<Event>(
  events: AsyncIterable<Event>,
  toFrame: (event: Event) => string,
  options: StreamOptions,
): Readable {
  return Readable.from(withNotice(frames(events, toFrame, options), options.drainSignal), {
    objectMode: false,
    highWaterMark: BUFFER_BYTES,
  })
}

/** One event: `id: ATTEMPT.N`, `event: <type>`, and the object of the socket's frame as data. */
function toSseFrame(placed: PlacedTurnEvent): string {
  return `id: ${formatPlace(placed)}\nevent: ${placed.event.type}\ndata: ${JSON.stringify(placed)}\n\n`
}

async function* frames<Event>(
  events: AsyncIterable<Event>,
  toFrame: (event: Event) => string,
  options: StreamOptions,
): AsyncGenerator<string> {
  const iterator = events[Symbol.asyncIterator]()
  const heartbeat = createHeartbeat(options.heartbeatMs ?? HEARTBEAT_MS)
  const stopGuard = options.guard?.()
  try {
    // Sends the headers at once, so that a reader knows the stream is open before the first event.
    yield ': open\n\n'
    let pending = iterator.next()
    while (!options.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      const step = await Promise.race([pending, heartbeat.next()])
      if (step === 'beat') {
        yield ': still here\n\n'
        continue
      }
      if (step.done) return
      let text = toFrame(step.value)
      pending = iterator.next()
      // What is there already goes out in one write: a burst of sources is one packet, not forty.
      for (let more = await settledNow(pending); more && !more.done; more = await settledNow(pending)) {
        text += toFrame(more.value)
        pending = iterator.next()
      }
      yield text
    }
  } catch (error) {
    // The status has long been sent: the stream ends without turn-end, and the reader resumes where it was.
    options.log.warn({ error: toSophiaError(error) }, 'an event stream broke off')
  } finally {
    heartbeat.stop()
    stopGuard?.()
    // Not awaited: it may be waiting for an event that comes late; its own signal ends it.
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

/** Whoever is cut short by a drain is told to come back. No event, so that every reader understands it: a browser does so by itself. */
async function* withNotice(texts: AsyncIterable<string>, drain: AbortSignal | undefined): AsyncGenerator<string> {
  yield* texts
  if (drain?.aborted) yield `: drain\nretry: ${Math.round(Math.random() * COME_BACK_WITHIN_MS)}\n\n`
}

/** The promise's value if it settles before the event loop turns; undefined if it is still waiting. */
function settledNow<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return Promise.race([promise, new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))])
}

/** One timer per stream, whatever the number of events. */
function createHeartbeat(everyMs: number): { next(): Promise<'beat'>; stop(): void } {
  let wake: ((beat: 'beat') => void) | undefined
  let waiting: Promise<'beat'> | undefined
  const timer = setInterval(() => {
    wake?.('beat')
    waiting = undefined
  }, everyMs)
  return {
    next() {
      waiting ??= new Promise((resolve) => {
        wake = resolve
      })
      return waiting
    },
    stop: () => clearInterval(timer),
  }
}
