import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** True for an address that is not plainly public: private, loopback, link-local, reserved, or IPv6 that wraps an IPv4 one. */
export function isInsideAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return true
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv6' && isWrappingPrefix(parsed.toNormalizedString())) return true
  return parsed.range() !== 'unicast'
}

/** IPv4-compatible, NAT64, 6to4 and Teredo: an IPv4 address of any kind may hide inside. */
function isWrappingPrefix(normalised: string): boolean {
  return /^(0:0:0:0:0:0:|64:ff9b:|2002:|2001:0:)/.test(normalised)
}

/** Hosts that may be reached although they lie inside, as `host` or `host:port`. */
export function createAllowList(entries: readonly string[]): (hostname: string, port: string) => boolean {
  const allowed = new Set(entries.map((entry) => entry.toLowerCase()))
  return (hostname, port) => {
    const host = hostname.toLowerCase()
    return allowed.has(host) || allowed.has(`${host}:${port}`)
  }
}

/** The bare host of a URL's hostname: no brackets. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

export function isAddress(host: string): boolean {
  return isIP(host) !== 0
}

/** `host:port`, the port written out also where the scheme implies it. */
export function hostWithPort(address: string): string {
  const url = new URL(address)
  return `${url.hostname.replace(/^\[|\]$/g, '')}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}
