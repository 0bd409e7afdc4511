import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A language model of a rehearsal, which speaks the OpenAI protocol. */
export interface ScratchModel {
  readonly url: string
  /** Ends all connections and refuses new ones. */
  leave(): Promise<void>
  /** On the same port as before. */
  comeBack(): Promise<void>
}

const PIECES = ['The rehearsal ', 'has a model ', 'of its own, ', 'which says ', 'this ', 'to every question.']
const PIECE_MS = 40
const TOKENS = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }

/** `pieceMs`: how long it takes between two pieces of its answer. */
export async function startScratchModel(pieceMs = PIECE_MS): Promise<ScratchModel> {
  let server = await listen(0, pieceMs)
  // It listens on TCP, so the address has a port.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async leave() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    async comeBack() {
      server = await listen(port, pieceMs)
    },
  }
}

async function listen(port: number, pieceMs: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('error', () => undefined)
    request.on('end', () => void say(response, pieceMs))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function say(response: ServerResponse, pieceMs: number): Promise<void> {
  response.on('error', () => undefined)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  for (const content of PIECES) {
    if (response.destroyed) return
    response.write(frame([{ index: 0, delta: { content }, finish_reason: null }]))
    // A model takes its time between words.
    // oxlint-disable-next-line no-await-in-loop
    await delay(pieceMs)
  }
  response.write(frame([{ index: 0, delta: {}, finish_reason: 'stop' }]))
  response.write(frame([], { usage: TOKENS }))
  response.end('data: [DONE]\n\n')
}

function frame(choices: readonly object[], more: object = {}): string {
  const common = { id: 'c', object: 'chat.completion.chunk', created: 0, model: 'drill' }
  return `data: ${JSON.stringify({ ...common, choices, ...more })}\n\n`
}
