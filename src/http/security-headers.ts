/** Nothing remote is loaded, framed, or sent anywhere: the answer to injected markup that slips past the sanitiser. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** On every answer, also those that no route gives. */
export const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
}

/** A year. Told only over TLS: on plain HTTP browsers ignore it, and on loopback it would lock other programs out. */
const OVER_TLS = { ...SECURITY_HEADERS, 'strict-transport-security': 'max-age=31536000' }

/** `isSecure`: people come over TLS. */
export function securityHeaders(isSecure = false): Readonly<Record<string, string>> {
  return isSecure ? OVER_TLS : SECURITY_HEADERS
}
