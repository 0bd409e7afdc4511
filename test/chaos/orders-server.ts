import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Server, type CallToolResult, type Tool } from '@modelcontextprotocol/server'
import { speakBothEras } from '../support/mcp/dual-era.ts'
import { fieldsOf, readAsked } from '../support/mcp/exchange.ts'
import type { SideEffect } from './history.ts'

/** Under which the product calls the one tool. */
export const ORDER_TOOL = 'orders__place_order'
const KEY = 'sophia/idempotency-key'
/** Before the effect, and once more before the answer: whoever calls may die in either. */
const HALF_MS = 300

const PLACE_ORDER: Tool = {
  name: 'place_order',
  description: 'Places an order. Each call places one.',
  inputSchema: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
}

/**
 * A server with one tool that has an effect. It knows keys: what comes under a key it has seen is answered and not done again. What
 * came and what was done it counts. Whoever starts it ends it.
 */
export async function startOrdersServer() {
  const effects = new Map<string, { order: string; calls: number; count: number }>()
  const done = new Map<string, Promise<void>>()
  const place = async (key: string | null, order: string): Promise<void> => {
    const known = key === null ? undefined : done.get(key)
    const effect = effects.get(key ?? '') ?? { order, calls: 0, count: 0 }
    effects.set(key ?? '', effect)
    effect.calls += 1
    const doing = known ?? delay(HALF_MS).then(() => void (effect.count += 1))
    if (key !== null) done.set(key, doing)
    await doing
    await delay(HALF_MS)
  }
  const mcp = speakBothEras(() => orderTools(place), 'modern')
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    mcp.answer(request, response, (await readAsked(request)).body)
  const server = createServer((request, response) => {
    // A caller that dies leaves nobody to answer; what it ordered is placed all the same.
    response.on('error', () => undefined)
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // It listens on TCP, so the address has a port.
    port: (server.address() as AddressInfo).port,
    effects: (): SideEffect[] => [...effects].map(([key, effect]) => ({ key, ...effect })),
    async end(): Promise<void> {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await mcp.close()
    },
  }
}

function orderTools(place: (key: string | null, order: string) => Promise<void>): Server {
  const server = new Server({ name: 'chaos-orders', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', () => ({ tools: [PLACE_ORDER] }))
  server.setRequestHandler('tools/call', async ({ params }, context): Promise<CallToolResult> => {
    const key = fieldsOf(context.mcpReq._meta)[KEY]
    const order = String(fieldsOf(params.arguments)['order'])
    await place(typeof key === 'string' ? key : null, order)
    return { content: [{ type: 'text', text: `Order ${order} is placed.` }] }
  })
  return server
}
