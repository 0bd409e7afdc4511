import type { IncomingHttpHeaders, Server } from 'node:http'
import type { WebSocket } from 'ws'
import { CLOSE, type ServerFrame, type SocketTopic } from '#contract/socket-frames.ts'
import type { Clock } from '#domain/clock.ts'
import type { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Conversations } from '#features/conversations/index.ts'
import type { Log } from '#platform/log/log.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import type { AdmissionGate } from '../admission-gate.ts'
import type { CredentialHeaders } from '../authenticate.ts'
import type { CredentialWatch } from '../credential-watch.ts'
import type { MemberBook, MemberShare } from './member-book.ts'
import type { SocketTopics } from './socket-topics.ts'

export interface SocketLimits {
  readonly maxFrameBytes: number
  readonly maxBufferedBytes: number
  readonly heartbeatMs: number
  /** The same while an answer is followed: somebody waits for it. */
  readonly turnHeartbeatMs: number
  /** Without a sign of life for so long a connection is dead; with the second's grain, found within 45 s. */
  readonly deadMs: number
  readonly helloMs: number
  /** Connections that have not said who they are, over all. */
  readonly strangers: number
  readonly sockets: number
  /** These four hold for a member over all connections to this process. */
  readonly socketsPerMember: number
  readonly subscriptionsPerMember: number
  readonly framesPerSecond: number
  readonly frameBurst: number
}

export const DEFAULT_SOCKET_LIMITS: SocketLimits = {
  maxFrameBytes: 64 * 1024,
  maxBufferedBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  turnHeartbeatMs: 3000,
  deadMs: 43_000,
  helloMs: 10_000,
  strangers: 500,
  sockets: 15_000,
  socketsPerMember: 20,
  subscriptionsPerMember: 64,
  framesPerSecond: 20,
  frameBurst: 60,
}

export interface SocketNeeds {
  /** The HTTP server whose upgrades this door takes. */
  readonly server: Server
  readonly conversations: Conversations
  readonly topics: SocketTopics
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: Pick<Metrics, 'sockets'>
  readonly credentials: Pick<CredentialWatch, 'watch'>
  /** Lets as many in at once, connections and frames alike, as can be dealt with in their usual time. */
  readonly gate?: Pick<AdmissionGate, 'run'>
  /** Throws STORAGE_FULL while nothing new is stored. */
  readonly requireRoom?: () => void
  /** Aborted while the database is away: then every frame that needs it is answered at once. */
  readonly outage?: () => AbortSignal
  readonly fromHeaders: (headers: CredentialHeaders) => Promise<Principal | null>
  readonly fromToken: (token: string) => Promise<Principal | null>
  /** Throws ORIGIN_REFUSED for an upgrade that another site made a browser send. */
  readonly checkOrigin: (headers: IncomingHttpHeaders) => void
  readonly limits?: Partial<SocketLimits>
}

export interface SessionNeeds extends Omit<SocketNeeds, 'limits' | 'server'> {
  readonly limits: SocketLimits
  readonly webSocket: WebSocket
  readonly principal: Principal | null
  readonly headers: CredentialHeaders
  readonly correlationId: string
  readonly book: MemberBook
}

/** What the verbs of a connection work with. */
export interface SessionState {
  readonly needs: SessionNeeds
  /** It was told to go: nothing it says is obeyed any more, and nothing is said to it. */
  isEnding: boolean
  /** Fires when the connection is over. */
  readonly gone: AbortController
  principal: Principal | null
  token: string | undefined
  /** What it takes of what its member may have; null before it is known whose it is. */
  share: MemberShare | null
  /** Turn to what ends its subscription. */
  readonly subscriptions: Map<string, AbortController>
  readonly topics: Map<SocketTopic, () => void>
  /** It had another connection before, and may have missed something meanwhile. */
  wasHere: boolean
  /** Settles when its last message is answered: the next is stored after it. */
  posted: Promise<void>
  /** Messages that wait for their turn. */
  waitingPosts: number
  stopWatching: () => void
  framesOfStranger: number
  refusedInARow: number
  lastHeardMs: number
  lastPingMs: number
  readonly openedMs: number
}

/** Sends a frame; a reader that lets a megabyte pile up is closed with 1013. */
export function send(state: SessionState, frame: ServerFrame): void {
  const { webSocket, limits } = state.needs
  if (webSocket.readyState !== webSocket.OPEN) return
  webSocket.send(JSON.stringify(frame))
  if (webSocket.bufferedAmount > limits.maxBufferedBytes) closeSlow(state)
}

/** Who is told to go has so long to take it. */
export const LAST_WORD_MS = 1000

/** Ends a connection whose reader does not keep up. */
export function closeSlow(state: SessionState): void {
  endSession(state, CLOSE.overCapacity, 'too slow')
}

/** The one end of a connection from here: from now on it is neither obeyed nor told anything, and a second later it is cut. */
export function endSession(state: SessionState, code: number, reason: string): void {
  if (state.isEnding) return
  state.isEnding = true
  stopListening(state)
  const { webSocket, clock } = state.needs
  webSocket.close(code, reason)
  // The close frame waits behind all that was not taken; the reader may never take it, nor answer.
  clock.sleep(LAST_WORD_MS, state.gone.signal).then(
    () => webSocket.terminate(),
    // It went by itself.
    () => undefined,
  )
}

/** Ends all that was begun for a connection. */
export function stopListening(state: SessionState): void {
  for (const stop of state.topics.values()) stop()
  state.topics.clear()
  for (const subscription of state.subscriptions.values()) subscription.abort()
  state.stopWatching()
}

export function sendError(state: SessionState, error: SophiaError, id?: string): void {
  send(state, {
    type: 'error',
    code: error.code,
    detail: error.message,
    correlationId: state.needs.correlationId,
    ...(id === undefined ? {} : { id }),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  })
}
