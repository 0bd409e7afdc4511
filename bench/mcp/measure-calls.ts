import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  Client,
  PROTOCOL_VERSION_META_KEY,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { percentile, round } from '../support/statistics.ts'
import type { ToolsHouse, Upstream } from './tools-house.ts'

const REVISION = '2026-07-28'
const CLIENT = { name: 'bench', version: '0.0.0' }
const WARM_UP_CALLS = 500
const ROUNDS = 8

type Call = (number: number) => Promise<unknown>

interface Cost {
  cpuMs: number
  readonly latenciesMs: number[]
}

/**
 * CPU time per call, one call at a time. Hub and bare client take turns in rounds, so that whatever else the machine does
 * meets both.
 */
export async function measureCalls(house: ToolsHouse, { origin }: Upstream, { calls }: { readonly calls: number }) {
  const principal = await house.principal()
  const tools = await house.open('calls', { crm: `${origin}/mcp` })
  const client = new Client(CLIENT, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${origin}/mcp`)))
  const own: Call = (number) => {
    // One of its own, as each request has: what listens to it goes with it.
    const { signal } = new AbortController()
    return tools.call(principal, { name: 'crm__lookup', call: { input: { number } }, signal })
  }
  const bare: Call = (number) => client.callTool({ name: 'lookup', arguments: { number } })
  const raw = rawCaller(`${origin}/mcp`)
  const costs = {
    raw: { cpuMs: 0, latenciesMs: [] },
    own: { cpuMs: 0, latenciesMs: [] },
    bare: { cpuMs: 0, latenciesMs: [] },
  } satisfies Record<string, Cost>
  await drive(own, WARM_UP_CALLS, { cpuMs: 0, latenciesMs: [] })
  await drive(bare, WARM_UP_CALLS, { cpuMs: 0, latenciesMs: [] })
  await drive(raw.call, WARM_UP_CALLS, { cpuMs: 0, latenciesMs: [] })
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    await drive(raw.call, calls / ROUNDS, costs.raw)
    await drive(own, calls / ROUNDS, costs.own)
    await drive(bare, calls / ROUNDS, costs.bare)
  }
  raw.close()
  await client.close()
  await tools.close()
  return {
    cpuMsPerCall: round(costs.own.cpuMs / calls),
    callMsP50: percentile(costs.own.latenciesMs, 0.5),
    callMsP95: percentile(costs.own.latenciesMs, 0.95),
    bare: {
      rawCpuMsPerCall: round(costs.raw.cpuMs / calls),
      bareCpuMsPerCall: round(costs.bare.cpuMs / calls),
      bareCallMsP50: percentile(costs.bare.latenciesMs, 0.5),
      bareCallMsP95: percentile(costs.bare.latenciesMs, 0.95),
    },
  }
}

/** The same bytes to the same tool by `node:http` and JSON alone: what no client can do without. */
function rawCaller(url: string): { readonly call: Call; close(): void } {
  const agent = new Agent({ keepAlive: true })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': REVISION,
    'mcp-method': 'tools/call',
    'mcp-name': 'lookup',
  }
  const call: Call = async (number) => {
    const meta = {
      [PROTOCOL_VERSION_META_KEY]: REVISION,
      [CLIENT_INFO_META_KEY]: CLIENT,
      [CLIENT_CAPABILITIES_META_KEY]: {},
    }
    const params = { name: 'lookup', arguments: { number }, _meta: meta }
    const sent = request(url, { method: 'POST', agent, headers })
    sent.end(JSON.stringify({ jsonrpc: '2.0', id: number, method: 'tools/call', params }))
    // Typed as whatever an event gives; a response event gives its message.
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const answer = await text(response)
    if (response.statusCode !== 200 || !answer.includes(`Deal ${number} `)) throw new Error(`no answer: ${answer}`)
  }
  return { call, close: () => agent.destroy() }
}

async function drive(call: Call, count: number, cost: Cost): Promise<void> {
  const before = process.cpuUsage()
  for (let number = 0; number < count; number += 1) {
    const startedMs = performance.now()
    // One at a time: what is wanted is the cost of a call, not how many fit.
    // oxlint-disable-next-line no-await-in-loop
    await call(number)
    cost.latenciesMs.push(performance.now() - startedMs)
  }
  const { user, system } = process.cpuUsage(before)
  cost.cpuMs += (user + system) / 1000
}
