import { Readable } from 'node:stream'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import type { GuardedClient } from '../network/guarded-client.ts'

type RequestHandler = Extract<NonNullable<S3ClientConfig['requestHandler']>, { handle: unknown }>

/** What the SDK hands over, as far as it is looked at. */
interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  readonly path: string
  readonly query?: Readonly<Record<string, string | string[] | null>> | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A piece of a file over a slow line; the SDK tries again after it. */
const REQUEST_LIMIT_MS = 120_000
/** The way out writes these itself, from the address and the body: the same as were signed. */
const WRITTEN_ANEW: ReadonlySet<string> = new Set(['host', 'content-length', 'expect', 'connection'])

/** Has the SDK of the store go through the guarded client like everything else; whole bodies, so that one limit holds for all. */
export function guardRequests({ fetch: send }: Pick<GuardedClient, 'fetch'>): RequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest, { abortSignal }: { readonly abortSignal?: unknown } = {}) {
      const limit = AbortSignal.timeout(REQUEST_LIMIT_MS)
      const answer = await send(addressOf(request), {
        method: request.method,
        headers: Object.entries(request.headers).filter(([name]) => !WRITTEN_ANEW.has(name.toLowerCase())),
        body: bodyOf(request.body),
        // The SDK knows an older kind of signal besides, which nobody here gives.
        signal: abortSignal instanceof AbortSignal ? AbortSignal.any([abortSignal, limit]) : limit,
      })
      const bytes = Buffer.from(await answer.arrayBuffer())
      return {
        response: {
          statusCode: answer.status,
          reason: answer.statusText,
          headers: Object.fromEntries(answer.headers),
          body: Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false }),
        },
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  }
}

function addressOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const words = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => `${encode(name)}=${encode(one)}`),
  )
  const place = port === undefined ? hostname : `${hostname}:${port}`
  return `${protocol}//${place}${path}${words.length > 0 ? `?${words.join('&')}` : ''}`
}

/** As it was signed: more is escaped than `encodeURIComponent` does. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Pieces come as bytes and short questions as text; streams are never handed over. */
function bodyOf(body: unknown): Uint8Array<ArrayBuffer> | string | null {
  if (body === undefined || body === null) return null
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Uint8Array.from(body)
  throw new TypeError('a body that is neither bytes nor text')
}
