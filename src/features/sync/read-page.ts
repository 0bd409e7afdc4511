import { cutText } from '#domain/cut-text.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { readPath, readText } from '#domain/sync/field-path.ts'
import { fillInput, type InputValues } from '#domain/sync/fill-input.ts'
import type { SyncRead } from '#domain/sync/mapping.ts'
import { pauseAfter, type Refusal } from '#domain/sync/pace.ts'
import type { ToolReply } from '#platform/mcp-client/mcp-connection.ts'
import type { SyncNeeds } from './sync-needs.ts'

export interface Page {
  readonly items: readonly unknown[]
  /** Where to go on; null on the last page. */
  readonly next: string | null
  readonly calls: number
  readonly waitedMs: number
}

interface PageRequest {
  readonly server: string
  readonly read: SyncRead
  readonly values: InputValues
  readonly signal: AbortSignal
  /** Somebody waits at a screen: what is refused is told instead of asked for again. */
  readonly isHurried?: boolean
}

/** Asks for one page, and again after a pause when the CRM says it is too much or does not answer. Throws in words. */
export async function readPage(needs: SyncNeeds, request: PageRequest): Promise<Page> {
  const { clock, chance = Math.random, pace = 1 } = needs
  let waitedMs = 0
  for (let attempt = 1; ; attempt += 1) {
    // Each try waits for the one before.
    // oxlint-disable-next-line no-await-in-loop
    const outcome = await tryOnce(needs, request)
    if ('answer' in outcome) return { ...pageOf(request.read, outcome.answer), calls: attempt, waitedMs }
    const { refusal, retryAfterSeconds, error } = outcome
    const pauseMs = pauseAfter({ refusal, attempt, retryAfterSeconds, chance: chance() })
    if (pauseMs === null || request.isHurried === true) throw error
    waitedMs += pauseMs
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(pauseMs * pace, request.signal)
  }
}

type Outcome =
  | { readonly answer: unknown }
  | { readonly refusal: Refusal; readonly retryAfterSeconds: number | null; readonly error: SophiaError }

async function tryOnce(needs: SyncNeeds, { server, read, values, signal }: PageRequest): Promise<Outcome> {
  const { tool } = read
  let reply: ToolReply
  try {
    reply = await needs.readTool({ server, tool, input: inputOf(read, values), signal })
  } catch (thrown) {
    signal.throwIfAborted()
    return refusedBy(toSophiaError(thrown))
  }
  if (!reply.isError) return { answer: answerOf(read, reply) }
  const said = `${JSON.stringify(reply.structured ?? '')} ${reply.text}`
  const detail = `The tool ${tool} said: ${cutText(reply.text.replaceAll(/\s+/g, ' '), 300)}`
  if (!/rate.?limit|too many requests|\b429\b|request_limit_exceeded/i.test(said))
    // What the tool says may pass, as a lock does; what does not is said soon enough.
    return { refusal: 'unavailable', retryAfterSeconds: null, error: new SophiaError('TOOL_FAILED', { detail }) }
  return {
    refusal: 'limited',
    retryAfterSeconds: askedFor(reply),
    error: new SophiaError('TOOL_UNAVAILABLE', { detail: `The CRM asks for a pause. ${detail}` }),
  }
}

/** Refused in the answer's status, or not answered at all; anything else no later try could change. */
function refusedBy(error: SophiaError): Outcome {
  const retryAfterSeconds = error.retryAfterSeconds ?? null
  if (/\bHTTP 429\b/.test(error.message)) return { refusal: 'limited', retryAfterSeconds, error }
  // A reading call may be repeated, whatever became of it.
  const isPassing = error.code === 'TOOL_UNAVAILABLE' || error.code === 'TOOL_OUTCOME_UNKNOWN'
  if (!isPassing || /sign in/i.test(error.message)) throw error
  return { refusal: 'unavailable', retryAfterSeconds, error }
}

/** `retryAfterSeconds` beside the text, or words such as "retry after 3 s". */
function askedFor({ structured, text }: ToolReply): number | null {
  const told = readPath(structured, ['retryAfterSeconds']) ?? readPath(structured, ['retry_after'])
  if (typeof told === 'number' && told >= 0) return told
  const found = /retry.{0,10}?(\d{1,5})\s*(ms|s|sec|seconds|min|minutes)?\b/i.exec(text)
  if (!found) return null
  const unit = found[2]?.toLowerCase() ?? 's'
  return Number(found[1]) * (unit === 'ms' ? 0.001 : unit.startsWith('min') ? 60 : 1)
}

function inputOf({ input: template, paging }: SyncRead, values: InputValues): Readonly<Record<string, unknown>> {
  const first = paging.by === 'last-id' ? paging.first : null
  const input = fillInput(template, { ...values, after: values.after ?? first })
  // A mapping's input is an object, as its shape says.
  return input as Readonly<Record<string, unknown>>
}

/** Structured content as it is; otherwise the JSON in the text, before which some servers put a line of words. */
function answerOf(read: SyncRead, { structured, text }: ToolReply): unknown {
  if (structured !== null && structured !== undefined) return structured
  const begins = text.search(/[[{]/)
  try {
    return JSON.parse(begins < 0 ? text : text.slice(begins))
  } catch (error) {
    throw new SophiaError('TOOL_FAILED', {
      detail: `The tool ${read.tool} answered no JSON: ${cutText(text.replaceAll(/\s+/g, ' '), 200)}`,
      cause: error,
    })
  }
}

function pageOf(read: SyncRead, answer: unknown): Pick<Page, 'items' | 'next'> {
  const items = readPath(answer, read.items)
  if (!Array.isArray(items))
    throw new SophiaError('TOOL_FAILED', {
      detail: `The tool ${read.tool} answered nothing at "${read.items.join('.')}", where the mapping's read "${read.name}" looks for records.`,
    })
  return { items, next: nextOf(read, answer, items) }
}

function nextOf({ paging }: SyncRead, answer: unknown, items: readonly unknown[]): string | null {
  switch (paging.by) {
    case 'none':
      return null
    case 'cursor':
      return readText(answer, paging.path) ?? null
    case 'last-id':
      return items.length < paging.size ? null : (readText(items.at(-1), paging.path) ?? null)
  }
}
