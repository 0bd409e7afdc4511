import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createEncryptedServer } from 'node:https'
import type { SecureContextOptions, TLSSocket } from 'node:tls'

const LIMITS: ServerOptions = {
  requestTimeout: 600_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  // Node looks for late headers only so often, and by default twice a minute.
  connectionsCheckingInterval: 2000,
}
/** Who says nothing for so long does not want to speak TLS. */
const HANDSHAKE_LIMIT_MS = 10_000

type ListenerTls = SecureContextOptions & {
  /** How long who connects may take to agree on TLS, in milliseconds. */
  readonly handshakeTimeout?: number
}

/** What listens for requests, in the clear or encrypted, with the same limits. */
export function createListener(handler: RequestListener, tls?: ListenerTls): Server {
  if (!tls) return createServer(LIMITS, handler)
  const server = createEncryptedServer({ ...LIMITS, handshakeTimeout: HANDSHAKE_LIMIT_MS, ...tls }, handler)
  // Node takes these for requests that are malformed. An answer written before TLS was agreed on never leaves, and its connection
  // would stay open for ever, also past the end of the server.
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy())
  return server
}
