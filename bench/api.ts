import { parseArgs } from 'node:util'
import { objectiveOf } from '#domain/objectives/objectives.ts'
import { prepareReads } from './support/mixed-reads.ts'
import { runOpenLoop, type Call, type Measured } from './support/open-loop.ts'
import { cpuMsOf, makeBenchHome, removeHome, serveScript, serveSophia, type Served } from './support/sophia-process.ts'
import type { BenchOptions } from './support/bench-options.ts'

const ADMIN_KEY = `sk-sophia-${'b'.repeat(43)}`
const WARM_UP_SECONDS = 3

const FLOOR_SERVER = `import { createServer } from 'node:http'
const body = JSON.stringify({ items: Array.from({ length: 50 }, (_, index) => ({ id: 'deal-' + index, name: 'A deal of some length', amountMicros: index * 1e6 })) })
createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)).listen(Number(process.env.SOPHIA_PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))`

/**
 * `--rps N` (200): mixed reads over the sample company by several members, open loop, in one run with a bare node:http
 * server under the same load as the floor. Server, database and load share the machine.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const { values } = parseArgs({ args, options: { rps: { type: 'string' } }, strict: false })
  const requestsPerSecond = Number(values.rps ?? 200)
  if (!(requestsPerSecond > 0)) throw new Error('--rps takes a number above 0')
  const seconds = isQuick ? 10 : 30
  const home = await makeBenchHome()
  const sophia = await serveSophia(home, { SOPHIA_ADMIN_API_KEY: ADMIN_KEY })
  try {
    const callAt = await prepareReads({ url: sophia.url, key: ADMIN_KEY, requestsPerSecond })
    const measured = await measure(sophia, { requestsPerSecond, seconds, callAt })
    const floorServer = await serveScript(FLOOR_SERVER)
    const floor = await measure(floorServer, {
      requestsPerSecond,
      seconds,
      callAt: () => ({ url: floorServer.url, kind: 'floor', headers: {} }),
    })
    await floorServer.stop()
    const { aim } = objectiveOf('latency')
    if (!aim) throw new Error('No aim is set for the latency of the API.')
    const aimed = { aimP95Ms: aim.ms, isAimHeld: measured.p95Ms <= aim.ms }
    const ratios = { p50ToFloor: ratio(measured.p50Ms, floor.p50Ms), p95ToFloor: ratio(measured.p95Ms, floor.p95Ms) }
    const baselines = {
      floorP50Ms: floor.p50Ms,
      floorP95Ms: floor.p95Ms,
      floorP99Ms: floor.p99Ms,
      floorCpuMsPerRequest: floor.cpuMsPerRequest,
    }
    return { results: { rps: requestsPerSecond, seconds, ...measured, ...aimed }, baselines, ratios }
  } finally {
    await sophia.stop()
    await removeHome(home)
  }
}

interface Load {
  readonly requestsPerSecond: number
  readonly seconds: number
  readonly callAt: (index: number) => Call
}

async function measure(served: Served, load: Load): Promise<Measured & { cpuMsPerRequest: number | null }> {
  await runOpenLoop({ ...load, seconds: WARM_UP_SECONDS })
  const beforeMs = cpuMsOf(served.pid)
  const measured = await runOpenLoop(load)
  const afterMs = cpuMsOf(served.pid)
  const isKnown = beforeMs !== undefined && afterMs !== undefined
  return {
    ...measured,
    cpuMsPerRequest: isKnown ? Math.round(((afterMs - beforeMs) / measured.requests) * 1000) / 1000 : null,
  }
}

function ratio(value: number, floor: number): number {
  return Math.round((value / floor) * 100) / 100
}
