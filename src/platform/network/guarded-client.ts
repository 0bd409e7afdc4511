import { lookup as resolveHost } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { Agent, buildConnector, fetch as undiciFetch, request } from 'undici'
import { SophiaError } from '#domain/errors.ts'
import { bareHost, createAllowList, isAddress, isInsideAddress } from './address-guard.ts'
import { createExchange } from './exchange.ts'

export interface GuardedClient {
  /** As the platform's fetch; never follows a redirect by itself. Throws ADDRESS_REFUSED (as cause of the fetch error). */
  readonly fetch: typeof fetch
  /** The same for many short questions and whole answers of at most so many bytes; see `createExchange`. */
  exchange(limitBytes: number): typeof fetch
  close(): Promise<void>
}

interface GuardedClientSettings {
  /** `host` or `host:port` that may lie inside private ranges. */
  readonly allowPrivate: readonly string[]
  readonly connectTimeoutMs?: number
  /** In PEM form: over TLS whoever holds this certificate is the right one, under whatever name, and nobody else is. */
  readonly pinned?: string | null
}

/**
 * The only way out over HTTP. An address is checked three times: as written in the URL, as resolved, and as connected, so
 * that odd notations, IPv6 wrappings, redirects and DNS rebinding all end at the same wall.
 */
export function createGuardedClient(settings: GuardedClientSettings): GuardedClient {
  const isAllowed = createAllowList(settings.allowPrivate)
  const timeout = settings.connectTimeoutMs ?? 5000
  const trust = settings.pinned ? trustOnly(settings.pinned) : {}
  const open = buildConnector({ timeout, ...trust })
  const guarded = buildConnector({ timeout, lookup: guardedLookup, ...trust })
  const agent = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, done) => {
      const host = bareHost(options.hostname)
      const port = options.port || (options.protocol === 'https:' ? '443' : '80')
      if (isAllowed(host, port)) return open(options, done)
      if (isAddress(host) && isInsideAddress(host)) return done(refusal(host), null)
      return guarded(options, (error, socket) => {
        if (error || !socket) return done(error ?? new Error('no socket'), null)
        const remote = socket.remoteAddress
        if (remote !== undefined && !isInsideAddress(remote)) return done(null, socket)
        socket.destroy()
        return done(refusal(host), null)
      })
    },
  })
  const send: typeof undiciFetch = (input, init) =>
    undiciFetch(input, { redirect: 'manual', ...init, dispatcher: agent })
  // undici's fetch and the global one are the same specification typed twice.
  const own = send as unknown as typeof fetch
  return {
    fetch: own,
    exchange: (limitBytes) =>
      createExchange({ fetch: own, send: (url, sent) => request(url, { ...sent, dispatcher: agent }), limitBytes }),
    close: () => agent.destroy(),
  }
}

/** The certificate is the whole of the trust: no authority beside it, and its name says nothing more. */
function trustOnly(
  certificate: string,
): Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'checkServerIdentity'> {
  return { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined }
}

const guardedLookup: LookupFunction = (host, options, done) => {
  resolveHost(host, { ...options, all: true, verbatim: true }, (error, found) => {
    if (error) return done(error, [])
    if (found.some(({ address }) => isInsideAddress(address))) return done(refusal(host), [])
    const [first] = found
    return options.all || !first ? done(null, found) : done(null, first.address, first.family)
  })
}

function refusal(host: string): SophiaError {
  return new SophiaError('ADDRESS_REFUSED', {
    detail: `${host} lies inside a private network. Name it in SOPHIA_ALLOW_PRIVATE_NETWORK if Sophia may call it.`,
  })
}
