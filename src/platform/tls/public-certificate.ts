import {
  judgeCertificate,
  renewalBegins,
  type CertificateFacts,
  type CertificateJudgement,
} from '#domain/certificate/judge-certificate.ts'
import type { Clock } from '#domain/clock.ts'
import { bareHost } from '../network/address-guard.ts'
import { lookAtCertificate, type TlsPlace } from '../network/look-at-tls.ts'

/** The certificate that people meet at the public address, where something before this process has it. */
export interface PublicCertificate {
  /** How it stands; null while it is not known, as where this machine does not reach the address. */
  judge(): (CertificateJudgement & { readonly notAfter: Date }) | null
  /** Shakes hands with whoever answers there. Never rejects. */
  look(): Promise<void>
  /** Looks once a day, and more often when it is due, until closed. */
  start(): void
  /** A look that is under way ends by itself, within seconds. */
  close(): void
}

interface Seen {
  readonly facts: CertificateFacts
  readonly atMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** What renews by itself does so in the last third of a life: half of that later nobody did. */
const SHARE = 1 / 6

/** Watches the certificate of an https address. */
export function watchPublicCertificate({
  url,
  clock,
}: {
  readonly url: string
  readonly clock: Clock
}): PublicCertificate {
  const place = placeOf(url)
  let seen: Seen | null = null
  const closing = new AbortController()
  const judge: PublicCertificate['judge'] = () => {
    if (seen === null) return null
    const judged = judgeCertificate(seen.facts, clock.now(), SHARE)
    return { ...judged, detail: `At ${url}: ${judged.detail}`, notAfter: seen.facts.notAfter }
  }
  const look = async (): Promise<void> => {
    try {
      seen = { facts: await lookAtCertificate(place), atMs: clock.monotonicMs() }
    } catch {
      // People may reach it all the same, so that is for the doctor to tell. Only of one that was due already the word stays, for a day.
      if (seen === null || !isDue(seen.facts, clock) || clock.monotonicMs() - seen.atMs > DAY_MS) seen = null
    }
  }
  /** Until the next look. */
  const pauseMs = (): number => {
    if (seen === null || isDue(seen.facts, clock)) return HOUR_MS
    const untilDueMs = renewalBegins(seen.facts, SHARE).getTime() - clock.now().getTime()
    return Math.min(DAY_MS, untilDueMs + MINUTE_MS)
  }
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      // One look after the other.
      // oxlint-disable-next-line no-await-in-loop
      await look()
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(pauseMs(), closing.signal)
    }
  }
  return {
    judge,
    look,
    start: () => {
      // It ends only by the abort of `close`, which rejects its sleep.
      void run().catch(() => undefined)
    },
    close: () => closing.abort(),
  }
}

function isDue(facts: CertificateFacts, clock: Clock): boolean {
  return clock.now() >= renewalBegins(facts, SHARE)
}

function placeOf(url: string): TlsPlace {
  const { hostname, port } = new URL(url)
  return { host: bareHost(hostname), port: Number(port || 443), beginning: 'direct', ca: null }
}
