import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { SophiaError } from '#domain/errors.ts'

interface HostRequest {
  /** Without the query. */
  readonly path: string
  readonly headers: Pick<IncomingHttpHeaders, 'host' | 'authorization'>
  readonly publicUrl: string
}

/** Orchestrators ask these under whatever name they have for the process; they say nothing of anybody. */
const PROBES = new Set(['/livez', '/readyz'])
/** Doors that need no credentials, or judge an Authorization header by themselves. */
const OPEN_DOORS = ['/metrics', '/health', '/api/session']

/**
 * Refuses (ORIGIN_REFUSED) a request under a name that is not ours. A page of another site can make its own name point at
 * this machine and then passes for the same origin (DNS rebinding), but it cannot change the name that its browser sends.
 * Ours are loopback names, addresses, and the public address. A program with a key may use any name: no browser holds one.
 */
export function checkHost({ path, headers: { host, authorization }, publicUrl }: HostRequest): void {
  // Only HTTP/1.0 may leave it out, and no browser speaks that.
  if (host === undefined || PROBES.has(path)) return
  const name = nameOf(host)
  if (name !== undefined && (isLocalName(name) || name === nameOf(new URL(publicUrl).host))) return
  if (authorization !== undefined && !OPEN_DOORS.some((door) => path.startsWith(door))) return
  throw new SophiaError('ORIGIN_REFUSED', {
    detail: `Sophia does not answer to this host name. Use ${publicUrl}, or set SOPHIA_PUBLIC_URL to the address people type; a proxy must pass it on as Host.`,
  })
}

/** The host without its port, in lower case; undefined for what is no host. */
function nameOf(host: string): string | undefined {
  const address = `http://${host}`
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(address)) return undefined
  return new URL(address).hostname.replace(/^\[|\]$|\.$/g, '')
}

function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0
}
