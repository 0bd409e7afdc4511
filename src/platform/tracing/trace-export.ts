import type { Log } from '../log/log.ts'
import type { Trace } from './span.ts'

/** What became of spans that were to be sent. */
export type ExportResult = 'exported' | 'dropped' | 'refused'

/** Traces on their way to a backend. Nothing waits for it. */
export interface TraceExport {
  take(trace: Trace): void
  /** Sends what it has once more, for two seconds at most. */
  close(): Promise<void>
}

/** `later`: it could not be taken just now. */
export type Sent = 'sent' | 'refused' | 'later'

interface ExportNeeds {
  /** Hands over a batch; never rejects. */
  readonly send: (traces: readonly Trace[], signal: AbortSignal) => Promise<Sent>
  readonly log: Log
  readonly onSpans?: (result: ExportResult, count: number) => void
  /** How long traces are gathered before they are sent. */
  readonly everyMs?: number
}

/** Some two megabytes. While a backend is away, what comes beyond is dropped and counted. */
const MOST_SPANS = 4096
const BATCH_SPANS = 512
const EVERY_MS = 2000
const LONGEST_PAUSE_MS = 60_000
const SEND_LIMIT_MS = 10_000
const LAST_LIMIT_MS = 2000
const WARN_EVERY_MS = 60_000

/**
 * A bounded queue before a backend: batches go out one at a time; what cannot be taken just now waits for longer and longer,
 * and what does not fit meanwhile is dropped, counted and told once a minute.
 */
export function createTraceExport(needs: ExportNeeds): TraceExport {
  const everyMs = needs.everyMs ?? EVERY_MS
  const queue: Trace[] = []
  const tell = createTelling(needs)
  let queued = 0
  let pauseMs = 0
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<unknown> | undefined
  /** Aborted once the time for closing is over: whatever is on its way is given up. */
  const over = new AbortController()
  const sendBatch = async (): Promise<Sent> => {
    const batch = firstOf(queue)
    const sent = await needs.send(batch, AbortSignal.any([over.signal, AbortSignal.timeout(SEND_LIMIT_MS)]))
    tell.sent(sent)
    if (sent === 'later') return sent
    const spans = spansOf(batch)
    queue.splice(0, batch.length)
    queued -= spans
    tell.spans(sent === 'sent' ? 'exported' : 'refused', spans)
    return sent
  }
  const flush = (): void => {
    timer = undefined
    sending = sendBatch().then((sent) => {
      sending = undefined
      pauseMs = sent === 'later' ? Math.min(LONGEST_PAUSE_MS, pauseMs * 2 || everyMs) : 0
      if (queue.length > 0) schedule(pauseMs || (queued < BATCH_SPANS ? everyMs : 0))
    })
  }
  const schedule = (ms: number): void => {
    if (isClosed || sending) return
    clearTimeout(timer)
    timer = setTimeout(flush, ms)
    timer.unref()
  }
  return {
    take(trace) {
      const { length } = trace.spans
      if (isClosed || queued + length > MOST_SPANS) return tell.spans('dropped', length)
      queue.push(trace)
      queued += length
      // While the backend rests after a failure nothing makes it sooner.
      if (pauseMs > 0) return
      if (queued >= BATCH_SPANS) schedule(0)
      else if (!timer) schedule(everyMs)
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      const deadline = setTimeout(() => over.abort(), LAST_LIMIT_MS)
      await sending
      while (queue.length > 0 && !over.signal.aborted) {
        // One batch after the other, as always.
        // oxlint-disable-next-line no-await-in-loop
        if ((await sendBatch()) === 'later') break
      }
      clearTimeout(deadline)
      tell.spans('dropped', queued)
    },
  }
}

/** Whole traces from the front, about as many spans as go into one request. */
function firstOf(queue: readonly Trace[]): Trace[] {
  const batch: Trace[] = []
  let spans = 0
  for (const trace of queue) {
    if (spans > 0 && spans + trace.spans.length > BATCH_SPANS) break
    batch.push(trace)
    spans += trace.spans.length
  }
  return batch
}

function spansOf(traces: readonly Trace[]): number {
  return traces.reduce((sum, { spans }) => sum + spans.length, 0)
}

function createTelling({ log, onSpans }: Pick<ExportNeeds, 'log' | 'onSpans'>) {
  let warnedMs = Number.NEGATIVE_INFINITY
  return {
    spans: (result: ExportResult, count: number): void => {
      if (count > 0) onSpans?.(result, count)
    },
    sent: (sent: Sent): void => {
      const nowMs = performance.now()
      if (sent === 'sent' || nowMs - warnedMs < WARN_EVERY_MS) return
      warnedMs = nowMs
      log.warn(
        sent === 'later'
          ? 'the backend for traces does not take any just now; answers go on without it'
          : 'the backend for traces refuses them: look at OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS',
      )
    },
  }
}
