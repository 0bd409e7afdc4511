import type { Server } from 'node:http'
import { createServer as createProbe } from 'node:net'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import type { DiskPressure } from '#features/operations/disk-pressure.ts'
import type { Epochs } from '#platform/cache/data-epochs.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import type { Tracing } from '#platform/tracing/tracing.ts'
import type { Clock } from '#domain/clock.ts'
import type { CertificateKeeper } from '#platform/tls/certificate-keeper.ts'
import { checkOrigin, createAuthenticator, type Authenticator } from './authenticate.ts'
import type { Answered } from '#domain/objectives/judge.ts'
import type { AdmissionGate } from './admission-gate.ts'
import { createAnswerCache } from './answer-cache.ts'
import { checkHost } from './check-host.ts'
import { closeServer } from './close-server.ts'
import { createCredentialWatch, type CredentialWatch } from './credential-watch.ts'
import { followCertificate } from './follow-certificate.ts'
import type { LimitName } from '#domain/rate-limit.ts'
import { createRateLimiter, type RequestLimits } from './rate-limit.ts'
import { allRoutes, type HttpRooms } from './routes/index.ts'
import { openApiRoute } from './routes/openapi-route.ts'
import { createServer } from './server.ts'
import { createStreamBook } from './stream/stream-book.ts'
import { openSocketDoor } from './socket/socket-door.ts'
import type { SocketTopics } from './socket/socket-topics.ts'
import { addWebApp } from './static-web.ts'

export interface HttpSettings {
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  readonly trustedProxies: readonly string[]
  /** Of the built web app. */
  readonly webFolder: string
  readonly version: string
}

interface HttpOpening {
  readonly rooms: Omit<HttpRooms, 'cookie' | 'credentials' | 'streams'> & {
    readonly epochs: Epochs
    readonly disk: Pick<DiskPressure, 'requireRoom'>
  }
  readonly settings: HttpSettings
  readonly log: Log
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly clock: Clock
  readonly requestLimits?: RequestLimits
  readonly gate: AdmissionGate
  /** null: she listens in the clear. */
  readonly certificate: Pick<CertificateKeeper, 'options' | 'onRenewed'> | null
  /** Told of each answer by which the service is measured. */
  readonly onAnswered: (answered: Answered) => void
  /** What becomes of a rate a second just now, by the business calendar. */
  readonly rateNow?: (limit: LimitName, ratePerSecond: number) => number
}

export interface HttpDoor {
  /** Stops taking connections, lets requests end, tells sockets to come back elsewhere. */
  close(): Promise<void>
}

/** Opens the HTTP door and listens. Throws PORT_IN_USE. */
export async function openHttp(opening: HttpOpening): Promise<HttpDoor> {
  const { rooms, settings, log, metrics, clock, requestLimits, gate, onAnswered, rateNow, certificate } = opening
  const authenticator = createAuthenticator({ access: rooms.access, publicUrl: settings.publicUrl })
  const limiter = createRateLimiter({
    clock,
    onLimited: (limit) => metrics.rateLimited.inc({ limit }),
    rateNow,
    ...(requestLimits ? { limits: requestLimits } : {}),
  })
  const { cookie } = authenticator
  const credentials = createCredentialWatch({ check: rooms.access.checkCredentials, clock, log })
  rooms.access.onPeopleChanged(credentials.lookNow)
  const described = allRoutes({ ...rooms, cookie, credentials, streams: createStreamBook() })
  const routes = [...described, openApiRoute(described, settings.version)]
  const server = createServer({
    routes,
    log,
    metrics,
    tracing: opening.tracing,
    authenticate: (headers) => authenticator.fromHeaders(headers),
    checkOrigin: (request) => authenticator.checkOrigin(request),
    checkHost: (request) => checkHost({ ...request, publicUrl: settings.publicUrl }),
    isSecure: settings.publicUrl.startsWith('https://'),
    admit: (caller) => limiter.admit(caller),
    gate,
    onAnswered,
    answers: createAnswerCache({ ...rooms, clock, version: settings.version }),
    trustedProxies: settings.trustedProxies,
    ...(certificate ? { tls: certificate.options() } : {}),
    outage: () => rooms.health.outage(),
    isLeaving: () => rooms.health.isDraining(),
    requireRoom: rooms.disk.requireRoom,
  })
  await addWebApp(server, { folder: settings.webFolder, routes })
  await server.listen({ host: settings.host, port: settings.port }).catch((error: Error) => {
    throw explain(error, settings)
  })
  followCertificate(server.server, certificate)
  const sockets = openSockets({ ...opening, server: server.server, credentials, authenticator })
  return {
    close: async () => {
      await sockets.drain()
      await closeServer(server, clock)
      await credentials.close()
    },
  }
}

