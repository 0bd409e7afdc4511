import type { AddressInfo } from 'node:net'
import pino from 'pino'
import type { Principal } from '#domain/permission.ts'
import type { Tools } from '#features/tools/index.ts'
import { mcpRoutes } from '#http/routes/mcp-routes.ts'
import { createServer } from '#http/server.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { percentile, round } from '../support/statistics.ts'
import type { ToolsHouse, Upstream } from './tools-house.ts'

const SERVERS = 50
const WARM_UP_READS = 200

/** How long it takes to read the status of 50 servers, in the process and over the HTTP door. */
export async function measureStatus(house: ToolsHouse, { origin }: Upstream, { reads }: { readonly reads: number }) {
  const principal = await house.principal()
  const tools = await house.open(
    'status',
    named(SERVERS, (id) => `${origin}/mcp/${id}`),
  )
  const server = openDoor(tools, principal)
  await server.listen({ host: '127.0.0.1', port: 0 })
  // It listens on TCP, so the address has a port.
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/api/mcp/status`
  const inProcess = await timeReads(() => tools.status(principal, {}), reads)
  const overHttp = await timeReads(async () => (await fetch(url)).arrayBuffer(), reads)
  await server.close()
  await tools.close()
  return {
    statusReadMsP50: percentile(inProcess, 0.5),
    statusReadMsP95: percentile(inProcess, 0.95),
    statusReadHttpMsP50: percentile(overHttp, 0.5),
    statusReadHttpMsP95: percentile(overHttp, 0.95),
  }
}

function openDoor(tools: Tools, principal: Principal) {
  const log = pino({ level: 'silent' })
  return createServer({
    routes: mcpRoutes({ tools, log, drainSignal: new AbortController().signal }),
    log,
    metrics: createMetrics(),
    authenticate: () => Promise.resolve(principal),
    checkOrigin: () => undefined,
    admit: () => undefined,
    trustedProxies: [],
  })
}

/** With one server of ten that takes questions and never answers: how long the list takes, and until the nine are there. */
export async function measureHanging(house: ToolsHouse, { origin }: Upstream) {
  const principal = await house.principal()
  const urls = { ...named(9, (id) => `${origin}/mcp/${id}`, 'well'), hanging: `${origin}/hang` }
  const startedMs = performance.now()
  const tools = await house.open('hanging', urls, ['hanging'])
  const readyMs = performance.now() - startedMs
  const list = async (): Promise<void> => {
    await tools.status(principal, {})
    if (tools.listTools(principal).length !== 9) throw new Error('expected the tools of the nine that answer')
  }
  const listMs = await timeReads(list, 200)
  await tools.close()
  return { listWith1Of10HangingMs: percentile(listMs, 0.95), readyWith1Of10HangingMs: round(readyMs) }
}

async function timeReads(read: () => Promise<unknown>, reads: number): Promise<number[]> {
  const timesMs: number[] = []
  for (let turn = 0; turn < WARM_UP_READS + reads; turn += 1) {
    const startedMs = performance.now()
    // oxlint-disable-next-line no-await-in-loop
    await read()
    if (turn >= WARM_UP_READS) timesMs.push(performance.now() - startedMs)
  }
  return timesMs
}

function named(count: number, url: (id: string) => string, prefix = 'server'): Record<string, string> {
  const ids = Array.from({ length: count }, (_unused, place) => `${prefix}-${place}`)
  return Object.fromEntries(ids.map((id) => [id, url(id)]))
}
