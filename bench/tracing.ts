import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { openDatabase } from '#platform/postgres/database.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'
import { median, round } from './support/statistics.ts'
import { cpuOf, drive, startTurnWorker } from './support/turn-driver.ts'

const MANNERS = ['none', 'kept', 'sent'] as const
type Manner = (typeof MANNERS)[number]

const CONCURRENCY = 8
const WARM_UP_TURNS = 300
const BUDGETS = { sentOverNone: 1.05, keptOverNone: 1.01 }

/**
 * What it costs to record where the time of answers goes: processor time of the serving process per playbook turn, posted and
 * read over HTTP, with nothing recorded at all, as it ships (kept for whoever asked), and with every trace sent to a backend
 * besides. The three take turns in short rounds, so that what else the machine does meets all of them; medians are compared.
 */
export async function run({ isQuick }: { args: string[]; isQuick: boolean }) {
  const home = await mkdtemp(join(tmpdir(), 'sophia-bench-'))
  await chmod(home, 0o711)
  const engine = await startPrivateEngine({ home, isDurable: true })
  const backend = await startBackend()
  try {
    const rounds = isQuick ? 6 : 20
    const perTurnMs = await measure({ connection: engine.connection, endpoint: backend.endpoint, rounds })
    return present(perTurnMs, backend.requests())
  } finally {
    backend.close()
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  }
}

interface Plan {
  readonly connection: pg.ClientConfig
  readonly endpoint: string
  readonly rounds: number
}

/** Each has a database of its own: they would answer each other's questions otherwise. */
async function measure({ connection, endpoint, rounds }: Plan): Promise<Record<Manner, number[]>> {
  const perTurnMs: Record<Manner, number[]> = { none: [], kept: [], sent: [] }
  const servers = await Promise.all(
    MANNERS.map(async (manner) => {
      const own = await createDatabase(connection, `bench_${manner}`)
      const tracing = manner === 'sent' ? ({ kind: manner, endpoint } as const) : ({ kind: manner } as const)
      return { manner, ...(await startTurnWorker({ connection: own, mode: 'playbook', members: 8, tracing })) }
    }),
  )
  try {
    for (const { client } of servers) await drive(client, { turns: WARM_UP_TURNS, concurrency: CONCURRENCY })
    for (let at = 0; at < rounds; at += 1) {
      for (const { manner, worker, client } of at % 2 === 0 ? servers : servers.toReversed()) {
        const turns = 64
        const before = await cpuOf(worker)
        await drive(client, { turns, concurrency: CONCURRENCY })
        perTurnMs[manner].push(((await cpuOf(worker)) - before) / turns)
      }
    }
    return perTurnMs
  } finally {
    for (const { worker } of servers) worker.kill('SIGKILL')
  }
}

async function createDatabase(connection: pg.ClientConfig, name: string): Promise<pg.ClientConfig> {
  const admin = openDatabase({ connection, poolMax: 1 })
  await admin.read((handle) => handle.run(sql`create database ${identifier(name)}`))
  await admin.close()
  const own = { ...connection, database: name }
  await migrate({ connection: own, folder: fileURLToPath(new URL('../migrations', import.meta.url)) })
  return own
}

/** Takes everything and looks at nothing. */
async function startBackend() {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    request.resume().on('end', () => response.writeHead(200).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, requests: () => requests, close: () => void server.close() }
}

function present(perTurnMs: Record<Manner, number[]>, requestsToBackend: number) {
  const none = median(perTurnMs.none)
  const kept = median(perTurnMs.kept)
  const sent = median(perTurnMs.sent)
  return {
    results: {
      cpuMsPerTurnKept: kept,
      cpuMsPerTurnSent: sent,
      requestsToBackend,
    },
    baselines: { cpuMsPerTurnWithoutTracing: none, ...BUDGETS },
    ratios: { keptOverNone: round(kept / none), sentOverNone: round(sent / none) },
  }
}
