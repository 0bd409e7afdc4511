import { readFile } from 'node:fs/promises'
import type { SecureContextOptions } from 'node:tls'
import { judgeCertificate, type CertificateJudgement } from '#domain/certificate/judge-certificate.ts'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Secret } from '../config/secret.ts'
import type { Log } from '../log/log.ts'
import { INBOUND_TLS } from './protocols.ts'
import { CertificateFault, readCertificate, type Certificate } from './read-certificate.ts'

/** Where one half of a pair comes from; without a file it stays as it was at the start. */
export interface PemSource {
  readonly pem: Secret
  readonly file: string | null
}

export interface CertificateSource {
  readonly chain: PemSource
  readonly key: PemSource
}

/** The certificate under which a server listens, in step with its files. */
export interface CertificateKeeper {
  /** For who begins to listen. */
  options(): SecureContextOptions
  /** Told of each renewal, which is for connections to come; those that are open stay as they are. */
  onRenewed(listener: (options: SecureContextOptions) => void): void
  /** How it stands now: time left, and a new one on disk that cannot be used. */
  judge(): CertificateJudgement & { readonly notAfter: Date }
  /** Looks whether the files changed. Never rejects. */
  look(): Promise<void>
  /** Looks every few seconds, until closed. */
  start(): void
  close(): Promise<void>
}

interface KeeperNeeds {
  readonly source: CertificateSource
  readonly clock: Clock
  readonly log: Log
}

/** Files are looked at, not listened to: events get lost where links are swapped, as certbot and Kubernetes do. */
const LOOK_EVERY_MS = 5000

interface Found {
  readonly chain: string
  readonly key: string
}

/** Opens the certificate that is set. Throws CONFIG_NOT_VALID when a server cannot speak with it. */
export function keepCertificate({ source, clock, log }: KeeperNeeds): CertificateKeeper {
  let held = openCertificate(source)
  /** Why what lies on disk is not in force, by the look that saw it first and the one that saw it again. */
  let doubt: string | null = null
  let trouble: string | null = null
  const listeners = new Set<(options: SecureContextOptions) => void>()
  const closing = new AbortController()

  /** Both files change one after the other: only what is still wrong at the next look is wrong. */
  const refuse = (reason: string): void => {
    if (doubt === reason && trouble !== reason) {
      trouble = reason
      log.error(
        { reason, notAfter: held.facts.notAfter },
        'the new certificate cannot be used; the old one stays in force',
      )
    }
    doubt = reason
  }
  const renew = (certificate: Certificate): void => {
    held = certificate
    for (const listener of listeners) listener(optionsOf(held))
    log.info({ names: held.facts.names, notAfter: held.facts.notAfter }, 'the certificate was renewed')
  }
  const look = async (): Promise<void> => {
    try {
      const found = await readBoth(source)
      if (found.chain !== held.chain || found.key !== held.key) renew(readCertificate(found.chain, found.key))
      doubt = null
      trouble = null
    } catch (error) {
      refuse(error instanceof CertificateFault ? error.message : `The file cannot be read: ${String(error)}.`)
    }
  }
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      // One look after the other.
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(LOOK_EVERY_MS, closing.signal)
      // oxlint-disable-next-line no-await-in-loop
      await look()
    }
  }
  let running: Promise<void> = Promise.resolve()
  return {
    options: () => optionsOf(held),
    onRenewed: (listener) => void listeners.add(listener),
    judge: () => ({ ...judgeWith(judgeCertificate(held.facts, clock.now()), trouble), notAfter: held.facts.notAfter }),
    look,
    start: () => {
      // It ends only by the abort of `close`, which rejects its sleep.
      running = run().catch(() => undefined)
    },
    close: async () => {
      closing.abort()
      await running
    },
  }
}

/** The certificate as it was set. Throws CONFIG_NOT_VALID when a server cannot speak with it. */
export function openCertificate({ chain, key }: CertificateSource): Certificate {
  try {
    return readCertificate(chain.pem.reveal(), key.pem.reveal())
  } catch (error) {
    if (!(error instanceof CertificateFault)) throw error
    const path = 'SOPHIA_TLS_CERT'
    throw new SophiaError('CONFIG_NOT_VALID', {
      faults: [{ path, message: error.message }],
      detail: `The settings have faults:\n  ${path}: ${error.message}`,
      cause: error,
    })
  }
}

async function readBoth({ chain, key }: CertificateSource): Promise<Found> {
  const read = async ({ pem, file }: PemSource): Promise<string> =>
    file === null ? pem.reveal() : (await readFile(file, 'utf8')).trim()
  return { chain: await read(chain), key: await read(key) }
}

function optionsOf({ chain, key }: Certificate): SecureContextOptions {
  return { ...INBOUND_TLS, cert: chain, key }
}

function judgeWith(judged: CertificateJudgement, trouble: string | null): CertificateJudgement {
  if (trouble === null) return judged
  const detail = `A new certificate cannot be used, and the old one stays: ${trouble} ${judged.detail}`
  return { ...judged, state: judged.state === 'down' ? 'down' : 'degraded', detail }
}