type SocketParts = Pick<HttpOpening, 'rooms' | 'settings' | 'clock' | 'log' | 'metrics' | 'gate'> & {
  readonly server: Server
  readonly credentials: CredentialWatch
  readonly authenticator: Authenticator
}

function openSockets(parts: SocketParts): ReturnType<typeof openSocketDoor> {
  const { rooms, authenticator, clock } = parts
  const { publicUrl } = parts.settings
  return openSocketDoor({
    ...parts,
    conversations: rooms.conversations,
    requireRoom: rooms.disk.requireRoom,
    outage: () => rooms.health.outage(),
    topics: socketTopics(rooms, clock),
    fromHeaders: (headers) => authenticator.fromHeaders(headers),
    fromToken: (token) => authenticator.fromToken(token),
    checkOrigin: (headers) => {
      checkHost({ path: '/api/ws', headers, publicUrl })
      checkOrigin({ method: 'GET', headers, publicUrl, isUpgrade: true })
    },
  })
}

/** What sockets may listen to, and what it takes. */
function socketTopics({ conversations, tools, health, watch }: HttpOpening['rooms'], clock: Clock): SocketTopics {
  return {
    conversations: {
      action: 'conversation:use',
      hear: ({ memberId }, tell) => conversations.onChange(memberId, tell),
      missed: () => ({ conversationId: null }),
    },
    'mcp-status': {
      action: 'mcp:read',
      hear: (_principal, tell) => tools.onEvent(({ event }) => tell(event)),
      missed: () => ({ type: 'servers-changed', at: clock.now().toISOString() }),
    },
    // As at GET /health, which anybody may read: once at the beginning, then whenever a state has become another.
    health: {
      action: 'self:read',
      hear(_principal, tell) {
        const tellNow = (): void => tell(health.snapshot())
        tellNow()
        return health.onChange(tellNow)
      },
    },
    // Heard at this process within its next round, so five seconds after one of all has judged.
    alerts: { action: 'watch:read', hear: (_principal, tell) => watch.hearAlerts(tell) },
  }
}

function explain(error: Error, { host, port }: Pick<HttpSettings, 'host' | 'port'>): Error {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new SophiaError('PORT_IN_USE', {
      detail: `Port ${port} on ${host} is taken by another program. Set SOPHIA_PORT to a free one.`,
      cause: error,
    })
  }
  if (code === 'EACCES') {
    return new SophiaError('PORT_IN_USE', {
      detail: `Port ${port} needs rights this user does not have. Set SOPHIA_PORT to one above 1023.`,
      cause: error,
    })
  }
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL') {
    return new SophiaError('CONFIG_NOT_VALID', {
      detail: `${host} is no address of this machine. Set SOPHIA_HOST to one that is, such as 127.0.0.1.`,
      cause: error,
    })
  }
  return error
}

/**
 * The port to use: the one that was set, or a free one when that is 0. Links must name it before the door opens, and a
 * port that is taken is told before a database is started for nothing. Throws PORT_IN_USE.
 */
export function choosePort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createProbe()
    probe.once('error', (error) => reject(explain(error, { host, port })))
    probe.listen(port, host, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}
