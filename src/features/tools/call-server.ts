import { admits, breakerState, onCall } from '#domain/mcp/breaker.ts'
import { SophiaError } from '#domain/errors.ts'
import type { FaultClass } from '#domain/mcp/server-health.ts'
import { reasonWords, servingOf } from '#domain/mcp/serving.ts'
import type { McpConnection, ToolReply, ToolRequest } from '#platform/mcp-client/mcp-connection.ts'
import { mayHaveHappened, SIGN_IN_UNREAD, toMcpFault, type McpFault } from '#platform/mcp-client/mcp-fault.ts'
import { inSpan, outgoingCarrier } from '#platform/tracing/in-span.ts'
import type { ServerLine } from './server-line.ts'
import {
  noteFault,
  noteReconnect,
  takeObservation,
  takeScopeRefusal,
  type WatchNeeds,
  type WatchState,
} from './watch-state.ts'

interface CallNeeds extends WatchNeeds {
  /** Called when a call failed: the server is looked at at once. */
  readonly onTrouble: () => void
}

interface LineCall {
  readonly line: ServerLine
  readonly request: ToolRequest
}

/** Sends a call over a line to the server, unless it is known that nobody would answer; then it fails at once, in words. */
export function callServer(needs: CallNeeds, state: WatchState, { line, request }: LineCall): Promise<ToolReply> {
  const { name } = request.tool
  const attributes = {
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': name,
    'sophia.mcp.server': state.definition.id,
  }
  return inSpan({ kind: 'mcp', name: `tools/call ${name}`, attributes }, () => {
    // The server may hang what it does under this very step.
    const told = { ...request, meta: { ...request.meta, ...outgoingCarrier() } }
    return callOnce(needs, state, { line, request: told })
  })
}

async function callOnce(needs: CallNeeds, state: WatchState, { line, request }: LineCall): Promise<ToolReply> {
  refuseUnlessServing(needs, state)
  state.isTrying = onCall(state.keeper.report.breaker, needs.nowMs()).isTrying
  const timing = startTiming(needs, request)
  try {
    const reply = await sendOnce(needs, state, { line, request: timing.request })
    takeEnd(needs, state, { ms: timing.ms(), outcome: 'ok', hasFailed: false })
    takeObservation(needs, state, { kind: 'ok' })
    return reply
  } catch (error) {
    if (request.signal.aborted) {
      // The caller went away, which says nothing of the server.
      state.isTrying = false
      throw request.signal.reason
    }
    throw takeFault(needs, state, { fault: toMcpFault(error), ms: timing.ms(), line, error })
  }
}

/** How long the server takes, without the time a person takes to answer it. */
function startTiming(
  { clock }: Pick<WatchNeeds, 'clock'>,
  request: ToolRequest,
): { readonly request: ToolRequest; ms(): number } {
  const { onQuestion } = request
  const startedMs = clock.monotonicMs()
  let personMs = 0
  const ms = (): number => clock.monotonicMs() - startedMs - personMs
  if (!onQuestion) return { request, ms }
  const timed: typeof onQuestion = async (...asked) => {
    const askedMs = clock.monotonicMs()
    try {
      return await onQuestion(...asked)
    } finally {
      personMs += clock.monotonicMs() - askedMs
    }
  }
  return { request: { ...request, onQuestion: timed }, ms }
}

/** Will a call be attempted now, and why (not). */
export function verdictOf({ keeper }: WatchState, nowMs: number): ReturnType<typeof servingOf> {
  const { health, auth, breaker } = keeper.report
  return servingOf({ state: health.state, reason: health.reason, auth, breaker: breakerState(breaker, nowMs) })
}

/** The message names the server, the reason, since when, and when it is looked at next. */
function refuseUnlessServing(needs: WatchNeeds, state: WatchState): void {
  const nowMs = needs.nowMs()
  const { report } = state.keeper
  const verdict = verdictOf(state, nowMs)
  if (verdict.serving && admits({ ...report.breaker, isTrying: state.isTrying }, nowMs)) return
  throw new SophiaError('TOOL_UNAVAILABLE', {
    detail: outageWords(needs, state, verdict.serving ? 'breaker_open' : verdict.reason),
  })
}

/** What a person is told of a server that does not serve. */
export function outageWords({ nowMs }: Pick<WatchNeeds, 'nowMs'>, state: WatchState, reason: string): string {
  const { health, next, lastFault } = state.keeper.report
  const sinceWords =
    health.sinceMs === null ? '' : ` It has been so for ${durationWords(Math.max(0, nowMs() - health.sinceMs))}.`
  const nextWords = next === null ? '' : ` It is looked at again in ${durationWords(Math.max(0, next.atMs - nowMs()))}.`
  return `The connection "${state.definition.name}" cannot be used: ${reasonWords(reason, lastFault?.message ?? null)}${sinceWords}${nextWords}`
}

