import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { openDatabase } from '#platform/postgres/database.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'
import { measureCalls } from './mcp/measure-calls.ts'
import { measureHanging, measureStatus } from './mcp/measure-status.ts'
import { measureProbes } from './mcp/measure-probes.ts'
import { openToolsHouse, type Upstream } from './mcp/tools-house.ts'

const BUDGETS = { cpuMsPerCall: 0.5, statusReadMsP95: 2 }

/**
 * What the hub costs: CPU time of its process per call of a reading tool over streamable HTTP, beside the bare SDK client
 * that calls the same tool; how fast its status is read with 50 servers; how fast its list is with one of ten hanging; and
 * what 10 000 probes within one session leave behind in the server. The servers are in a process of their own.
 */
export async function run({ isQuick }: { args: string[]; isQuick: boolean }) {
  const home = await mkdtemp(join(tmpdir(), 'sophia-bench-'))
  await chmod(home, 0o711)
  const engine = await startPrivateEngine({ home, isDurable: true })
  const worker = startUpstream()
  try {
    await migrate({ connection: engine.connection, folder: fileURLToPath(new URL('../migrations', import.meta.url)) })
    const database = openDatabase({ connection: engine.connection, poolMax: 5 })
    const upstream = await upstreamOf(worker)
    const house = openToolsHouse({ database, writeFile: (name, text) => keep(join(home, name), text) })
    const calls = await measureCalls(house, upstream, { calls: isQuick ? 2000 : 8000 })
    const status = await measureStatus(house, upstream, { reads: isQuick ? 500 : 3000 })
    const hanging = await measureHanging(house, upstream)
    const probes = await measureProbes(upstream, isQuick ? ['legacy'] : ['legacy', 'modern'])
    await database.close()
    return present({ calls, results: { ...status, ...hanging, ...probes } })
  } finally {
    worker.kill('SIGKILL')
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  }
}

interface Found {
  readonly calls: Awaited<ReturnType<typeof measureCalls>>
  readonly results: Readonly<Record<string, number>> & { readonly statusReadMsP95: number }
}

function present({ calls, results }: Found) {
  const { bare, ...own } = calls
  const share = (value: number, whole: number): number => Math.round((value / whole) * 100) / 100
  return {
    results: { ...own, ...results },
    baselines: { ...bare, budgetCpuMsPerCall: BUDGETS.cpuMsPerCall, budgetStatusReadMsP95: BUDGETS.statusReadMsP95 },
    ratios: {
      cpuToBareClient: share(own.cpuMsPerCall, bare.bareCpuMsPerCall),
      cpuOfBudget: share(own.cpuMsPerCall, BUDGETS.cpuMsPerCall),
      statusOfBudget: share(results.statusReadMsP95, BUDGETS.statusReadMsP95),
    },
  }
}

async function keep(path: string, text: string): Promise<string> {
  await writeFile(path, text)
  return path
}

function startUpstream(): ChildProcess {
  return fork(fileURLToPath(new URL('./mcp-call-worker.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  })
}

async function upstreamOf(worker: ChildProcess): Promise<Upstream> {
  const [first] = await once(worker, 'message')
  const { port } = z.object({ port: z.int() }).parse(first)
  return {
    origin: `http://127.0.0.1:${port}`,
    memory: async () => {
      const answer = once(worker, 'message')
      worker.send({ type: 'memory' })
      const [message] = await answer
      return z.object({ rssMb: z.number(), heapMb: z.number() }).parse(message)
    },
  }
}
