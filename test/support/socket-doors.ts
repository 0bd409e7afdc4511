import type { AddressInfo } from 'node:net'
import pino from 'pino'
import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import { checkOrigin } from '#http/authenticate.ts'
import { createCredentialWatch } from '#http/credential-watch.ts'
import { conversationRoutes } from '#http/routes/conversation-routes.ts'
import { createServer } from '#http/server.ts'
import { openSocketDoor, type SocketLimits } from '#http/socket/socket-door.ts'
import type { SocketNeeds } from '#http/socket/socket-state.ts'
import type { TopicSource } from '#http/socket/socket-topics.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { chainOf, createShiftedClock, openConversationHouse, sayInPieces } from './conversation-house.ts'
import { openTestSocket } from './test-socket.ts'

const PUBLIC_URL = 'http://sophia.test'

const QUIET: TopicSource = { action: 'self:read', hear: () => () => undefined }

/** Topics on which nothing is ever told. */
export const QUIET_TOPICS = { conversations: QUIET, 'mcp-status': QUIET, health: QUIET, alerts: QUIET }

interface DoorOptions {
  readonly database: Database
  /** By the token with which each comes in; what is taken away ends, what is put in its place holds. */
  readonly tokens: Map<string, Principal>
  readonly answer?: string
  readonly clock?: Clock
  readonly limits?: Partial<SocketLimits>
  readonly needs?: Partial<SocketNeeds>
}

/** A listening server with both doors, over conversations with a scripted model. Credentials are looked at every 0.2 s. */
export async function openSocketDoors(t: { after(work: () => Promise<void>): void }, options: DoorOptions) {
  const { database, tokens, answer = '', clock = createShiftedClock() } = options
  const log = pino({ level: 'silent' })
  const find = (token: string | undefined): Promise<Principal | null> =>
    Promise.resolve(tokens.get(token ?? '') ?? null)
  const members = [...new Set(tokens.values())]
  const house = openConversationHouse({
    database,
    chain: chainOf(sayInPieces(answer, { size: 9, pauseMs: 15 })),
    members,
  })
  await house.start()
  const credentials = createCredentialWatch({
    check: async (held) => otherwise(tokens, held),
    clock,
    log,
    everyMs: 200,
  })
  const drain = new AbortController()
  const server = createServer({
    routes: conversationRoutes({ conversations: house, log, drainSignal: drain.signal, heartbeatMs: 100, credentials }),
    log,
    metrics: createMetrics(),
    authenticate: (headers) => find(headers.authorization?.slice(7)),
    checkOrigin: () => undefined,
    admit: () => undefined,
    trustedProxies: [],
  })
  const door = openSocketDoor({
    server: server.server,
    conversations: house,
    topics: {
      ...QUIET_TOPICS,
      conversations: { action: 'conversation:use', hear: (one, tell) => house.onChange(one.memberId, tell) },
    },
    clock,
    log,
    credentials,
    fromHeaders: (headers) => find(/sophia=(\w+)/.exec(headers.cookie ?? '')?.[1]),
    fromToken: find,
    checkOrigin: (headers) => checkOrigin({ method: 'GET', headers, publicUrl: PUBLIC_URL, isUpgrade: true }),
    ...options.needs,
    limits: options.limits ?? {},
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  // It listens on TCP, so the address has a port.
  const origin = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  t.after(async () => {
    drain.abort()
    await Promise.all([door.drain(), credentials.close()])
    await server.close()
    await house.drain(0)
  })
  /** A socket with the member's cookie, or of a stranger. */
  const connect = (token?: string) =>
    openTestSocket(origin, token === undefined ? {} : { cookie: `sophia=${token}`, origin: PUBLIC_URL })
  return { house, door, drain, credentials, origin, connect, server: server.server }
}

/** What the database would say of held credentials. */
function otherwise(tokens: ReadonlyMap<string, Principal>, held: readonly Principal[]): Map<string, Principal | null> {
  const present = new Map([...tokens.values()].map((one) => [one.credential.id, one]))
  return new Map(
    held.flatMap((one) => {
      const now = present.get(one.credential.id) ?? null
      return now?.role === one.role ? [] : [[one.credential.id, now] as const]
    }),
  )
}
