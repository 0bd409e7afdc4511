import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { ORDER_TOOL } from './orders-server.ts'
import { COMMON_QUESTION, createRandom, rightAnswerTo, seedOf } from './seeded-random.ts'

/** Tokens that every answer is said to take. */
const TOKENS = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }
/** Of what is asked besides, such as what to remember, so that the ledger of a turn is that of its answer. */
const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
const QUESTION = /^(question|order|long) ([0-9a-f]{8}-[0-9a-f-]{27})$/
/** Of orders: so many are not asked for again by an attempt after the first, as models do not say the same twice. */
const FORGOTTEN_SHARE = 0.3

const Asked = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
})
type Asked = z.infer<typeof Asked>

/** What is said: a text, or the call that places an order. */
type Reply = { readonly text: string } | { readonly order: string }

/**
 * A provider of language models that speaks the OpenAI protocol and gives each question its one right answer, in pieces; to an order it
 * calls the tool first, where it is offered.
 */
export async function startModelProvider({ pieceMs }: { readonly pieceMs: number }) {
  const ordered = new Set<string>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const asked = Asked.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      void say(response, replyTo(asked.data ?? { messages: [], tools: [] }, ordered), pieceMs)
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
function replyTo({ messages, tools }: Asked, ordered: Set<string>): Reply {
  const hasResult = messages.at(-1)?.role === 'tool'
  const words = lastWords(hasResult ? messages.filter(({ role }) => role === 'user') : messages)
  if (words === COMMON_QUESTION) return { text: `Nothing is new, nonce ${randomUUID()} says.` }
  const [, kind, id] = QUESTION.exec(words) ?? []
  if (id === undefined) return { text: NOTHING }
  const mayOrder = !hasResult && tools.some((tool) => tool.function.name === ORDER_TOOL)
  if (kind !== 'order' || !mayOrder || isForgotten(id, ordered)) return { text: rightAnswerTo(id, words) ?? NOTHING }
  ordered.add(id)
  return { order: id }
}

function lastWords(messages: Asked['messages']): string {
  const last = messages.at(-1)
  const spoken = typeof last?.content === 'string' && last.role === 'user' ? last.content : ''
  return spoken.split('\n\n').at(-1) ?? ''
}

function isForgotten(id: string, ordered: ReadonlySet<string>): boolean {
  return ordered.has(id) && createRandom(seedOf(id))() < FORGOTTEN_SHARE
}

/** Pieces cut words, and pairs of surrogates, on purpose. A long text comes in larger ones, or it would take minutes. */
const PIECE = 24
const MOST_PIECES = 50

async function say(response: ServerResponse, reply: Reply, pieceMs: number): Promise<void> {
  response.on('error', () => undefined)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  const frame = (choices: object[], more: object = {}): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'chaos', choices, ...more })}\n\n`
  for (const delta of deltasOf(reply)) {
    if (response.destroyed) break
    response.write(frame([{ index: 0, delta, finish_reason: null }]))
    await delay(pieceMs)
  }
  response.write(frame([{ index: 0, delta: {}, finish_reason: 'order' in reply ? 'tool_calls' : 'stop' }]))
  response.write(frame([], { usage: 'text' in reply && reply.text === NOTHING ? NO_TOKENS : TOKENS }))
  response.end('data: [DONE]\n\n')
}

/** A text in pieces; a call as its name, then its arguments in pieces. */
function* deltasOf(reply: Reply): Generator<object> {
  if ('text' in reply) {
    for (const content of piecesOf(reply.text)) yield { content }
    return
  }
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: ORDER_TOOL, arguments: '' } }
  yield { role: 'assistant', content: null, tool_calls: [call] }
  for (const piece of piecesOf(JSON.stringify({ order: reply.order })))
    yield { tool_calls: [{ index: 0, function: { arguments: piece } }] }
}

function* piecesOf(text: string): Generator<string> {
  const size = Math.max(PIECE, Math.ceil(text.length / MOST_PIECES))
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}
