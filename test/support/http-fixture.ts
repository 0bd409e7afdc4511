import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { after } from 'node:test'
import pino from 'pino'
import type { Principal } from '#domain/permission.ts'
import { createAuthenticator } from '#http/authenticate.ts'
import type { Route } from '#http/route.ts'
import { createServer, type Caller } from '#http/server.ts'
import type { Access } from '#features/access/index.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import type { Tracing } from '#platform/tracing/tracing.ts'

const PUBLIC_URL = 'http://127.0.0.1:8000'

interface Fixture {
  readonly routes: readonly Route[]
  readonly access: Pick<Access, 'authenticate'>
  readonly admit?: (caller: Caller) => void
  readonly tracing?: Tracing
}

/** The HTTP door over given routes with the real authenticator, for `inject`; what it logs is kept. */
export function openTestServer({ routes, access, admit = () => undefined, tracing }: Fixture) {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const authenticator = createAuthenticator({ access, publicUrl: PUBLIC_URL })
  const server = createServer({
    routes,
    log: pino({ level: 'trace' }, stream),
    metrics: createMetrics(),
    authenticate: (headers): Promise<Principal | null> => authenticator.fromHeaders(headers),
    checkOrigin: authenticator.checkOrigin,
    admit,
    trustedProxies: [],
    ...(tracing ? { tracing } : {}),
  })
  return { server, lines, cookie: authenticator.cookie }
}

/** The same on a loopback port of its own, until the test file ends; answers its address. */
export async function listenOnLoopback({ server }: ReturnType<typeof openTestServer>): Promise<string> {
  await server.listen({ host: '127.0.0.1', port: 0 })
  after(() => server.close())
  // It listens on TCP, so the address has a port.
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
}

/** A stand-in that may be called, read and taken apart without end: for needs that a test never reaches. */
export function createHollow<Needs>(): Needs {
  const hollow: unknown = new Proxy(() => undefined, {
    get: (_target, key) => (key === Symbol.toPrimitive ? () => '' : hollow),
    apply: () => hollow,
  })
  // It answers whatever is asked of it; the tests that use it replace every handler.
  return hollow as Needs
}
