import type { Server } from 'node:http'
import { Server as EncryptedServer } from 'node:https'
import type { CertificateKeeper } from '#platform/tls/certificate-keeper.ts'

/** Lets connections to come meet the certificate that is in force, whenever it became so; nothing of one that listens in the clear. */
export function followCertificate(
  listener: Server,
  certificate: Pick<CertificateKeeper, 'options' | 'onRenewed'> | null,
): void {
  if (!certificate || !(listener instanceof EncryptedServer)) return
  certificate.onRenewed((options) => listener.setSecureContext(options))
  // It may have been renewed since the listener was made, while nobody was told.
  listener.setSecureContext(certificate.options())
}
