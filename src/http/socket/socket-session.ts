import type { RawData } from 'ws'
import { CLOSE, ClientFrame } from '#contract/socket-frames.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import { answerFrame } from './answer-frame.ts'
import { noteReturn } from './subscribe-topic.ts'
import { endSession, send, sendError, stopListening, type SessionNeeds, type SessionState } from './socket-state.ts'

export interface SocketSession {
  /** Who it is has not been said yet, and may still be. */
  isStranger(): boolean
  /** Greets whose headers said who they are; a stranger too many is closed. */
  begin(isTooMany: boolean): void
  /** Called each second: heartbeat and death. */
  tick(): void
  drain(reconnectAfterMs: number): void
  terminate(): void
}

const MAX_REFUSED_IN_A_ROW = 200
/** More than these wait for nobody: their sender is told to come back. */
const MAX_WAITING_POSTS = 32
/** Who has not said who they are has nothing else to say. */
const FRAMES_OF_STRANGER = 20

export function createSocketSession(needs: SessionNeeds): SocketSession {
  const nowMs = needs.clock.monotonicMs()
  const state: SessionState = {
    needs,
    isEnding: false,
    gone: new AbortController(),
    principal: needs.principal,
    token: undefined,
    subscriptions: new Map(),
    topics: new Map(),
    wasHere: false,
    posted: Promise.resolve(),
    waitingPosts: 0,
    share: null,
    stopWatching: () => undefined,
    framesOfStranger: 0,
    refusedInARow: 0,
    lastHeardMs: nowMs,
    lastPingMs: nowMs,
    openedMs: nowMs,
  }
  listen(state)
  return {
    isStranger: () => state.principal === null && !state.isEnding,
    begin(isTooMany) {
      if (state.principal) welcome(state, state.principal)
      else if (isTooMany) endSession(state, CLOSE.overCapacity, 'too many connections without credentials')
    },
    tick: () => tick(state),
    drain(reconnectAfterMs) {
      send(state, { type: 'drain', reconnectAfterMs })
      endSession(state, CLOSE.drain, 'drain')
    },
    terminate: () => needs.webSocket.terminate(),
  }
}

/** Whoever set it off, what concerns this socket is told under its own id. */
function asOwn<Result>({ needs: { correlationId } }: SessionState, work: () => Result): Result {
  return withCorrelation({ correlationId }, work)
}

function listen(state: SessionState): void {
  const { webSocket } = state.needs
  webSocket.on('message', (raw, isBinary) => {
    state.lastHeardMs = state.needs.clock.monotonicMs()
    void asOwn(state, () => take(state, raw, isBinary))
  })
  webSocket.on('pong', () => {
    state.lastHeardMs = state.needs.clock.monotonicMs()
  })
  webSocket.on('error', (error) => {
    asOwn(state, () => state.needs.log.debug({ error }, 'a socket failed'))
    // The library has closed the connection itself, with 1009 for a frame that is too big; here it is seen to its end.
    endSession(state, CLOSE.policy, 'failed')
  })
  webSocket.once('close', () => {
    state.isEnding = true
    state.gone.abort()
    stopListening(state)
    state.share?.leave()
    state.share = null
  })
}

async function take(state: SessionState, raw: RawData, isBinary: boolean): Promise<void> {
  // While it closes, the library goes on handing over what comes in.
  if (state.isEnding || !isAdmitted(state)) return
  const frame = isBinary ? undefined : parseFrame(raw)
  if (!frame) {
    sendError(state, new SophiaError('INVALID_INPUT', { detail: 'Not a frame this socket knows.' }))
    return
  }
  try {
    if (frame.type === 'ping') send(state, { type: 'pong' })
    else if (frame.type === 'hello') await hello(state, frame)
    else if (frame.type === 'message-send') await inOrder(state, () => obey(state, frame))
    else await obey(state, frame)
  } catch (error) {
    const known = toSophiaError(error)
    if (known.code === 'INTERNAL') state.needs.log.error({ error: known }, 'a frame failed')
    sendError(state, known, 'turnId' in frame ? frame.turnId : 'id' in frame ? frame.id : undefined)
  }
}

