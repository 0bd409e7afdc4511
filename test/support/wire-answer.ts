import { PassThrough } from 'node:stream'

const USAGE = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }

function chunkOf(fields: object): string {
  return `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'test', ...fields })}\n\n`
}

/** A piece of an answer's text as an OpenAI-compatible server streams it. */
function wireText(text: string): string {
  return chunkOf({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })
}

/** How such a stream ends. */
function wireEnd(): string {
  const stop = chunkOf({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  return `${stop}${chunkOf({ choices: [], usage: USAGE })}data: [DONE]\n\n`
}

/** A whole answer, cut into pieces of `size` characters. */
export function wireAnswer(text: string, size = 40): string {
  const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? []
  return pieces.map(wireText).join('') + wireEnd()
}

/** A round in which the model asks for tools, side by side. */
export function wireToolCalls(calls: readonly (readonly [tool: string, input: object])[]): string {
  const asked = calls.map(([name, input], index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  const deltas = asked.map((call) =>
    chunkOf({ choices: [{ index: 0, delta: { tool_calls: [call] }, finish_reason: null }] }),
  )
  const stop = chunkOf({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] })
  return `${deltas.join('')}${stop}${chunkOf({ choices: [], usage: USAGE })}data: [DONE]\n\n`
}

/** An answer that comes as the test gives it. */
export function createSlowAnswer() {
  const pieces = new PassThrough({ objectMode: true, highWaterMark: 10_000 })
  return {
    pieces,
    give: (text: string): void => void pieces.write(wireText(text)),
    end: (): void => void pieces.end(wireEnd()),
  }
}
