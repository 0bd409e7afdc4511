import type { IncomingHttpHeaders } from 'node:http'
import type { SecureContextOptions } from 'node:tls'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { SophiaError } from '#domain/errors.ts'
import type { Answered } from '#domain/objectives/judge.ts'
import { can, type Principal } from '#domain/permission.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import type { Log } from '#platform/log/log.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import type { Tracing } from '#platform/tracing/tracing.ts'
import type { AdmissionGate } from './admission-gate.ts'
import type { AnswerCache } from './answer-cache.ts'
import { parseBody, parseJsonText, uploadOf } from './body.ts'
import { toSerializerSchema } from './json-schema.ts'
import { answerError } from './answer-error.ts'
import { createListener } from './create-listener.ts'
import { ROUTER_OPTIONS } from './find-route.ts'
import { unlessOutage } from './outage.ts'
import { placeOfRoute } from './place-of-route.ts'
import { refuseConnection } from './refuse-connection.ts'
import type { Route, RouteInput } from './route.ts'
import { createEarlyRefusal } from './refuse-early.ts'
import { securityHeaders } from './security-headers.ts'
import { correlationIdOf, createRequestTraces, type RequestTraces } from './trace-request.ts'

/** Who asks, as far as limits are concerned. */
export interface Caller {
  readonly principal: Principal | null
  readonly address: string
}

export interface ServerNeeds {
  readonly routes: readonly Route[]
  readonly log: Log
  readonly metrics: Metrics
  /** null: no credentials, or none that hold. */
  readonly authenticate: (headers: IncomingHttpHeaders) => Promise<Principal | null>
  /** Throws ORIGIN_REFUSED when a cookie comes with another site's request. */
  readonly checkOrigin: (request: { method: string; headers: IncomingHttpHeaders }) => void
  /** Throws ORIGIN_REFUSED for a request under a name that is not ours; of the web app's pages, too. */
  readonly checkHost?: (request: { path: string; headers: IncomingHttpHeaders }) => void
  /** People come over TLS: browsers are told to insist on it. */
  readonly isSecure?: boolean
  /** Throws RATE_LIMITED. */
  readonly admit: (caller: Caller) => void
  /** Told of each answer to somebody who came with credentials, by which the service is measured. */
  readonly onAnswered?: (answered: Answered) => void
  /** Without it requests have no traces. */
  readonly tracing?: Tracing
  /** Keeps more from being begun than can be done. */
  readonly gate?: AdmissionGate
  /** Keeps answers of the routes that say how; without it each is made anew. */
  readonly answers?: AnswerCache
  readonly trustedProxies: readonly string[]
  /** Throws STORAGE_FULL while nothing new is stored. */
  readonly requireRoom?: () => void
  /** What to speak TLS with; without it plain HTTP. */
  readonly tls?: SecureContextOptions
  /** The process is on its way out: no connection is kept for a next request. */
  readonly isLeaving?: () => boolean
  /** Aborted while the database is away: then every route but the public ones answers at once. */
  readonly outage?: () => AbortSignal
}

const JSON_LIMIT_BYTES = 1024 * 1024

