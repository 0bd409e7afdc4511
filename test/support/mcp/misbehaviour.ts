import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { fieldsOf, rpcError, sendJson, type Asked } from './exchange.ts'
import type { FAULTS, FaultName } from './faults.ts'

/** One request that a fault has struck. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly asked: Asked
  /** How many requests this fault has struck, with this one. */
  readonly turn: number
  readonly timeoutMs: number
  readonly dribbleMs: number
  readonly decoyUrl: string
  readonly isSessionKnown: boolean
  /** Lets the server do its work, and gives what it would have answered. */
  run(): Promise<Response>
  /** Lets the server answer as if nothing was wrong. */
  pass(): Promise<void>
}

type Misbehave = (exchange: Exchange) => void | Promise<void>

type WireFault = {
  [Name in FaultName]: (typeof FAULTS)[Name]['at'] extends 'request' | 'answer' ? Name : never
}[FaultName]

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const JSON_BODY = { 'content-type': 'application/json' }
const EVENTS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }
const ALIEN_VERSION = '2031-01-01'
const COMMENT_EVERY_MS = 50
const UNPACKED_BYTES = 50 * 1_048_576

/** Null for a fault that no request meets, such as a closed port. */
export function misbehaviourOf(name: FaultName): Misbehave | null {
  const known: Partial<Record<FaultName, Misbehave>> = MISBEHAVIOURS
  return known[name] ?? null
}

