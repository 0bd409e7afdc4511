import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { speakBothEras } from '../test/support/mcp/dual-era.ts'
import { readAsked } from '../test/support/mcp/exchange.ts'

/** The servers that bench/mcp-call.ts calls, in a process of their own: the SDK's, with one reading tool, at any path. */

const BYTES_PER_MB = 1024 * 1024

const LOOKUP = {
  description: 'One deal by its number.',
  inputSchema: z.object({ number: z.int() }),
  outputSchema: z.object({ number: z.int(), name: z.string(), amount: z.number(), stage: z.string() }),
  annotations: { readOnlyHint: true, openWorldHint: false },
}

function createUpstream(): McpServer {
  const server = new McpServer({ name: 'bench', version: '1.0.0' })
  server.registerTool('lookup', LOOKUP, ({ number }) => {
    const deal = { number, name: `Deal ${number} of some length`, amount: number * 1000, stage: 'negotiation' }
    return { content: [{ type: 'text', text: JSON.stringify(deal) }], structuredContent: deal }
  })
  return server
}

const modern = speakBothEras(createUpstream, 'modern')
const legacy = speakBothEras(createUpstream, 'legacy')
/** Answers that never come are kept open, as a server does that hangs. */
const hanging: ServerResponse[] = []

const server = createServer((request, response) => {
  if (request.url === '/hang') return void hanging.push(response)
  const upstream = request.url?.startsWith('/legacy') === true ? legacy : modern
  readAsked(request)
    .then(({ body }) => upstream.answer(request, response, body))
    .catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  // It listens on TCP, so the address has a port.
  process.send?.({ port: (server.address() as AddressInfo).port })
})

process.on('disconnect', () => process.exit(0))
process.on('message', () => {
  // Started with --expose-gc: what is counted is what is held, not what waits to be collected.
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  process.send?.({ rssMb: rss / BYTES_PER_MB, heapMb: heapUsed / BYTES_PER_MB })
})