async function obey(state: SessionState, frame: Exclude<ClientFrame, { type: 'hello' | 'ping' }>): Promise<void> {
  if (state.principal) await answerFrame(state, state.principal, frame)
  else endSession(state, CLOSE.credentialsEnded, 'say hello first')
}

/** What is written on one connection is stored in the order in which it was sent: the next begins when the one before is answered. */
function inOrder(state: SessionState, work: () => Promise<void>): Promise<void> {
  if (state.waitingPosts >= MAX_WAITING_POSTS) throw new SophiaError('RATE_LIMITED', { retryAfterSeconds: 1 })
  state.waitingPosts += 1
  const mine = state.posted.then(() => {
    state.waitingPosts -= 1
    // It may be told to go while this waits.
    return state.isEnding ? undefined : work()
  })
  // Whoever waits for it is told why it failed; the next goes on all the same.
  state.posted = mine.catch(() => undefined)
  return mine
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
  const isStrangerQuiet = (): boolean => (state.framesOfStranger += 1) <= FRAMES_OF_STRANGER
  if (state.share ? state.share.takeFrame() : isStrangerQuiet()) {
    state.refusedInARow = 0
    return true
  }
  state.refusedInARow += 1
  if (state.refusedInARow > MAX_REFUSED_IN_A_ROW) endSession(state, CLOSE.policy, 'too many frames')
  else sendError(state, new SophiaError('RATE_LIMITED', { retryAfterSeconds: 1 }))
  return false
}

async function hello(state: SessionState, { token, lastSeen }: Extract<ClientFrame, { type: 'hello' }>): Promise<void> {
  if (lastSeen !== undefined) noteReturn(state)
  // With good headers the welcome is out already; of two that come together one is enough.
  if (state.principal) return
  const principal = token === undefined ? null : await state.needs.fromToken(token)
  if (!principal) {
    endSession(state, CLOSE.credentialsEnded, 'no valid credentials')
    return
  }
  if (state.principal) return
  state.token = token
  state.principal = principal
  welcome(state, principal)
}

function welcome(state: SessionState, principal: Principal): void {
  const { limits, book, credentials } = state.needs
  if (state.isEnding) return
  state.share = book.join(principal.memberId)
  if (!state.share) {
    endSession(state, CLOSE.overCapacity, 'too many connections of this member')
    return
  }
  state.stopWatching = credentials.watch(principal, (now) => void asOwn(state, () => changed(state, now)))
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
  if (!state.principal && nowMs - state.openedMs > limits.helloMs) endSession(state, CLOSE.credentialsEnded, 'no hello')
  const everyMs = state.subscriptions.size > 0 ? limits.turnHeartbeatMs : limits.heartbeatMs
  if (nowMs - state.lastPingMs >= everyMs) {
    state.lastPingMs = nowMs
    webSocket.ping()
  }
}

/** Credentials end while connections stay open: a session signed out, a key revoked, a member suspended or given another role. */
async function changed(state: SessionState, now: Principal | null): Promise<void> {
  const { needs, token } = state
  if (now === null) return endSession(state, CLOSE.credentialsEnded, 'credentials ended')
  // What was begun with a right that is gone ends with it, and the client comes back with what it may still do.
  if (!mayGoOn(state, now)) return endSession(state, CLOSE.policy, 'no longer permitted')
  // At once, and until the next change: it was read from the database just now.
  state.principal = now
  try {
    const read = token === undefined ? await needs.fromHeaders(needs.headers) : await needs.fromToken(token)
    if (read === null) return endSession(state, CLOSE.credentialsEnded, 'credentials ended')
    // Only whose rows it may see was still to be read; meanwhile there may have been the next change.
    if (state.principal === now) state.principal = { ...now, visible: read.visible }
  } catch (error) {
    needs.log.warn({ error }, 'whose rows a socket may see could not be read again')
    endSession(state, CLOSE.overCapacity, 'come back later')
  }
}

function mayGoOn({ subscriptions, topics, needs }: SessionState, now: Principal): boolean {
  if (subscriptions.size > 0 && !can(now, 'conversation:use')) return false
  return [...topics.keys()].every((topic) => can(now, needs.topics[topic].action))
}
