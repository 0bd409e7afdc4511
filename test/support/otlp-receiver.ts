import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { z } from 'zod'
import { lookAtTrace } from './canaries.ts'
import { readOtlp } from './read-otlp.ts'

const Value = z.looseObject({})
const OtlpSpan = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes: z.array(z.object({ key: z.string(), value: Value })).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.int().optional() }).optional(),
  traceState: z.string().optional(),
})
const Batch = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value: Value })) }),
      scopeSpans: z.array(z.object({ spans: z.array(OtlpSpan) })),
    }),
  ),
})

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  /** As OTLP numbers them: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly durationMs: number
  readonly attributes: Readonly<Record<string, unknown>>
  /** Steps of other traces that it follows from. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly hasFailed: boolean
  readonly traceState: string
}

interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** `silent`: takes requests and never answers. */
type Manner = 'well' | 'silent' | { readonly status: number }

/** A backend that speaks OTLP/HTTP on loopback, in both of its forms, and misbehaves on request. Gone with the test file. */
export async function openOtlpReceiver() {
  const spans: ReceivedSpan[] = []
  const requests: ReceivedRequest[] = []
  let manner: Manner = 'well'
  const answer = (response: ServerResponse, received: ReceivedRequest): void => {
    const { headers, body } = received
    requests.push(received)
    // Texts stand in both forms as they are.
    lookAtTrace('a trace that was sent', body.toString())
    if (manner === 'silent') return
    if (manner !== 'well') return void response.writeHead(manner.status).end()
    const type = headers['content-type']
    if (type === 'application/json') spans.push(...toSpans(JSON.parse(body.toString())))
    else if (type === 'application/x-protobuf') spans.push(...toSpans(readOtlp(body)))
    else return void response.writeHead(415).end()
    response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '')
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { headers, url: path = '' } = request
      answer(response, { path, headers, body: Buffer.concat(chunks) })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  after(close)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    requests,
    behave: (next: Manner): void => void (manner = next),
    close,
    /** Waits until a span like this has come. */
    async spanWhere(isIt: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
      for (let triesLeft = 1500; triesLeft > 0; triesLeft -= 1) {
        const found = spans.find(isIt)
        if (found) return found
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error(`no such span among: ${spans.map(({ name }) => name).join(', ')}`)
    },
  }
}

function toSpans(batch: unknown): ReceivedSpan[] {
  return Batch.parse(batch).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? null,
        name: span.name,
        kind: span.kind,
        durationMs: Number(span.endTimeUnixNano - span.startTimeUnixNano) / 1e6,
        attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
        links: span.links,
        hasFailed: span.status?.code === 2,
        traceState: span.traceState ?? '',
      })),
    ),
  )
}
