import { createHash, createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

interface SignedRequest {
  readonly method: string
  /** Path and query, as they came over the line. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/** Whether a request is signed by version 4 of Amazon's signatures with these credentials, and has the body that was signed. */
export function isSigned({ method, url, headers, body }: SignedRequest, credentials: Credentials): boolean {
  const found = AUTHORIZATION.exec(headers.authorization ?? '')
  if (!found) return false
  const [, accessKeyId, day = '', region = '', service = '', names = '', signature] = found
  const payload = String(headers['x-amz-content-sha256'])
  if (accessKeyId !== credentials.accessKeyId || payload !== sha256(body)) return false
  const [path = '', query = ''] = url.split('?')
  const canonical = [
    method,
    path,
    query
      .split('&')
      .filter((word) => word !== '')
      .map((word) => (word.includes('=') ? word : `${word}=`))
      .toSorted()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    payload,
  ].join('\n')
  const extent = `${day}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], extent, sha256(canonical)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  )
  return createHmac('sha256', key).update(toSign).digest('hex') === signature
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex')
}
