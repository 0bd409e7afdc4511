import { setTimeout as delay } from 'node:timers/promises'
import { createId } from '#platform/crypto/ids.ts'
import type { HistoryEntry } from './history.ts'

/** Who asks, and of whom. */
export interface ClientNeeds {
  readonly memberId: string
  /** What stands behind `Bearer`. */
  readonly token: string
  /** How answers are read: as they come, or by asking again and again. */
  readonly kind: 'sse' | 'socket' | 'rest'
  readonly random: () => number
  /** Of the process that is alive now, or of what stands before several; waits while there is none. */
  readonly origin: () => Promise<string>
  readonly record: (entry: HistoryEntry) => void
  /** How many questions may be asked at once; 1 unless told otherwise. */
  readonly atOnce?: number
  /** What others asked and were told, to see whether it can be had; with it this member tries, and asks common questions too. */
  readonly others?: { readonly memberId: string; readonly conversationId: string; readonly turnId: string }[]
  /** Writes a mail that waits for this member's word, and answers its id; with it they let some go. */
  readonly writeMail?: (memberId: string) => Promise<string>
  /** Fires when no new question may be asked. */
  readonly closing: AbortSignal
  /** Fires when even unfinished work is given up. */
  readonly deadline: AbortSignal
}

const RETRY_MS = 60
/** A person has long pressed the button again. */
const TRY_LIMIT_MS = 10_000
/** Longer than this no operation is repeated: it has failed. */
const OPERATION_LIMIT_MS = 60_000

interface Operation {
  readonly what: string
  readonly path: string
  /** With one it is a POST that may be repeated. */
  readonly body?: object
}

/** One operation with all its repeats, as the history knows it. Undefined when it failed, or time was up. */
export async function operate(needs: ClientNeeds, { what, path, body }: Operation): Promise<unknown> {
  const operation = createId()
  needs.record({ type: 'invoke', operation, what })
  const deadlineMs = performance.now() + OPERATION_LIMIT_MS
  let reason = 'time was up'
  while (!needs.deadline.aborted) {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const tried = await ask(needs, path, init)
    if (tried.isOk) {
      needs.record({ type: 'ok', operation })
      return tried.value
    }
    reason = tried.reason
    if (tried.isFinal || performance.now() + tried.waitMs >= deadlineMs) break
    needs.record({ type: 'retry', operation, reason: `${what}: ${reason}` })
    await delay(tried.waitMs)
  }
  // Whether it was done in the end nobody knows who was cut off at the last try.
  if (needs.deadline.aborted) needs.record({ type: 'info', operation, reason })
  else needs.record({ type: 'fail', operation, reason: `${what}: ${reason}` })
  return undefined
}

type Tried =
  | { readonly isOk: true; readonly value: unknown }
  | { readonly isOk: false; readonly isFinal: boolean; readonly reason: string; readonly waitMs: number }

async function ask(needs: ClientNeeds, path: string, init: RequestInit): Promise<Tried> {
  const response = await request(needs, path, { ...init, signal: AbortSignal.timeout(TRY_LIMIT_MS) })
  // The body can break off as well.
  const text = await response?.text().catch(() => undefined)
  if (!response || text === undefined) return { isOk: false, isFinal: false, reason: 'cut off', waitMs: RETRY_MS }
  if (response.ok) return { isOk: true, value: JSON.parse(text) }
  const isFinal = response.status < 500 && response.status !== 429
  const seconds = Number(response.headers.get('retry-after') ?? 0)
  // A client that repeats by itself comes back a little sooner than it was asked to, but not at once.
  const waitMs = Math.min(1000, Math.max(RETRY_MS, seconds * 1000)) * (0.5 + needs.random() / 2)
  return { isOk: false, isFinal, reason: `HTTP ${response.status}: ${text.slice(0, 200)}`, waitMs }
}

/** One try. Undefined when the line broke: whether it was done is unknown, which is the point. */
export async function request(needs: ClientNeeds, path: string, init: RequestInit = {}): Promise<Response | undefined> {
  try {
    const origin = await needs.origin()
    const headers = { authorization: `Bearer ${needs.token}`, 'content-type': 'application/json' }
    const signal = init.signal ? AbortSignal.any([needs.deadline, init.signal]) : needs.deadline
    return await fetch(origin + path, { ...init, headers, signal })
  } catch {
    await delay(RETRY_MS)
    return undefined
  }
}