function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}

/** A session that the server forgot is begun anew and the call sent again: it never reached the tool. */
async function sendOnce(
  needs: WatchNeeds,
  state: WatchState,
  { line, request }: { readonly line: ServerLine; readonly request: ToolRequest },
): Promise<ToolReply> {
  const connection: McpConnection = await line.ensure()
  try {
    return await connection.call(request)
  } catch (error) {
    if (request.signal.aborted || toMcpFault(error).class !== 'session_lost') throw error
    line.drop()
    const fresh = await line.ensure()
    noteReconnect(needs, state, 'session_lost')
    return await fresh.call(request)
  }
}

function takeEnd(
  needs: WatchNeeds,
  state: WatchState,
  { ms, outcome, hasFailed }: { readonly ms: number; readonly outcome: 'ok' | FaultClass; readonly hasFailed: boolean },
): void {
  state.isTrying = false
  state.keeper.note({ kind: 'called', atMs: needs.nowMs(), ms, hasFailed })
  const about = { server: state.definition.id, outcome, 'event.duration_ms': Math.round(ms) }
  needs.log.debug(about, 'a call of an MCP server ended')
  needs.onCall?.(state.definition.id, { ms, outcome })
}

/** Faults of the server or the way to it. Others may lie in one slow or faulty tool, while the rest is well. */
const BROKEN: ReadonlySet<FaultClass> = new Set(['transport', 'dns', 'tls', 'http', 'protocol', 'process_exit'])

/** Faults that lie in what was asked, not in the server. */
function isOurs({ class: kind, code }: McpFault): boolean {
  return kind === 'rpc' && (code === -32_602 || code === -32_601)
}

function takeFault(
  needs: CallNeeds,
  state: WatchState,
  met: { readonly fault: McpFault; readonly ms: number; readonly line: ServerLine; readonly error: unknown },
): SophiaError {
  const { fault, ms, line, error } = met
  const { name } = state.definition
  if (fault.code === SIGN_IN_UNREAD) {
    // The server was not asked, or not as anybody: that says nothing of it, here or elsewhere.
    state.isTrying = false
    return new SophiaError('TOOL_UNAVAILABLE', { detail: `"${name}": ${fault.message}`, cause: error })
  }
  noteFault(needs, state, fault)
  const isRefused = fault.class === 'auth'
  takeEnd(needs, state, { ms, outcome: fault.class, hasFailed: !isOurs(fault) && !isRefused })
  if (isRefused) return takeRefusal(needs, state, { fault, error })
  if (isOurs(fault))
    return new SophiaError('TOOL_FAILED', {
      detail: `"${name}" does not take this call: ${fault.message}`,
      cause: error,
    })
  if (BROKEN.has(fault.class)) {
    line.drop()
    takeObservation(needs, state, { kind: 'failed', fault: fault.class })
  }
  // A look at once tells whether it is the server or this one call.
  needs.onTrouble()
  const code = mayHaveHappened(fault) ? 'TOOL_OUTCOME_UNKNOWN' : 'TOOL_UNAVAILABLE'
  const { retryAfterSeconds } = fault
  return new SophiaError(code, {
    detail: `"${name}" did not answer the call: ${fault.message}`,
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

const OF_SCOPE: ReadonlySet<unknown> = new Set(['WIDER_SIGN_IN_NEEDED', 'SCOPE_REFUSED'])

/** The call was not carried out. Whether the whole server is closed, or this one tool, is not known from every refusal. */
function takeRefusal(
  needs: CallNeeds,
  state: WatchState,
  { fault, error }: { readonly fault: McpFault; readonly error: unknown },
): SophiaError {
  const { name } = state.definition
  const refusal = (code: 'TOOL_UNAVAILABLE' | 'TOOL_FAILED', words: string): SophiaError =>
    new SophiaError(code, { detail: `"${name}": ${words}`, cause: error })
  if (OF_SCOPE.has(fault.code)) {
    takeScopeRefusal(needs, state)
    return refusal(fault.code === 'SCOPE_REFUSED' ? 'TOOL_FAILED' : 'TOOL_UNAVAILABLE', fault.message)
  }
  if (fault.httpStatus === 403) {
    // Who is known may still not be allowed one tool. A look at once tells whether it is more than that.
    needs.onTrouble()
    return refusal(
      'TOOL_UNAVAILABLE',
      `${fault.message} The sign-in may not be allowed this; look at it on the page Connections.`,
    )
  }
  takeObservation(needs, state, { kind: 'refused' })
  const advice = fault.code === 'SIGN_IN_NEEDED' ? '' : ' Sign in to it again.'
  return refusal('TOOL_UNAVAILABLE', `${fault.message}${advice}`)
}
