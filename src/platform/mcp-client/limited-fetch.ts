import { AnswerTooLarge } from '../network/exchange.ts'

/**
 * The same fetch, whose answers fail once their body is longer than the limit: a server's size is not the hub's to bear.
 * A long stream of events is many answers; it is let go on until one request has brought that much.
 */
export function limitFetch(send: typeof fetch, limitBytes: number): typeof fetch {
  return async (input, init) => {
    const answer = await send(input, init)
    if (answer.body === null) return answer
    const declared = Number(answer.headers.get('content-length') ?? 0)
    if (declared > limitBytes) {
      await answer.body.cancel().catch(() => undefined)
      throw new AnswerTooLarge(limitBytes)
    }
    if (isStream(answer)) return withBody(answer, answer.body.pipeThrough(counting(limitBytes)))
    // A whole answer is read here: a stream through a stream would cost more than all the rest of a call.
    return isBounded(answer, declared) ? answer : withBody(answer, await readWhole(answer.body, limitBytes))
  }
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true
}

/** HTTP itself ends a body of a declared length there, unless it grows when it is unpacked. */
function isBounded({ headers }: Response, declared: number): boolean {
  return declared > 0 && headers.get('content-encoding') === null
}

async function readWhole(body: ReadableStream<Uint8Array>, limitBytes: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let taken = 0
  for await (const chunk of body) {
    taken += chunk.byteLength
    if (taken > limitBytes) throw new AnswerTooLarge(limitBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function counting(limitBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let taken = 0
  return new TransformStream({
    transform(chunk, controller) {
      taken += chunk.byteLength
      if (taken > limitBytes) controller.error(new AnswerTooLarge(limitBytes))
      else controller.enqueue(chunk)
    },
  })
}

function withBody(answer: Response, body: ReadableStream<Uint8Array> | Buffer<ArrayBuffer>): Response {
  const { status, statusText, headers } = answer
  const limited = new Response(body, { status, statusText, headers })
  // Where it came from, which a response made by hand does not know.
  Object.defineProperty(limited, 'url', { value: answer.url })
  return limited
}
