import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { answerTextOf, COMMON_QUESTION } from './seeded-random.ts'

/** Tokens that every answer is said to take. */
const TOKENS = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }
/** Of what is asked besides, such as what to remember, so that the ledger of a turn is that of its answer. */
const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
const QUESTION = /^question ([0-9a-f]{8}-[0-9a-f-]{27})$/

const Asked = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
})

/** A provider of language models that speaks the OpenAI protocol and gives each question its one right answer, in pieces. */
export async function startModelProvider({ pieceMs }: { readonly pieceMs: number }) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const asked = Asked.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      void say(response, textFor(asked.data?.messages ?? []), pieceMs)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // It listens on TCP, so the address has a port.
    port: (server.address() as AddressInfo).port,
    async end(): Promise<void> {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const NOTHING = '{}'

/**
 * The answer to the last question; whoever asks for anything else, such as what to remember, gets nothing to go by. One that got no
 * answer stands in front of the next, in one message with it.
 */
function textFor(messages: z.infer<typeof Asked>['messages']): string {
  const last = messages.at(-1)
  const spoken = typeof last?.content === 'string' && last.role === 'user' ? last.content : ''
  const words = spoken.split('\n\n').at(-1) ?? ''
  if (words === COMMON_QUESTION) return `Nothing is new, nonce ${randomUUID()} says.`
  const id = QUESTION.exec(words)?.[1]
  return id === undefined ? NOTHING : answerTextOf(id)
}

/** Pieces cut words, and pairs of surrogates, on purpose. */
const PIECE = 24

async function say(response: ServerResponse, text: string, pieceMs: number): Promise<void> {
  response.on('error', () => undefined)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  const frame = (choices: object[], more: object = {}): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'chaos', choices, ...more })}\n\n`
  for (let at = 0; at < text.length && !response.destroyed; at += PIECE) {
    response.write(frame([{ index: 0, delta: { content: text.slice(at, at + PIECE) }, finish_reason: null }]))
    await delay(pieceMs)
  }
  response.write(frame([{ index: 0, delta: {}, finish_reason: 'stop' }]))
  response.write(frame([], { usage: text === NOTHING ? NO_TOKENS : TOKENS }))
  response.end('data: [DONE]\n\n')
}
