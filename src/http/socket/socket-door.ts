import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Clock } from '#domain/clock.ts'
import { createMemberBook } from './member-book.ts'
import { createSocketSession, type SocketSession } from './socket-session.ts'
import { DEFAULT_SOCKET_LIMITS, type SocketNeeds } from './socket-state.ts'
import { takeUpgrade, type Accepted } from './take-upgrade.ts'

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
  const book = createMemberBook(limits, needs.clock)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })
  const draining = new AbortController()
  const isFull = (): boolean => draining.signal.aborted || sessions.size >= limits.sockets

  const { gate } = needs
  const fromToken: SocketNeeds['fromToken'] = (token) =>
    gate ? gate.run({ kind: 'socket hello', rank: 'page' }, () => needs.fromToken(token)) : needs.fromToken(token)

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    void takeUpgrade({ needs, request, socket, isFull }).then((accepted) => {
      if (!accepted) return
      sockets.handleUpgrade(request, socket, head, (webSocket) => addSession(webSocket, accepted))
    })
  }

  function addSession(webSocket: WebSocket, accepted: Accepted): void {
    const session = createSocketSession({ ...needs, fromToken, limits, webSocket, ...accepted, book })
    sessions.add(session)
    needs.metrics?.sockets.set(sessions.size)
    webSocket.once('close', () => {
      sessions.delete(session)
      needs.metrics?.sockets.set(sessions.size)
    })
    session.begin(accepted.principal === null && countStrangers(sessions) > limits.strangers)
  }

  needs.server.on('upgrade', onUpgrade)
  void everySecond(needs.clock, draining.signal, () => {
    for (const session of sessions) session.tick()
    book.sweep()
  })
  return {
    connections: () => sessions.size,
    async drain() {
      draining.abort()
      for (const session of sessions) session.drain(Math.round(Math.random() * RECONNECT_SPREAD_MS))
      await waitUntil(() => sessions.size === 0, needs.clock)
      for (const session of sessions) session.terminate()
      needs.server.off('upgrade', onUpgrade)
    },
  }
}

/** One timer for all connections. */
async function everySecond(clock: Clock, over: AbortSignal, tick: () => void): Promise<void> {
  while (!over.aborted) {
    // Its early end is the end of all.
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(TICK_MS, over).catch(() => undefined)
    if (!over.aborted) tick()
  }
}

function countStrangers(sessions: ReadonlySet<SocketSession>): number {
  let count = 0
  for (const session of sessions) if (session.isStranger()) count += 1
  return count
}

async function waitUntil(isTrue: () => boolean, clock: Clock): Promise<void> {
  const until = clock.monotonicMs() + CLOSE_GRACE_MS
  while (!isTrue() && clock.monotonicMs() < until) {
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(20)
  }
}
