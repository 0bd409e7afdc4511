import { Readable } from 'node:stream'

/** An answer was longer than whoever asked takes. */
export class AnswerTooLarge extends Error {
  constructor(limitBytes: number) {
    super(`The answer is longer than ${limitBytes} bytes.`)
    this.name = 'AnswerTooLarge'
  }
}

/** One request, and its answer with a body that has not been read. */
type Send = (
  url: string | URL,
  request: {
    readonly method: 'POST'
    readonly headers: Record<string, string>
    readonly body: string
    readonly signal: AbortSignal | null
  },
) => Promise<Answer>

interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
}

interface ExchangeNeeds {
  /** For whatever is no short question. */
  readonly fetch: typeof fetch
  /** The guarded client's way out. */
  readonly send: Send
  /** Of a whole answer; a stream of events is the reader's to bound. */
  readonly limitBytes: number
}

/**
 * A fetch for short questions: what is posted as text goes out by undici's `request`, and a whole answer is read at once. The
 * standard's streams cost more CPU than all the rest of such a call. Follows no redirect; unpacks nothing, and asks for
 * nothing packed. Throws AnswerTooLarge, and the errors of the network as they are, without a TypeError around them.
 */
export function createExchange({ fetch: otherwise, send, limitBytes }: ExchangeNeeds): typeof fetch {
  return async (input, init = {}) => {
    const { method, body, signal, headers } = init
    if (method !== 'POST' || typeof body !== 'string' || input instanceof Request) return otherwise(input, init)
    const answer = await send(input, {
      method,
      // Some servers turn away whoever gives no name.
      headers: { 'user-agent': 'sophia', ...Object.fromEntries(new Headers(headers)) },
      body,
      signal: signal ?? null,
    })
    const response = await toResponse(answer, limitBytes)
    // Where it came from, which a response made by hand does not know.
    Object.defineProperty(response, 'url', { value: String(input) })
    return response
  }
}

const BODILESS = new Set([204, 205, 304])

async function toResponse(answer: Answer, limitBytes: number): Promise<Response> {
  const { statusCode: status, body } = answer
  const headers = headersOf(answer.headers)
  // Typed twice: as Node's own web stream, and as the platform's.
  if (isEventStream(headers))
    return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status, headers })
  const whole = await readWhole(body, limitBytes)
  headers.set('content-length', String(whole.byteLength))
  return new Response(BODILESS.has(status) ? null : whole, { status, headers })
}

function isEventStream(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true
}

function headersOf(given: Answer['headers']): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one)
  return headers
}

async function readWhole(body: Readable, limitBytes: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let taken = 0
  for await (const chunk of body) {
    // Without an encoding set, a body gives bytes.
    const bytes = chunk as Buffer
    taken += bytes.byteLength
    // Leaving the loop by an error ends the body and its connection.
    if (taken > limitBytes) throw new AnswerTooLarge(limitBytes)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
