import { systemClock as clock } from '#platform/clock.ts'
import { watchCertificate } from '#platform/telemetry/metrics.ts'
import { keepCertificate, type CertificateKeeper } from '#platform/tls/certificate-keeper.ts'
import { watchPublicCertificate, type PublicCertificate } from '#platform/tls/public-certificate.ts'
import type { Foundation } from './foundation.ts'

/** The certificate that people are shown: of this server, or of what stands before it; null for both where there is neither, or no server. */
export function wireCertificate({ config, log, metrics, purpose }: Foundation): {
  readonly certificate: CertificateKeeper | null
  readonly publicCertificate: PublicCertificate | null
} {
  const { publicUrl, tls } = config.http
  const isServer = purpose === 'server'
  const certificate = isServer && tls ? keepCertificate({ source: tls, clock, log }) : null
  const isBefore = isServer && !tls && publicUrl !== null && publicUrl.startsWith('https:')
  const publicCertificate = isBefore ? watchPublicCertificate({ url: publicUrl, clock }) : null
  certificate?.start()
  publicCertificate?.start()
  watchCertificate(metrics, () => (certificate ?? publicCertificate)?.judge() ?? null)
  return { certificate, publicCertificate }
}