/** The HTTP door, not yet listening: tests use `inject`. Every route is registered from its data, none by hand. */
export function createServer(needs: ServerNeeds): FastifyInstance {
  const traces = createRequestTraces(needs.tracing)
  const refuse = needs.gate && createEarlyRefusal({ ...needs, gate: needs.gate })
  const server = fastify({
    logger: false,
    bodyLimit: JSON_LIMIT_BYTES,
    trustProxy: needs.trustedProxies.length > 0 ? [...needs.trustedProxies] : false,
    serverFactory: (handler) =>
      createListener((request, response) => {
        if (!refuse?.(request, response)) handler(request, response)
      }, needs.tls),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => refuseConnection(error, socket),
    // Faults found before any hook ran, such as an address that cannot be decoded.
    frameworkErrors: (error, request, reply) => {
      markAnswer(needs, request, reply)
      answerError({ error, request, reply, log: needs.log, ids: traces.idsOf(request) })
    },
    genReqId: correlationIdOf,
    routerOptions: ROUTER_OPTIONS,
  })
  // Nobody may reach a schema check that is not ours: parsing is done by the contract's own shapes.
  server.setValidatorCompiler(() => () => true)
  server.addHook('onRequest', (request, reply, done) => {
    markAnswer(needs, request, reply)
    withCorrelation(traces.begin(request), done)
  })
  // A hook, not a part of authorise: it guards the web app's pages, too.
  server.addHook('onRequest', async (request) => needs.checkHost?.({ path: pathOf(request), headers: request.headers }))
  const places = new Map(needs.routes.map((route) => [`${route.method} ${route.path}`, isLongOf(route)]))
  server.addHook('onResponse', (request, reply, done) => {
    observe(needs, traces, { request, reply })
    const isLong = places.get(`${request.method} ${request.routeOptions.url}`)
    if (isLong !== undefined && isLong !== null)
      needs.onAnswered?.({ status: reply.statusCode, ms: reply.elapsedTime, isLong })
    traces.end(request, reply, isLong === undefined || isLong === null ? null : { isLong })
    done()
  })
  addContentTypes(server)
  server.setErrorHandler((error, request, reply) =>
    answerError({ error, request, reply, log: needs.log, ids: traces.idsOf(request) }),
  )
  for (const route of needs.routes) {
    if (route.bodyKind === 'ignored') void server.register(async (scope) => registerIgnoring(scope, route, needs))
    else registerRoute(server, route, needs)
  }
  return server
}

function markAnswer({ isSecure, isLeaving }: ServerNeeds, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-correlation-id', request.id)
  if (isLeaving?.()) void reply.header('connection', 'close')
  void reply.headers(securityHeaders(isSecure))
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/'
}

function addContentTypes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, parseJsonText(String(text)))
    } catch (error) {
      done(error instanceof Error ? error : new SophiaError('INVALID_JSON', { cause: error }), undefined)
    }
  })
  server.addContentTypeParser(
    ['text/csv', 'text/plain', 'application/octet-stream', 'application/vnd.ms-excel'],
    (_request, payload, done) => done(null, payload),
  )
}

const IGNORED_LIMIT_BYTES = 16 * 1024

/** Mail programs post a form of their own to end a subscription; whatever it is, only the address counts. */
function registerIgnoring(scope: FastifyInstance, route: Route, needs: ServerNeeds): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: IGNORED_LIMIT_BYTES }, (_request, _text, done) =>
    done(null, undefined),
  )
  registerRoute(scope, { ...route, bodyLimitBytes: IGNORED_LIMIT_BYTES }, needs)
}

function registerRoute(server: FastifyInstance, route: Route, needs: ServerNeeds): void {
  const status = route.status ?? 200
  const place = placeOfRoute(route)
  const { gate } = needs
  const gated = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (!gate || !place) return work()
    return place.isLong
      ? gate.pass(place.rank, work)
      : gate.run({ kind: `${route.method} ${route.path}`, rank: place.rank }, work)
  }
  server.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyLimitBytes ?? JSON_LIMIT_BYTES,
    schema: route.response ? { response: { [status]: toSerializerSchema(route.response) } } : {},
    handler: async (request, reply) => {
      const work = async (): Promise<unknown> => {
        const principal = await authorise(route, request, needs)
        if (needsRoom(route)) needs.requireRoom?.()
        return handle(route, { request, reply, principal }, needs.answers)
      }
      const result = await unlessOutage(route, needs.outage?.(), () => gated(work))
      if (!route.response) return reply
      if (reply.statusCode === 200) void reply.code(status)
      return reply.send(result)
    },
  })
}

