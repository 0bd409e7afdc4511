import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

/** What a provider does with one call. */
export type Behaviour =
  | { kind: 'replay'; text: string; chunkBytes?: number }
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: unknown }
  /** Each piece goes out when the test gives it. */
  | { kind: 'pieces'; pieces: AsyncIterable<string> }
  | { kind: 'silent' }
  | { kind: 'cut'; text: string; afterBytes: number }
  | { kind: 'stall'; text: string; afterBytes: number }
  | { kind: 'endless'; event: string }

export interface ReceivedCall {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  /** Resolves when the caller hung up. */
  readonly closed: Promise<void>
}

/** A provider in its wire format on loopback: replays recorded streams and misbehaves on request. Stops with the test file. */
export async function startModelServer(behave: (call: number, received: ReceivedCall) => Behaviour) {
  const calls: ReceivedCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const closed = new Promise<void>((resolve) => response.once('close', resolve))
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || 'null')
      const received = { path: request.url ?? '', headers: request.headers, body, closed }
      calls.push(received)
      void play(response, behave(calls.length, received))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, calls }
}

async function play(response: ServerResponse, behaviour: Behaviour): Promise<void> {
  switch (behaviour.kind) {
    case 'status':
      response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers })
      response.end(JSON.stringify(behaviour.body ?? { error: { message: `status ${behaviour.status}`, type: 'test' } }))
      return
    case 'silent':
      return
    case 'pieces':
      begin(response)
      return writeAll(response, behaviour.pieces)
    case 'replay':
      begin(response)
      return writeAll(response, partsOf(Buffer.from(behaviour.text), behaviour.chunkBytes ?? 65_536))
    case 'cut':
    case 'stall':
      begin(response)
      response.write(Buffer.from(behaviour.text).subarray(0, behaviour.afterBytes))
      await delay(20)
      if (behaviour.kind === 'cut') response.destroy()
      return
    case 'endless':
      begin(response)
      return repeat(response, behaviour.event)
  }
}

type Pieces = Iterable<string | Uint8Array> | AsyncIterable<string>

async function writeAll(response: ServerResponse, pieces: Pieces): Promise<void> {
  for await (const piece of pieces) response.write(piece)
  response.end()
}

async function repeat(response: ServerResponse, event: string): Promise<void> {
  while (!response.destroyed) {
    if (!response.write(event.repeat(50)))
      await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
    await delay(1)
  }
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
}

function* partsOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
