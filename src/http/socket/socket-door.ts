import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Clock } from '#domain/clock.ts'
import { toSophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { createId } from '#platform/crypto/ids.ts'
import { STATUS } from '../problem.ts'
import { createSocketSession, type SocketSession } from './socket-session.ts'
import { DEFAULT_SOCKET_LIMITS, type SocketNeeds } from './socket-state.ts'

export { type SocketLimits } from './socket-state.ts'

interface SocketDoor {
  connections(): number
  /** Tells every client to come back elsewhere, then closes with 1001. */
  drain(): Promise<void>
}

const TICK_MS = 1000
const RECONNECT_SPREAD_MS = 3000
const CLOSE_GRACE_MS = 1000

/** `GET /api/ws`. Takes the upgrades of the HTTP server; everything else about a connection is its session's. */
export function openSocketDoor(needs: SocketNeeds): SocketDoor {
  const limits = { ...DEFAULT_SOCKET_LIMITS, ...needs.limits }
  const sessions = new Set<SocketSession>()
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })
  let isDraining = false

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    void takeUpgrade({ needs, request, socket, isDraining }).then((accepted) => {
      if (!accepted) return
      sockets.handleUpgrade(request, socket, head, (webSocket) => addSession(webSocket, accepted))
    })
  }

  function addSession(webSocket: WebSocket, accepted: Accepted): void {
    const session = createSocketSession({ ...needs, limits, webSocket, ...accepted, countOf })
    sessions.add(session)
    needs.metrics?.sockets.set(sessions.size)
    webSocket.once('close', () => {
      sessions.delete(session)
      needs.metrics?.sockets.set(sessions.size)
    })
    session.begin()
  }

  function countOf(memberId: string): number {
    let count = 0
    for (const session of sessions) if (session.memberId() === memberId) count += 1
    return count
  }

  needs.server.on('upgrade', onUpgrade)
  // One timer for all connections.
  const timer = setInterval(() => {
    for (const session of sessions) session.tick()
  }, TICK_MS)
  return {
    connections: () => sessions.size,
    async drain() {
      isDraining = true
      clearInterval(timer)
      for (const session of sessions) session.drain(Math.round(Math.random() * RECONNECT_SPREAD_MS))
      await waitUntil(() => sessions.size === 0, needs.clock)
      for (const session of sessions) session.terminate()
      needs.server.off('upgrade', onUpgrade)
    },
  }
}

interface Accepted {
  readonly principal: Principal | null
  readonly headers: IncomingHttpHeaders
  readonly correlationId: string
}

interface Upgrade {
  readonly needs: SocketNeeds
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly isDraining: boolean
}

/** The principal of an upgrade by its headers, if they carry one; undefined when it was refused. */
async function takeUpgrade({ needs, request, socket, isDraining }: Upgrade): Promise<Accepted | undefined> {
  // Its failures end the connection, nothing else.
  socket.on('error', () => socket.destroy())
  const path = request.url?.split('?')[0]
  if (path !== '/api/ws') return refuse(socket, 404)
  if (isDraining) return refuse(socket, 503)
  try {
    needs.checkOrigin(request.headers)
    return { principal: await needs.fromHeaders(request.headers), headers: request.headers, correlationId: createId() }
  } catch (error) {
    return refuse(socket, STATUS[toSophiaError(error).code])
  }
}

function refuse(socket: Duplex, status: number): undefined {
  socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

async function waitUntil(isTrue: () => boolean, clock: Clock): Promise<void> {
  const until = clock.monotonicMs() + CLOSE_GRACE_MS
  while (!isTrue() && clock.monotonicMs() < until) {
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(20)
  }
}