/** Runs the handler, or hands out what it answered before: who may ask was decided above, each time. */
function handle(route: Route, exchange: Exchange, answers: AnswerCache | undefined): Promise<unknown> {
  const { request, reply, principal } = exchange
  const input = inputOf(route, exchange)
  if (!answers || !route.keep || !principal) return route.handle(input)
  const place = [route.method, route.path, input.params ?? null, input.query ?? null]
  const make = async (signal: AbortSignal): Promise<string> => {
    const body = reply.serialize(await route.handle(inputOf(route, exchange, signal)))
    if (typeof body !== 'string') throw new Error(`${route.path} answers something else than JSON and cannot be kept`)
    return body
  }
  const keptIn = route.keepAs ?? 'api-response'
  return answers.answer({ keptIn, place, epochs: route.keep, principal, request, reply, make })
}

/** To remove something is how room is made. */
function needsRoom({ access, method, needsRoom: isTold }: Route): boolean {
  return isTold ?? (access !== 'public' && ['POST', 'PUT', 'PATCH'].includes(method))
}

/** Limits first, then who, then whether they may. Public routes run without a principal. */
async function authorise(route: Route, request: FastifyRequest, needs: ServerNeeds): Promise<Principal | null> {
  needs.checkOrigin({ method: request.method, headers: request.headers })
  if (route.access === 'public') {
    needs.admit({ principal: null, address: request.ip })
    return null
  }
  const principal = await needs.authenticate(request.headers)
  needs.admit({ principal, address: request.ip })
  if (!principal) throw new SophiaError('NOT_SIGNED_IN')
  if (!can(principal, route.access)) throw new SophiaError('NOT_PERMITTED')
  return principal
}

type Answer = { request: FastifyRequest; reply: FastifyReply }
type Exchange = { request: FastifyRequest; reply: FastifyReply; principal: Principal | null }

function inputOf(
  route: Route,
  { request, reply, principal }: Exchange,
  signal?: AbortSignal,
): RouteInput<undefined, undefined, undefined> {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new SophiaError('TURN_CANCELLED'))
  })
  const input = {
    params: parseBody(route.params, request.params, 'path'),
    query: parseBody(route.query, request.query, 'query'),
    body:
      route.bodyKind === 'stream' || route.bodyKind === 'ignored'
        ? undefined
        : parseBody(route.body, request.body, 'body'),
    get upload() {
      return uploadOf(request, route.bodyLimitBytes ?? JSON_LIMIT_BYTES)
    },
    get principal(): Principal {
      if (!principal) throw new Error(`${route.path} is public and has no principal`)
      return principal
    },
    correlationId: request.id,
    signal: signal ?? gone.signal,
    request,
    reply,
  }
  // The shapes were erased when the route became data; each part was parsed just above by the route's own shape.
  return input as unknown as RouteInput<undefined, undefined, undefined>
}

/** Null: public, and measured by the probe. An answer without a shape is a stream or a file, whose length is the reader's. */
function isLongOf(route: Route): boolean | null {
  const place = placeOfRoute(route)
  return place && (place.isLong || !route.response)
}

function observe(needs: ServerNeeds, traces: RequestTraces, { request, reply }: Answer): void {
  const route = request.routeOptions.url ?? 'unknown'
  needs.metrics.httpDuration.observe(
    { method: request.method, route, status: String(reply.statusCode) },
    reply.elapsedTime / 1000,
  )
  const line = {
    'http.request.method': request.method,
    'url.path': pathOf(request),
    'http.route': route,
    'http.response.status_code': reply.statusCode,
    'event.duration_ms': Math.round(reply.elapsedTime * 10) / 10,
    ...traces.idsOf(request),
  }
  // 503 comes by the thousand, and is told by what caused it.
  if (reply.statusCode >= 500 && reply.statusCode !== 503) needs.log.warn(line, 'request failed')
  else needs.log.debug(line, 'request')
}
