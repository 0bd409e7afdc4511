import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { CertificateFacts } from '#domain/certificate/judge-certificate.ts'
import { INBOUND_TLS } from './protocols.ts'

/** A certificate with its key, of which it is known that a server can speak with them. */
export interface Certificate {
  /** The server's own certificate first, then those that lead to an authority. */
  readonly chain: string
  readonly key: string
  readonly facts: CertificateFacts
}

/** Why a certificate cannot be used, for people. */
export class CertificateFault extends Error {}

const BLOCK = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/

/** Reads a chain and its key, both in PEM form, and tries them on. Throws CertificateFault. */
export function readCertificate(chain: string, key: string): Certificate {
  const own = readOwn(chain)
  if (!own.checkPrivateKey(readKey(key)))
    throw new CertificateFault(
      "The key does not belong to the certificate. The server's own certificate comes first in its file.",
    )
  try {
    createSecureContext({ ...INBOUND_TLS, cert: chain, key })
  } catch (error) {
    throw new CertificateFault(`OpenSSL refuses the certificate: ${reasonOf(error)}.`, { cause: error })
  }
  return { chain, key, facts: factsOf(own) }
}

/** The server's own certificate out of a chain, in PEM form. */
export function ownCertificate(chain: string): string {
  const block = BLOCK.exec(chain)?.[0]
  if (block === undefined)
    throw new CertificateFault('There is no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----.')
  return block
}

function readOwn(chain: string): X509Certificate {
  const block = ownCertificate(chain)
  try {
    return new X509Certificate(block)
  } catch (error) {
    throw new CertificateFault(`The certificate cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
}

function readKey(key: string) {
  if (/ENCRYPTED/.test(key))
    throw new CertificateFault(
      'The key is protected by a passphrase, which nobody is there to type. Write it without: openssl pkey -in KEY -out NEW.',
    )
  try {
    return createPrivateKey(key)
  } catch {
    // What OpenSSL says of it names neither the file nor a remedy, and this is no place to print parts of a key.
    throw new CertificateFault(
      'The key cannot be read; expected PEM form, which begins with -----BEGIN PRIVATE KEY-----.',
    )
  }
}

/** What a certificate says of itself. */
export function factsOf(own: X509Certificate): CertificateFacts {
  const names = (own.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))
  const issuer = /^(?:O|CN)=(.+)$/m.exec(own.issuer)?.[1] ?? 'an unnamed authority'
  return {
    notBefore: own.validFromDate,
    notAfter: own.validToDate,
    names: names.filter((name) => name !== ''),
    issuer: own.checkIssued(own) ? 'itself' : issuer,
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
