import type { IncomingHttpHeaders } from 'node:http'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Access } from '#features/access/index.ts'

export interface AuthenticatorNeeds {
  readonly access: Pick<Access, 'authenticate'>
  /** The address people use; https means that cookies are for TLS only. */
  readonly publicUrl: string
}

/** What of a request's headers says who asks. */
export type CredentialHeaders = Pick<IncomingHttpHeaders, 'cookie' | 'authorization'>

const COOKIE_DAYS = 30
const SECONDS_PER_DAY = 86_400

/** Turns what a request carries into a principal; the same for HTTP requests and for sockets. */
export function createAuthenticator({ access, publicUrl }: AuthenticatorNeeds) {
  const cookie = createSessionCookie(publicUrl)
  const fromHeaders = async (headers: CredentialHeaders): Promise<Principal | null> => {
    const bearer = readBearer(headers)
    if (bearer !== undefined) return access.authenticate({ kind: 'key', token: bearer })
    const token = cookie.read(headers)
    return token === undefined ? null : access.authenticate({ kind: 'session', token })
  }
  return {
    /** null: no credentials, or none that hold. A bearer token decides alone, even beside a good cookie. */
    fromHeaders,
    /** For the first frame of a socket: a key, or a session's token from a client that keeps no cookies. */
    fromToken: (token: string): Promise<Principal | null> =>
      access.authenticate({ kind: token.startsWith('sk-') ? 'key' : 'session', token }),
    checkOrigin: (request: { method: string; headers: IncomingHttpHeaders }) => checkOrigin({ ...request, publicUrl }),
    cookie,
  }
}

export type Authenticator = ReturnType<typeof createAuthenticator>

/** The cookie that holds a session: `__Host-sophia` over TLS, `sophia` on plain HTTP where browsers refuse that prefix. */
export function createSessionCookie(publicUrl: string) {
  const isSecure = publicUrl.startsWith('https://')
  const name = isSecure ? '__Host-sophia' : 'sophia'
  const rest = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  return {
    name,
    read: (headers: Pick<IncomingHttpHeaders, 'cookie'>): string | undefined => readCookie(headers.cookie, name),
    /** The value of a Set-Cookie header. */
    write: (token: string): string => `${name}=${token}; Max-Age=${COOKIE_DAYS * SECONDS_PER_DAY}; ${rest}`,
    clear: (): string => `${name}=; Max-Age=0; ${rest}`,
  }
}

export type SessionCookie = ReturnType<typeof createSessionCookie>

interface OriginRequest {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly publicUrl: string
  /** A socket's upgrade: browsers always name the origin of one, and it is checked although it is a GET. */
  readonly isUpgrade?: boolean
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses (ORIGIN_REFUSED) what another site made a browser send. Every current browser sends Origin or Sec-Fetch-Site
 * with such a request; one with neither comes from a program, which holds no victim's cookie. Bearer tokens are never
 * sent by a browser on its own and need no check.
 */
export function checkOrigin({ method, headers, publicUrl, isUpgrade = false }: OriginRequest): void {
  if (SAFE_METHODS.has(method) && !isUpgrade) return
  if (readBearer(headers) !== undefined) return
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined) {
    if (!isOwnOrigin(origin, headers.host, publicUrl)) throw new SophiaError('ORIGIN_REFUSED')
    return
  }
  if (isUpgrade && headers.cookie !== undefined) throw new SophiaError('ORIGIN_REFUSED')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new SophiaError('ORIGIN_REFUSED')
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false
  const given = new URL(origin)
  if (given.protocol !== 'http:' && given.protocol !== 'https:') return false
  return given.origin === new URL(publicUrl).origin || (host !== undefined && given.host === host.toLowerCase())
}

/** The token of `Authorization: Bearer ...`; any other use of that header is a token that cannot hold. */
function readBearer({ authorization }: CredentialHeaders): string | undefined {
  if (authorization === undefined) return undefined
  return /^bearer /i.test(authorization.slice(0, 7)) ? authorization.slice(7).trim() : ''
}

/** The first cookie of that name. */
function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}
