import { PlacedTurnEvent } from '#contract/turn-events.ts'
import { addressOf } from './client.ts'
import { problemOf, unreachable } from './api-problem.ts'
import { createStreamParser } from './event-stream.ts'
import { limitTime, type TimeLimit } from './time-limit.ts'

/** The server says at least a comment every 3 s. With nothing heard for so long, its first word included, the line counts as dead; resuming then costs one request. */
const SILENCE_MS = 8000

/** Events of a turn over `text/event-stream`. Throws ApiProblem when the server refuses or cannot be reached. */
export async function* openTurnEvents(
  turnId: string,
  after: string | undefined,
  signal: AbortSignal,
): AsyncIterable<PlacedTurnEvent> {
  const line = limitTime(SILENCE_MS, signal)
  try {
    const response = await connect(turnId, after, line.signal)
    const parse = createStreamParser()
    for await (const text of textOf(response, line)) {
      for (const message of parse(text)) yield PlacedTurnEvent.parse(JSON.parse(message.data))
    }
  } finally {
    line.end()
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

async function* textOf(response: Response, line: TimeLimit): AsyncIterable<string> {
  if (!response.body) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      line.restart()
      const part = await reader.read()
      if (part.done) return
      yield part.value
    }
  } finally {
    // The line may be gone already; there is nothing left to release then.
    await reader.cancel().catch(() => undefined)
  }
}
