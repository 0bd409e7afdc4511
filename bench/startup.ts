import { makeBenchHome, removeHome, serveScript, serveSophia } from './support/sophia-process.ts'
import { median } from './support/statistics.ts'
import type { BenchOptions } from './support/bench-options.ts'

const BARE_SERVER = `import { createServer } from 'node:http'
createServer((_request, response) => response.end('ok')).listen(Number(process.env.SOPHIA_PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))`

/**
 * From the start of the process to a good /readyz: `coldMs` on an empty home (PostgreSQL's cluster is made, migrations run),
 * `warmMs` on a home that was used before. Medians. The baseline is a bare node:http server on the same machine.
 */
export async function run({ isQuick }: BenchOptions) {
  const [colds, warms] = isQuick ? [1, 3] : [3, 7]
  const cold: number[] = []
  const warm: number[] = []
  const bare: number[] = []
  // Compiles everything once, as the first start after an installation does; not counted.
  await startOnEmptyHome([])
  for (let round = 0; round < colds; round += 1) await startOnEmptyHome(cold)
  const home = await makeBenchHome()
  try {
    await startOn(home, [])
    for (let round = 0; round < warms; round += 1) {
      await startOn(home, warm)
      const floor = await serveScript(BARE_SERVER)
      bare.push(floor.readyMs)
      await floor.stop()
    }
  } finally {
    await removeHome(home)
  }
  const results = { coldMs: median(cold), warmMs: median(warm), coldRuns: colds, warmRuns: warms }
  const baselines = { bareNodeMs: median(bare) }
  return {
    results,
    baselines,
    ratios: { warmToBareNode: Math.round((results.warmMs / baselines.bareNodeMs) * 10) / 10 },
  }
}

async function startOnEmptyHome(into: number[]): Promise<void> {
  const home = await makeBenchHome()
  try {
    await startOn(home, into)
  } finally {
    await removeHome(home)
  }
}

async function startOn(home: string, into: number[]): Promise<void> {
  const served = await serveSophia(home)
  into.push(served.readyMs)
  await served.stop()
}