const MISBEHAVIOURS: Readonly<Record<WireFault, Misbehave>> = {
  'reset-connection': ({ request }) => void request.socket.resetAndDestroy(),
  hang: () => undefined,
  'slow-headers': async ({ timeoutMs, pass }) => {
    await delay(3 * timeoutMs)
    await pass()
  },
  'html-page': ({ response }) => void response.writeHead(200, HTML).end('<!doctype html><title>Sign in</title>'),
  'empty-body': ({ response }) => void response.writeHead(200, JSON_BODY).end(),
  'invalid-json': ({ response }) => void response.writeHead(200, JSON_BODY).end('{"jsonrpc": oops'),
  'not-json-rpc': ({ response }) => sendJson(response, { status: 200, body: { ok: true } }),
  'rpc-error': forRequests(({ response, asked }) => {
    sendJson(response, { status: 200, body: rpcError(asked.id, -32_603, 'Internal error, by the test') })
  }),
  'ping-unknown': async ({ response, asked, pass }) => {
    if (asked.method !== 'ping') return pass()
    sendJson(response, { status: 200, body: rpcError(asked.id, -32_601, 'Method not found') })
  },
  'http-500': ({ response }) => sendJson(response, { status: 500, body: { error: 'out of order' } }),
  'http-502-html': ({ response }) => void response.writeHead(502, HTML).end('<h1>502 Bad Gateway</h1>'),
  'http-503-retry-after': refuse(503, { 'retry-after': '2' }),
  'http-429-retry-after': refuse(429, { 'retry-after': '2' }),
  'http-401': ({ request, response }) => {
    const metadata = `http://${request.headers.host ?? ''}/.well-known/oauth-protected-resource/mcp`
    refuse(401, { 'www-authenticate': `Bearer error="invalid_token", resource_metadata="${metadata}"` })({ response })
  },
  'http-403': refuse(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="crm.read"' }),
  'http-404': refuse(404),
  'post-405': async ({ request, response, pass }) => {
    if (request.method !== 'POST') return pass()
    refuse(405, { allow: 'GET' })({ response })
  },
  // Nothing to do per request: the sessions were forgotten when the fault was switched on, and an unknown one is a 404.
  'session-lost': ({ pass }) => pass(),
  'session-missing-400': async ({ response, asked, isSessionKnown, pass }) => {
    if (isSessionKnown) return pass()
    sendJson(response, { status: 400, body: rpcError(asked.id, -32_000, 'Bad Request: Missing session ID') })
  },
  'unknown-version': forRequests(offerAlienVersion),
  'redirect-elsewhere': ({ response, decoyUrl }) => void response.writeHead(307, { location: decoyUrl }).end(),
  'redirect-loop': ({ request, response }) => void response.writeHead(307, { location: request.url ?? '/' }).end(),
  'comments-only': async ({ response }) => {
    response.writeHead(200, EVENTS)
    while (!response.destroyed) {
      response.write(': still here\n\n')
      await delay(COMMENT_EVERY_MS)
    }
  },
  'gzip-bomb': ({ response }) => {
    response
      .writeHead(200, { ...JSON_BODY, 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(UNPACKED_BYTES, ' ')))
  },
  flapping: ({ response, turn, pass }) => (turn % 2 === 1 ? pass() : refuse(500)({ response })),
  'wrong-id': spoil(({ response, headers, message }) => {
    sendJson(response, { status: 200, headers, body: { ...fieldsOf(message), id: 987_654 } })
  }),
  'truncated-json': spoil(({ response, headers, text }) => {
    response.writeHead(200, { ...headers, ...JSON_BODY }).end(text.slice(0, text.length / 2))
  }),
  'cut-body': spoil(({ response, headers, text }) => {
    response.writeHead(200, { ...headers, ...JSON_BODY, 'content-length': Buffer.byteLength(text) })
    response.write(text.slice(0, text.length / 2), () => response.destroy())
  }),
  'lost-answer': spoil(({ response }) => void response.destroy()),
  'cut-stream': spoil(({ response, headers }) => {
    response.writeHead(200, { ...headers, ...EVENTS })
    response.write(': the answer is near\n\n', () => response.destroy())
  }),
  'headers-only': spoil(({ response, headers }) =>
    response.writeHead(200, { ...headers, ...JSON_BODY }).flushHeaders(),
  ),
  'late-answer': spoil(async ({ response, headers, text, timeoutMs }) => {
    response.writeHead(200, { ...headers, ...EVENTS }).flushHeaders()
    await delay(3 * timeoutMs)
    response.end(`event: message\ndata: ${text}\n\n`)
  }),
  dribble: spoil(async ({ response, headers, text, dribbleMs }) => {
    response.writeHead(200, { ...headers, ...JSON_BODY, 'content-length': Buffer.byteLength(text) })
    for (const byte of Buffer.from(text)) {
      if (response.destroyed) return
      response.write(Buffer.from([byte]))
      await delay(dribbleMs)
    }
    response.end()
  }),
  'wrong-content-type': spoil(({ response, headers, text }) => {
    response.writeHead(200, { ...headers, 'content-type': 'text/plain' }).end(text)
  }),
}

function refuse(status: number, headers: Record<string, string> = {}) {
  return ({ response }: Pick<Exchange, 'response'>): void =>
    sendJson(response, { status, headers, body: { error: `status ${status}, by the test` } })
}

/** Only what waits for an answer can be answered wrongly; the rest goes through. */
function forRequests(misbehave: Misbehave): Misbehave {
  return (exchange) => (exchange.asked.id === undefined ? exchange.pass() : misbehave(exchange))
}

interface Spoiled extends Exchange {
  /** The message the server would have answered, as JSON text and parsed. */
  readonly text: string
  readonly message: unknown
  /** The session id of an initialize, so that the session works once the fault is over. */
  readonly headers: Readonly<Record<string, string>>
}

function spoil(misbehave: (spoiled: Spoiled) => void | Promise<void>): Misbehave {
  return forRequests(async (exchange) => {
    const answer = await exchange.run()
    const body = await answer.text()
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false
    const text = isStream
      ? (body
          .split('\n')
          .findLast((line) => line.startsWith('data: '))
          ?.slice(6) ?? '')
      : body
    const session = answer.headers.get('mcp-session-id')
    const headers = session === null ? {} : { 'mcp-session-id': session }
    await misbehave({ ...exchange, text, message: JSON.parse(text), headers })
  })
}

async function offerAlienVersion(exchange: Exchange): Promise<void> {
  const { request, response, asked } = exchange
  if (asked.method === 'initialize')
    return spoil(({ headers, message }) => {
      const result = { ...fieldsOf(fieldsOf(message)['result']), protocolVersion: ALIEN_VERSION }
      sendJson(response, { status: 200, headers, body: { ...fieldsOf(message), result } })
    })(exchange)
  const requested = request.headers['mcp-protocol-version'] ?? 'none'
  const error = {
    code: -32_022,
    message: 'Unsupported protocol version',
    data: { supported: [ALIEN_VERSION], requested },
  }
  sendJson(response, { status: 400, body: { jsonrpc: '2.0', id: asked.id, error } })
}
