import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { isSigned } from './request-signature.ts'

/**
 * A store that speaks S3 over HTTP, as far as backups ask: objects with notes, lists by page, uploads in pieces, ranges. It turns
 * away what is not signed as version 4 of the signatures says, bodies that are not what was signed, and pieces that are too
 * small. It is the tests' own: what a real one does beyond that it does not know.
 */
export interface BucketServer {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly objects: Map<string, KeptObject>
  /** Uploads that were begun and neither finished nor given up. */
  readonly uploads: Map<string, Upload>
  /** Answers every request with this code until it is null again. */
  fault: { readonly status: number; readonly code: string } | null
  /** A method that the key is not allowed. */
  refuses?: 'PUT' | 'DELETE'
  /** Called when a list was answered, before anything else is asked. */
  onListed?: () => void
}

export interface KeptObject {
  body: Buffer
  readonly etag: string
  readonly notes: Readonly<Record<string, string>>
  readonly changedAt: Date
}

interface Upload {
  readonly key: string
  readonly notes: Readonly<Record<string, string>>
  readonly pieces: Map<number, Buffer>
}

const BUCKET = 'backups-of-tests'
/** Small, so that a list of a few has pages. */
const PAGE = 2
const LEAST_PIECE = 5 * 1024 * 1024

interface Asked {
  readonly server: BucketServer
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** Listens on loopback until the test or file that opened it ends. Its bucket is `backups-of-tests`. */
export async function openBucketServer(): Promise<BucketServer> {
  const http = createServer((request, response) => void answer(server, request, response))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  after(() => {
    http.closeAllConnections()
    http.close()
  })
  // A listening TCP server has an AddressInfo.
  const { port } = http.address() as AddressInfo
  const server: BucketServer = {
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'tests', secretAccessKey: randomUUID() },
    objects: new Map(),
    uploads: new Map(),
    fault: null,
  }
  return server
}

async function answer(server: BucketServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
  const body = Buffer.concat(chunks)
  const { status, headers = {}, body: told = '' } = judge(server, request, body)
  response.writeHead(status, { 'x-amz-request-id': randomUUID(), ...headers })
  response.end(request.method === 'HEAD' ? undefined : told)
}

function judge(server: BucketServer, request: IncomingMessage, body: Buffer): Answer {
  const { method = '', headers, url = '/' } = request
  if (server.fault) return refusal(server.fault.status, server.fault.code)
  if (method === server.refuses) return refusal(403, 'AccessDenied')
  if (!isSigned({ method, url, headers, body }, server.credentials)) return refusal(403, 'SignatureDoesNotMatch')
  const { pathname, searchParams: query } = new URL(url, server.endpoint)
  const [, bucket, ...rest] = decodeURIComponent(pathname).split('/')
  if (bucket !== BUCKET) return refusal(404, 'NoSuchBucket')
  const asked = { server, method, key: rest.join('/'), query, headers, body }
  if (asked.key === '') {
    const listed = listObjects(asked)
    server.onListed?.()
    return listed
  }
  if (query.has('uploads') || query.has('uploadId')) return uploadInPieces(asked)
  return takeObject(asked)
}

function takeObject({ server, method, key, headers, body }: Asked): Answer {
  if (method === 'PUT') {
    const etag = keep(server, key, { body, notes: notesOf(headers) })
    return { status: 200, headers: { etag } }
  }
  if (method === 'DELETE') {
    server.objects.delete(key)
    return { status: 204 }
  }
  const found = server.objects.get(key)
  if (!found) return refusal(404, 'NoSuchKey')
  if (headers['if-match'] && headers['if-match'] !== found.etag) return refusal(412, 'PreconditionFailed')
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  const part = found.body.subarray(Number(first), last === '' ? undefined : Number(last) + 1)
  const notes = Object.entries(found.notes).map(([name, value]) => [`x-amz-meta-${name}`, value])
  return {
    status: headers.range ? 206 : 200,
    headers: {
      ...Object.fromEntries(notes),
      etag: found.etag,
      'content-length': String(part.length),
      'last-modified': found.changedAt.toUTCString(),
    },
    body: part,
  }
}

function uploadInPieces({ server, method, key, query, headers, body }: Asked): Answer {
  if (method === 'POST' && query.has('uploads')) {
    const id = randomUUID()
    server.uploads.set(id, { key, notes: notesOf(headers), pieces: new Map() })
    return xml('InitiateMultipartUploadResult', `<Key>${key}</Key><UploadId>${id}</UploadId>`)
  }
  const id = query.get('uploadId') ?? ''
  const upload = server.uploads.get(id)
  if (!upload || upload.key !== key) return refusal(404, 'NoSuchUpload')
  if (method === 'PUT') {
    upload.pieces.set(Number(query.get('partNumber')), body)
    return { status: 200, headers: { etag: etagOf(body) } }
  }
  server.uploads.delete(id)
  return method === 'DELETE' ? { status: 204 } : finish(server, upload, body.toString())
}

function finish(server: BucketServer, { key, notes, pieces }: Upload, wanted: string): Answer {
  const numbers = [...wanted.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number))
  const parts = numbers.map((number) => pieces.get(number) ?? Buffer.alloc(0))
  if (parts.slice(0, -1).some((part) => part.length < LEAST_PIECE)) return refusal(400, 'EntityTooSmall')
  const etag = keep(server, key, { body: Buffer.concat(parts), notes })
  return xml('CompleteMultipartUploadResult', `<Key>${key}</Key><ETag>${etag}</ETag>`)
}

function listObjects({ server, query }: Asked): Answer {
  const prefix = query.get('prefix') ?? ''
  const keys = [...server.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted()
  const plain = keys.filter((key) => !key.slice(prefix.length).includes('/'))
  // By name, as stores have it: what is removed between two pages moves nothing.
  const rest = plain.filter((key) => key > (query.get('continuation-token') ?? ''))
  const page = rest.slice(0, PAGE)
  const listed = page.map((key) => {
    const object = server.objects.get(key)
    return `<Contents><Key>${key}</Key><Size>${object?.body.length}</Size><ETag>${object?.etag}</ETag>
      <LastModified>${object?.changedAt.toISOString()}</LastModified></Contents>`
  })
  const isMore = rest.length > PAGE
  const next = isMore ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
  return xml('ListBucketResult', `<IsTruncated>${isMore}</IsTruncated>${next}${listed.join('')}`)
}

function keep(server: BucketServer, key: string, { body, notes }: Pick<KeptObject, 'body' | 'notes'>): string {
  const etag = etagOf(body)
  server.objects.set(key, { body, notes, etag, changedAt: new Date() })
  return etag
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`
}

function notesOf(headers: IncomingMessage['headers']): Record<string, string> {
  const notes = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  return Object.fromEntries(notes.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]))
}

function xml(root: string, inner: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: `<${root}>${inner}</${root}>` }
}

function refusal(status: number, code: string): Answer {
  const body = `<Error><Code>${code}</Code><Message>refused by the store of the tests</Message></Error>`
  return { status, headers: { 'content-type': 'application/xml' }, body }
}
