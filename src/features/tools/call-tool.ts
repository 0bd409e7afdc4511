import type { z } from 'zod'
import type { ToolAnswer, ToolCall } from '#contract/mcp.ts'
import { canonicalJson } from '#domain/canonical-json.ts'
import { cutText } from '#domain/cut-text.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { effectOf } from '#domain/mcp/tool-definition.ts'
import { can, type Principal } from '#domain/permission.ts'
import { cleanJson } from '#domain/turn/clean-text.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import { currentCorrelation } from '#platform/log/correlation.ts'
import type { ToolReply, ToolRequest } from '#platform/mcp-client/mcp-connection.ts'
import { storePatiently, type Patience } from '#platform/postgres/store-patiently.ts'
import { endCall, freeKey, takeKey, type CallRow } from './calls-store.ts'
import { verdictOf } from './call-server.ts'
import { findTool, pinState, type Listed } from './catalogue.ts'
import type { ToolsNeeds } from './tools-needs.ts'

const CALL_MS = 30_000
const TEXT_CHARACTERS = 100_000
/** Whoever called waits for no longer until what was done is stored. */
const STORE_MS = 10_000
/** Under which names a server finds what belongs to the call; those that know them can tell a repeat. */
const META = { key: 'sophia/idempotency-key', correlation: 'sophia/correlation-id' } as const

export interface ToolRun {
  readonly input: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
  readonly idempotencyKey?: string | undefined
  readonly onProgress?: ToolRequest['onProgress']
  readonly onQuestion?: ToolRequest['onQuestion']
}

/** Which tool, and who calls it. */
export interface Caller {
  readonly listed: Listed
  readonly principal: Principal
}

export interface ToolRunReply extends ToolReply {
  /** Not asked for now, but some seconds ago. */
  readonly isCached: boolean
}

/** One call of a tool by a member, as it was agreed to; text that is too long is cut, and says so. */
export async function runTool(needs: ToolsNeeds, { listed, principal }: Caller, run: ToolRun): Promise<ToolRunReply> {
  const { watch, pin } = listed
  if (!can(principal, 'mcp:call')) throw new SophiaError('NOT_PERMITTED')
  if (pinState(pin) !== 'approved' || pin.approved === null) throw notApproved(listed)
  const { credentials } = watch.state.definition
  const asked = { pin, memberId: credentials === 'member' ? principal.memberId : null, input: run.input }
  // What a server said before it went down is not passed off as its answer.
  const known = verdictOf(watch.state, needs.hub.nowMs()).serving ? needs.results.find(asked) : undefined
  if (known) return { ...known, isCached: true }
  const keep = needs.results.begin(asked)
  try {
    const { reply, wasAsked } = await send(needs, { listed, principal }, run)
    // What a person added to it is of this one call.
    if (!wasAsked) keep(reply)
    return { ...reply, isCached: false }
  } finally {
    if (effectOf(pin.approved) === 'write') await needs.results.forget(pin.serverId)
  }
}

async function send(
  needs: ToolsNeeds,
  { listed, principal }: Caller,
  run: ToolRun,
): Promise<{ readonly reply: ToolReply; readonly wasAsked: boolean }> {
  const { watch, pin } = listed
  const correlationId = currentCorrelation()?.correlationId
  let wasAsked = false
  const { onQuestion } = run
  const reply = await watch.call(principal.memberId, {
    tool: pin.approved ?? pin.seen,
    input: run.input,
    meta: {
      ...(run.idempotencyKey === undefined ? {} : { [META.key]: run.idempotencyKey }),
      ...(correlationId === undefined ? {} : { [META.correlation]: correlationId }),
    },
    timeoutMs: CALL_MS * (needs.pace ?? 1),
    signal: run.signal,
    onProgress: run.onProgress,
    onQuestion: onQuestion && ((...asked) => ((wasAsked = true), onQuestion(...asked))),
  })
  return { reply: shorten(reply), wasAsked }
}

function shorten(reply: ToolReply): ToolReply {
  return { ...reply, text: cut(reply.text), structured: isShort(reply.structured) ? reply.structured : null }
}

/** A reading call of the house's own, whole and uncut. Throws NOT_PERMITTED for a tool that writes. */
export async function readTool(
  { hub, pace = 1 }: ToolsNeeds,
  {
    server,
    tool,
    input,
    signal,
  }: { readonly server: string; readonly tool: string; readonly input: ToolRun['input']; readonly signal: AbortSignal },
): Promise<ToolReply> {
  const watch = hub.get(server)
  const pin = watch?.state.pins.get(tool)
  if (!watch || !pin)
    throw new SophiaError('TOOL_UNAVAILABLE', { detail: `The connection "${server}" offers no tool "${tool}".` })
  if (pinState(pin) !== 'approved' || pin.approved === null)
    throw notApproved({ name: `${server}/${tool}`, watch, pin })
  if (effectOf(pin.approved) !== 'read')
    throw new SophiaError('NOT_PERMITTED', {
      detail: `${server}/${tool} writes; only reading tools are called without a person.`,
    })
  return watch.call(null, { tool: pin.approved, input, meta: {}, timeoutMs: CALL_MS * pace, signal })
}

function notApproved({ name, pin, watch }: Listed): SophiaError {
  if (pinState(pin) === 'gone')
    return new SophiaError('TOOL_UNAVAILABLE', {
      detail: `"${watch.state.definition.name}" no longer offers ${pin.name}.`,
    })
  return new SophiaError('TOOL_NOT_APPROVED', {
    detail: `${name} ${pinState(pin) === 'new' ? 'is new' : 'has changed'} and waits for somebody to agree to it, on the page Connections.`,
  })
}

