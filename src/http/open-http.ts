import { createServer as createProbe } from 'node:net'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import type { Epochs } from '#platform/cache/data-epochs.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import type { Clock } from '#domain/clock.ts'
import { checkOrigin, createAuthenticator } from './authenticate.ts'
import type { AdmissionGate } from './admission-gate.ts'
import { createAnswerCache } from './answer-cache.ts'
import { checkHost } from './check-host.ts'
import { createRateLimiter, type LimitName, type RequestLimits } from './rate-limit.ts'
import { allRoutes, type HttpRooms } from './routes/index.ts'
import { openApiRoute } from './routes/openapi-route.ts'
import { createServer } from './server.ts'
import { openSocketDoor } from './socket/socket-door.ts'
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
  readonly rooms: Omit<HttpRooms, 'cookie' | 'isWelcome'> & { readonly epochs: Epochs }
  readonly settings: HttpSettings
  readonly log: Log
  readonly metrics: Metrics
  readonly clock: Clock
  readonly requestLimits?: RequestLimits
  readonly gate: AdmissionGate
  /** What becomes of a rate a second just now, by the business calendar. */
  readonly rateNow?: (limit: LimitName, ratePerSecond: number) => number
}

export interface HttpDoor {
  /** Stops taking connections, lets requests end, tells sockets to come back elsewhere. */
  close(): Promise<void>
}

/** Opens the HTTP door and listens. Throws PORT_IN_USE. */
export async function openHttp({
  rooms,
  settings,
  log,
  metrics,
  clock,
  requestLimits,
  gate,
  rateNow,
}: HttpOpening): Promise<HttpDoor> {
  const authenticator = createAuthenticator({ access: rooms.access, publicUrl: settings.publicUrl })
  const limiter = createRateLimiter({
    clock,
    onLimited: (limit) => metrics.rateLimited.inc({ limit }),
    rateNow,
    ...(requestLimits ? { limits: requestLimits } : {}),
  })
  const { cookie, isWelcome } = authenticator
  const described = allRoutes({ ...rooms, cookie, isWelcome })
  const routes = [...described, openApiRoute(described, settings.version)]
  const server = createServer({
    routes,
    log,
    metrics,
    authenticate: (headers) => authenticator.fromHeaders(headers),
    checkOrigin: (request) => authenticator.checkOrigin(request),
    checkHost: (request) => checkHost({ ...request, publicUrl: settings.publicUrl }),
    isSecure: settings.publicUrl.startsWith('https://'),
    admit: (caller) => limiter.admit(caller),
    gate,
    answers: createAnswerCache({ ...rooms, clock, version: settings.version }),
    trustedProxies: settings.trustedProxies,
    outage: () => rooms.health.outage(),
  })
  await addWebApp(server, { folder: settings.webFolder, routes })
  await server.listen({ host: settings.host, port: settings.port }).catch((error: Error) => {
    throw explain(error, settings)
  })
  const sockets = openSocketDoor({
    server: server.server,
    conversations: rooms.conversations,
    onServerEvent: (listener) => rooms.tools.onEvent(({ event }) => listener(event)),
    clock,
    log,
    metrics,
    fromHeaders: (headers) => authenticator.fromHeaders(headers),
    fromToken: (token) => authenticator.fromToken(token),
    checkOrigin: (headers) => {
      checkHost({ path: '/api/ws', headers, publicUrl: settings.publicUrl })
      checkOrigin({ method: 'GET', headers, publicUrl: settings.publicUrl, isUpgrade: true })
    },
  })
  return {
    close: async () => {
      await sockets.drain()
      await server.close()
    },
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
