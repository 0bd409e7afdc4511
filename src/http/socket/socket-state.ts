import type { IncomingHttpHeaders, Server } from 'node:http'
import type { WebSocket } from 'ws'
import { CLOSE, type ServerFrame } from '#contract/socket-frames.ts'
import type { Clock } from '#domain/clock.ts'
import type { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Bucket } from '#domain/rate-limit.ts'
import type { Conversations } from '#features/conversations/index.ts'
import type { Log } from '#platform/log/log.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'

export interface SocketLimits {
  readonly maxFrameBytes: number
  readonly maxBufferedBytes: number
  readonly heartbeatMs: number
  /** Without a sign of life for so long a connection is dead. */
  readonly deadMs: number
  readonly helloMs: number
  /**
   * How often credentials are looked at again. With a second's grain and the two seconds that another process may remember
   * a principal, who is suspended is out within five.
   */
  readonly recheckMs: number
  readonly socketsPerMember: number
  readonly subscriptionsPerSocket: number
  readonly framesPerSecond: number
  readonly frameBurst: number
}

export const DEFAULT_SOCKET_LIMITS: SocketLimits = {
  maxFrameBytes: 64 * 1024,
  maxBufferedBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  deadMs: 45_000,
  helloMs: 10_000,
  recheckMs: 2000,
  socketsPerMember: 20,
  subscriptionsPerSocket: 32,
  framesPerSecond: 20,
  frameBurst: 60,
}

export interface SocketNeeds {
  /** The HTTP server whose upgrades this door takes. */
  readonly server: Server
  readonly conversations: Conversations
  /** What happens to MCP servers; answers how to stop listening. */
  readonly onServerEvent: (listener: (event: unknown) => void) => () => void
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: Pick<Metrics, 'sockets'>
  readonly fromHeaders: (headers: IncomingHttpHeaders) => Promise<Principal | null>
  readonly fromToken: (token: string) => Promise<Principal | null>
  /** Throws ORIGIN_REFUSED for an upgrade that another site made a browser send. */
  readonly checkOrigin: (headers: IncomingHttpHeaders) => void
  readonly limits?: Partial<SocketLimits>
}

export interface SessionNeeds extends Omit<SocketNeeds, 'limits' | 'server'> {
  readonly limits: SocketLimits
  readonly webSocket: WebSocket
  readonly principal: Principal | null
  readonly headers: IncomingHttpHeaders
  readonly correlationId: string
  readonly countOf: (memberId: string) => number
}

/** What the verbs of a connection work with. */
export interface SessionState {
  readonly needs: SessionNeeds
  /** Fires when the connection is over. */
  readonly gone: AbortController
  principal: Principal | null
  token: string | undefined
  /** Turn to what ends its subscription. */
  readonly subscriptions: Map<string, AbortController>
  readonly topics: Map<string, () => void>
  bucket: Bucket | undefined
  refusedInARow: number
  lastHeardMs: number
  lastPingMs: number
  lastCheckMs: number
  readonly openedMs: number
  isChecking: boolean
}

/** Sends a frame; a reader that lets a megabyte pile up is closed with 1013. */
export function send(state: SessionState, frame: ServerFrame): void {
  const { webSocket, limits } = state.needs
  if (webSocket.readyState !== webSocket.OPEN) return
  webSocket.send(JSON.stringify(frame))
  if (webSocket.bufferedAmount > limits.maxBufferedBytes) {
    closeSlow(state)
  }
}

/** Ends a connection whose reader does not keep up. */
export function closeSlow(state: SessionState): void {
  const { webSocket } = state.needs
  webSocket.close(CLOSE.overCapacity, 'too slow')
  // The close frame waits behind all that was not taken; the reader may never take it.
  setTimeout(() => webSocket.terminate(), 1000).unref()
}

export function sendError(state: SessionState, error: SophiaError, id?: string): void {
  send(state, {
    type: 'error',
    code: error.code,
    detail: error.message,
    correlationId: state.needs.correlationId,
    ...(id === undefined ? {} : { id }),
  })
}