function cut(text: string): string {
  const start = cutText(text, TEXT_CHARACTERS)
  const more = text.length - start.length
  return more === 0 ? text : `${start}\n[cut: ${more} characters more]`
}

function isShort(structured: unknown): boolean {
  return structured === null || (JSON.stringify(structured)?.length ?? 0) <= TEXT_CHARACTERS
}

/** The call over the API. Who writes says so with a key, and gets the same answer for the same key. */
export async function callTool(
  needs: ToolsNeeds,
  principal: Principal,
  {
    name,
    call,
    signal,
  }: { readonly name: string; readonly call: z.infer<typeof ToolCall>; readonly signal: AbortSignal },
): Promise<ToolAnswer> {
  const listed = findTool(needs.hub, name)
  if (!listed) throw new SophiaError('NOT_FOUND', { detail: `There is no tool "${name}".` })
  const caller = { listed, principal }
  if (effectOf(listed.pin.seen) === 'read') return answerOf(needs, caller, { input: call.input, signal })
  if (!can(principal, 'tool:approve')) throw new SophiaError('NOT_PERMITTED')
  const key = call.idempotencyKey
  if (key === undefined) {
    const message = 'This tool writes: send a key of your own, so that the call happens once however often it is sent.'
    throw new SophiaError('INVALID_INPUT', { faults: [{ path: 'idempotencyKey', message }] })
  }
  return callOnce(needs, caller, { input: call.input, signal, key })
}

interface KeyedRun {
  readonly input: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
  readonly key: string
}

async function callOnce(needs: ToolsNeeds, caller: Caller, { input, signal, key }: KeyedRun): Promise<ToolAnswer> {
  const { listed, principal } = caller
  const { memberId } = principal
  const keyed = { memberId, key, tool: listed.name, inputHash: contentHash(canonicalJson(input)) }
  const known = await needs.database.read((handle) => takeKey(handle, keyed))
  if (known) return answerAgain(known, keyed)
  const answer = await runKeyed(needs, caller, { input, signal, keyed })
  // From here on it was done, and nothing that fails may free its key.
  await keepAnswer(needs, keyed, answer)
  await noteCall(needs, caller, answer)
  return answer
}

type Keyed = Parameters<typeof takeKey>[1]

async function runKeyed(
  needs: ToolsNeeds,
  caller: Caller,
  { keyed, input, signal }: Omit<KeyedRun, 'key'> & { readonly keyed: Keyed },
): Promise<ToolAnswer> {
  try {
    const idempotencyKey = `${keyed.memberId}.${keyed.key}`
    // Cleaned before anybody hears it: the same key gets the same answer, and that is what can be stored.
    return cleanJson(await answerOf(needs, caller, { input, signal, idempotencyKey })) as ToolAnswer
  } catch (error) {
    const { code } = toSophiaError(error)
    const isUnknown = code === 'TOOL_OUTCOME_UNKNOWN' || code === 'INTERNAL' || signal.aborted
    // Should this fail as well, the key stays taken, and the call counts as unknown, which it is.
    await needs.database
      .read((handle) =>
        isUnknown ? endCall(handle, keyed, { status: 'unknown', answer: null }) : freeKey(handle, keyed),
      )
      .catch(() => undefined)
    throw error
  }
}

/** Stores what a call answered, once the store has an ear and room for it. Throws TOOL_OUTCOME_UNKNOWN when it has none for too long. */
async function keepAnswer(needs: ToolsNeeds, keyed: Keyed, answer: ToolAnswer): Promise<void> {
  const { database, log } = needs
  const about = { tool: keyed.tool }
  try {
    await storePatiently(() => database.read((handle) => endCall(handle, keyed, { status: 'done', answer })), {
      ...patienceOf(needs),
      onRepeat: (error) => log.warn({ ...about, error }, 'the end of a tool call could not be stored yet'),
    })
  } catch (error) {
    log.error({ ...about, error }, 'a tool call was done, and its answer could not be stored; its key stays taken')
    await database.read((handle) => endCall(handle, keyed, { status: 'unknown', answer: null })).catch(() => undefined)
    throw new SophiaError('TOOL_OUTCOME_UNKNOWN', { cause: error })
  }
}

async function noteCall(needs: ToolsNeeds, { listed, principal }: Caller, { ok }: ToolAnswer): Promise<void> {
  const note = { principal, action: 'tool.call', targetKind: 'tool', targetId: listed.name, detail: { ok } }
  await storePatiently(() => needs.audit(note), patienceOf(needs)).catch((error: unknown) =>
    // Whoever hears of a failure calls again, and what was done is done all the same.
    needs.log.error({ error, tool: listed.name, member: principal.memberId }, 'a tool call could not be noted'),
  )
}

function patienceOf({ clock, pace = 1 }: ToolsNeeds): Patience {
  return { clock, limitMs: STORE_MS * pace }
}

function answerAgain(
  known: CallRow,
  { tool, inputHash }: { readonly tool: string; readonly inputHash: string },
): ToolAnswer {
  if (known.tool !== tool || known.inputHash !== inputHash)
    throw new SophiaError('CONFLICT', { detail: 'This key was used for another call.' })
  if (known.status === 'done' && known.answer) return known.answer
  throw new SophiaError('TOOL_OUTCOME_UNKNOWN')
}

async function answerOf(needs: ToolsNeeds, caller: Caller, run: ToolRun): Promise<ToolAnswer> {
  const { pin } = caller.listed
  const startedMs = needs.clock.monotonicMs()
  const { isError, text, structured, isCached } = await runTool(needs, caller, run)
  const ms = Math.round((needs.clock.monotonicMs() - startedMs) * 10) / 10
  return { ok: !isError, text, structured, server: pin.serverId, tool: pin.name, ms, cached: isCached }
}
