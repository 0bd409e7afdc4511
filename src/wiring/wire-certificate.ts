import { systemClock as clock } from '#platform/clock.ts'
import { watchCertificate } from '#platform/telemetry/metrics.ts'
import { keepCertificate, type CertificateKeeper } from '#platform/tls/certificate-keeper.ts'
import type { Foundation } from './foundation.ts'

/** Under which certificate a server listens, kept in step with its files; null where it listens in the clear. */
export function wireCertificate({ config, log, metrics, purpose }: Foundation): CertificateKeeper | null {
  const source = purpose === 'server' ? config.http.tls : null
  const certificate = source && keepCertificate({ source, clock, log })
  certificate?.start()
  watchCertificate(metrics, () => certificate?.judge() ?? null)
  return certificate
}
