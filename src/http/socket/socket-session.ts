import type { RawData } from 'ws'
import { CLOSE, ClientFrame } from '#contract/socket-frames.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { takeToken } from '#domain/rate-limit.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import { answerFrame } from './answer-frame.ts'
import { send, sendError, type SessionNeeds, type SessionState } from './socket-state.ts'

export interface SocketSession {
  memberId(): string | undefined
  begin(): void
  /** Called each second: heartbeat, death, credentials. */
  tick(): void
  drain(reconnectAfterMs: number): void
  terminate(): void
}

const MAX_REFUSED_IN_A_ROW = 200

export function createSocketSession(needs: SessionNeeds): SocketSession {
  const nowMs = needs.clock.monotonicMs()
  const state: SessionState = {
    needs,
    gone: new AbortController(),
    principal: needs.principal,
    token: undefined,
    subscriptions: new Map(),
    topics: new Map(),
    bucket: undefined,
    refusedInARow: 0,
    lastHeardMs: nowMs,
    lastPingMs: nowMs,
    lastCheckMs: nowMs,
    openedMs: nowMs,
    isChecking: false,
  }
  listen(state)
  return {
    memberId: () => state.principal?.memberId,
    begin: () => state.principal && welcome(state, state.principal),
    tick: () => tick(state),
    drain(reconnectAfterMs) {
      send(state, { type: 'drain', reconnectAfterMs })
      needs.webSocket.close(CLOSE.drain, 'drain')
    },
    terminate: () => needs.webSocket.terminate(),
  }
}

function listen(state: SessionState): void {
  const { webSocket } = state.needs
  webSocket.on('message', (raw, isBinary) => {
    state.lastHeardMs = state.needs.clock.monotonicMs()
    void withCorrelation({ correlationId: state.needs.correlationId }, () => take(state, raw, isBinary))
  })
  webSocket.on('pong', () => {
    state.lastHeardMs = state.needs.clock.monotonicMs()
  })
  // The library closes the connection itself, with 1009 for a frame that is too big.
  webSocket.on('error', (error) => state.needs.log.debug({ error }, 'a socket failed'))
  webSocket.once('close', () => {
    state.gone.abort()
    stopListening(state)
  })
}

function stopListening(state: SessionState): void {
  for (const stop of state.topics.values()) stop()
  state.topics.clear()
  for (const subscription of state.subscriptions.values()) subscription.abort()
}

async function take(state: SessionState, raw: RawData, isBinary: boolean): Promise<void> {
  if (!isAdmitted(state)) return
  const frame = isBinary ? undefined : parseFrame(raw)
  if (!frame) {
    sendError(state, new SophiaError('INVALID_INPUT', { detail: 'Not a frame this socket knows.' }))
    return
  }
  try {
    if (frame.type === 'ping') send(state, { type: 'pong' })
    else if (frame.type === 'hello') await hello(state, frame.token)
    else if (!state.principal) state.needs.webSocket.close(CLOSE.credentialsEnded, 'say hello first')
    else await answerFrame(state, state.principal, frame)
  } catch (error) {
    const known = toSophiaError(error)
    if (known.code === 'INTERNAL') state.needs.log.error({ error: known }, 'a frame failed')
    sendError(state, known, 'turnId' in frame ? frame.turnId : 'id' in frame ? frame.id : undefined)
  }
}

function parseFrame(raw: RawData): ClientFrame | undefined {
  try {
    // As a server of text frames, ws hands over one Buffer.
    const parsed = ClientFrame.safeParse(JSON.parse(raw instanceof Buffer ? raw.toString('utf8') : ''))
    return parsed.success ? parsed.data : undefined
  } catch {
    // Not JSON: the caller says so.
    return undefined
  }
}

function isAdmitted(state: SessionState): boolean {
  const { limits, clock, webSocket } = state.needs
  const taken = takeToken(
    state.bucket,
    { ratePerSecond: limits.framesPerSecond, burst: limits.frameBurst },
    clock.monotonicMs(),
  )
  state.bucket = taken.bucket
  if (taken.isAllowed) {
    state.refusedInARow = 0
    return true
  }
  state.refusedInARow += 1
  if (state.refusedInARow > MAX_REFUSED_IN_A_ROW) webSocket.close(CLOSE.policy, 'too many frames')
  else sendError(state, new SophiaError('RATE_LIMITED'))
  return false
}

async function hello(state: SessionState, token: string | undefined): Promise<void> {
  // With good headers the welcome is out already.
  if (state.principal) return
  const principal = token === undefined ? null : await state.needs.fromToken(token)
  if (!principal) {
    state.needs.webSocket.close(CLOSE.credentialsEnded, 'no valid credentials')
    return
  }
  state.token = token
  state.principal = principal
  welcome(state, principal)
}

function welcome(state: SessionState, principal: Principal): void {
  const { limits, webSocket, countOf } = state.needs
  // This connection counts itself.
  if (countOf(principal.memberId) > limits.socketsPerMember) {
    webSocket.close(CLOSE.overCapacity, 'too many connections of this member')
    return
  }
  send(state, {
    type: 'welcome',
    memberId: principal.memberId,
    heartbeatSeconds: limits.heartbeatMs / 1000,
    maxFrameBytes: limits.maxFrameBytes,
  })
}

function tick(state: SessionState): void {
  const { limits, webSocket, clock } = state.needs
  const nowMs = clock.monotonicMs()
  if (nowMs - state.lastHeardMs > limits.deadMs) {
    webSocket.terminate()
    return
  }
  if (!state.principal && nowMs - state.openedMs > limits.helloMs) webSocket.close(CLOSE.credentialsEnded, 'no hello')
  if (nowMs - state.lastPingMs >= limits.heartbeatMs) {
    state.lastPingMs = nowMs
    webSocket.ping()
  }
  if (state.principal && nowMs - state.lastCheckMs >= limits.recheckMs && !state.isChecking) {
    state.lastCheckMs = nowMs
    void recheck(state)
  }
}

/** Credentials end while connections stay open: a session signed out, a key revoked, a member suspended or given another role. */
async function recheck(state: SessionState): Promise<void> {
  const { needs, token } = state
  state.isChecking = true
  try {
    const principal = token === undefined ? await needs.fromHeaders(needs.headers) : await needs.fromToken(token)
    if (principal?.memberId !== state.principal?.memberId) {
      needs.webSocket.close(CLOSE.credentialsEnded, 'credentials ended')
      return
    }
    state.principal = principal
    // A role that was taken away takes along what was begun with it.
    if (principal && !can(principal, 'conversation:use')) stopListening(state)
  } catch (error) {
    // The database is away; nobody is let in by that who was not in, and the next check decides.
    needs.log.warn({ error }, 'credentials of a socket could not be checked')
  } finally {
    state.isChecking = false
  }
}
