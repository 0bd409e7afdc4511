import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import type { CertificateFacts } from '#domain/certificate/judge-certificate.ts'
import type { TlsFacts } from '#domain/doctor/judge-outside.ts'
import { factsOf } from '../tls/read-certificate.ts'
import { isAddress } from './address-guard.ts'
import { startTls, TlsNotOffered, type TlsBeginning } from './start-tls.ts'

export interface TlsPlace {
  /** Without brackets. */
  readonly host: string
  readonly port: number
  readonly beginning: TlsBeginning
  /** Certificates in PEM form that vouch for it; null: the public ones, and NODE_EXTRA_CA_CERTS. */
  readonly ca: string | null
}

/** For connecting and shaking hands, each try. */
const LIMIT_MS = 5000
const OLD_PROTOCOLS: ConnectionOptions = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT:@SECLEVEL=0',
}
const OLD_SUITES: ConnectionOptions = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'kRSA:@SECLEVEL=0' }
const ANY_PROTOCOL: ConnectionOptions = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }

/**
 * Shakes hands as Sophia would, and then in ways that a server should refuse. Sends nothing else. Throws TlsNotOffered, or what the
 * network or the handshake met.
 */
export async function lookAtTls(place: TlsPlace): Promise<TlsFacts> {
  const agreed = await shakeHands(place, {}, read).catch(async (error: unknown) => {
    if (!isRefusal(error)) throw error
    // Perhaps it only speaks what is not spoken any more; if not that either, the first refusal says more.
    return shakeHands(place, ANY_PROTOCOL, read).catch(() => Promise.reject(error))
  })
  const [takesOldProtocols, takesOldSuites] = await Promise.all([takes(place, OLD_PROTOCOLS), takes(place, OLD_SUITES)])
  return { ...agreed, takesOldProtocols, takesOldSuites }
}

/**
 * The certificate that is shown for the name of a place; it ends when the first of its chain does. Throws what the network or the
 * handshake met, and where somebody of another name answers.
 */
export async function lookAtCertificate(place: TlsPlace): Promise<CertificateFacts> {
  return shakeHands(place, {}, (socket) => {
    const own = socket.getPeerX509Certificate()
    const isOfPlace = isAddress(place.host) ? own?.checkIP(place.host) : own?.checkHost(place.host)
    if (own === undefined || isOfPlace === undefined) throw new Error(`What answers there is not ${place.host}.`)
    const facts = factsOf(own)
    const firstEndMs = firstEnd(socket.getPeerCertificate(true)) ?? Infinity
    return { ...facts, notAfter: new Date(Math.min(firstEndMs, facts.notAfter.getTime())) }
  })
}

type Agreed = Omit<TlsFacts, 'takesOldProtocols' | 'takesOldSuites'>

async function takes(place: TlsPlace, options: ConnectionOptions): Promise<boolean | null> {
  try {
    await shakeHands(place, options, read)
    return true
  } catch (error) {
    // What this machine's own OpenSSL cannot try, or the network swallowed, shows nothing of the server.
    return isRefusal(error) ? false : null
  }
}

async function shakeHands<Seen>(
  place: TlsPlace,
  options: ConnectionOptions,
  see: (socket: TLSSocket) => Seen,
): Promise<Seen> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  const socket = connectPlain({ host: place.host, port: place.port })
  const abandon = (): void => void socket.destroy(new Error(`No answer within ${LIMIT_MS / 1000} s.`))
  signal.addEventListener('abort', abandon, { once: true })
  try {
    await once(socket, 'connect')
    await startTls(socket, place.beginning)
    const secure = connectTls({
      socket,
      // What is not accepted is told, not refused: it is only looked at.
      rejectUnauthorized: false,
      ...(isAddress(place.host) ? { host: place.host } : { servername: place.host }),
      ...(place.ca === null ? {} : { ca: place.ca }),
      ...options,
    })
    await once(secure, 'secureConnect')
    return see(secure)
  } finally {
    signal.removeEventListener('abort', abandon)
    socket.on('error', () => undefined)
    socket.destroy()
  }
}

function once(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve).once('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('The server hung up.'), { code: 'ECONNRESET' })))
  })
}

function read(socket: TLSSocket): Agreed {
  return {
    // Typed as an Error, and in truth the code or the words of one.
    refusal: socket.authorized ? null : `${socket.authorizationError}`,
    expiresMs: firstEnd(socket.getPeerCertificate(true)),
    protocol: socket.getProtocol() ?? 'no protocol',
    cipher: socket.getCipher().name,
  }
}

/** Of the chain as it was shown and completed here; each certificate of an authority names itself as issuer at the end. */
function firstEnd(shown: DetailedPeerCertificate): number | null {
  const ends: number[] = []
  const seen = new Set<string>()
  for (let at = shown; at?.valid_to && !seen.has(at.fingerprint256); at = at.issuerCertificate) {
    seen.add(at.fingerprint256)
    ends.push(Date.parse(at.valid_to))
  }
  return ends.length === 0 ? null : Math.min(...ends)
}

/** The other side said no to the handshake, or hung up at it. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TlsNotOffered || !(error instanceof Error) || !('code' in error)) return false
  const code = String(error.code)
  return /^(ERR_SSL_(?!NO_PROTOCOLS_AVAILABLE|NO_CIPHER_MATCH)|EPROTO|ECONNRESET)/.test(code)
}
