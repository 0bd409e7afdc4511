import { PlacedTurnEvent } from '#contract/turn-events.ts'
import { addressOf } from './client.ts'
import { problemOf, unreachable } from './api-problem.ts'
import { createStreamParser } from './event-stream.ts'

/** The server says at least a comment every 3 s. With nothing heard for so long the line counts as dead; resuming then costs one request. */
const SILENCE_MS = 8000

/** Events of a turn over `text/event-stream`. Throws ApiProblem when the server refuses or cannot be reached. */
export async function* openTurnEvents(
  turnId: string,
  after: string | undefined,
  signal: AbortSignal,
): AsyncIterable<PlacedTurnEvent> {
  const line = new AbortController()
  const stop = () => line.abort()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const response = await connect(turnId, after, line.signal)
    const parse = createStreamParser()
    for await (const text of textOf(response, stop)) {
      for (const message of parse(text)) yield PlacedTurnEvent.parse(JSON.parse(message.data))
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

async function connect(turnId: string, after: string | undefined, signal: AbortSignal): Promise<Response> {
  const address = addressOf(`/api/turns/${encodeURIComponent(turnId)}/events`, { after })
  let response: Response
  try {
    response = await fetch(address, { headers: { accept: 'text/event-stream' }, credentials: 'same-origin', signal })
  } catch (thrown) {
    throw unreachable(thrown)
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

async function* textOf(response: Response, onSilence: () => void): AsyncIterable<string> {
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const timer = setTimeout(onSilence, SILENCE_MS)
      const part = await reader.read().finally(() => clearTimeout(timer))
      if (part.done) return
      yield part.value
    }
  } finally {
    // The line may be gone already; there is nothing left to release then.
    await reader.cancel().catch(() => undefined)
  }
}
