import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { migrate } from '#platform/postgres/migrate.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'
import { percentile, round } from './support/statistics.ts'
import { ask, cpuOf, drive, startTurnWorker } from './support/turn-driver.ts'

interface BenchOutcome {
  results: Record<string, number>
  baselines: Record<string, number>
  ratios: Record<string, number>
}

type Mode = 'playbook' | 'stream50'

const BUDGET_MS = 2
const LEVELS = [1, 8, 32, 64] as const
const WARM_UP_TURNS = 400
const MEMBERS = 8

/**
 * What a whole turn costs the serving process in CPU time, posted and read over HTTP, on a durable PostgreSQL: with the
 * playbook over the sample company, and with a model that streams 50 chunks at 20 ms. The stream's own cost is measured
 * alone and taken off. First events are timed at the lowest level of concurrency.
 */
export async function run({ isQuick }: { args: string[]; isQuick: boolean }): Promise<BenchOutcome> {
  const home = await mkdtemp(join(tmpdir(), 'sophia-bench-'))
  await chmod(home, 0o711)
  const engine = await startPrivateEngine({ home, isDurable: true })
  try {
    await migrate({ connection: engine.connection, folder: fileURLToPath(new URL('../migrations', import.meta.url)) })
    const turnsPerLevel = isQuick ? 128 : 512
    const playbook = await measureMode({ connection: engine.connection, mode: 'playbook', turnsPerLevel })
    const stream = await measureMode({ connection: engine.connection, mode: 'stream50', turnsPerLevel })
    return present(playbook, stream)
  } finally {
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  }
}

interface Level {
  readonly concurrency: number
  readonly cpuMsPerTurn: number
  readonly firstEventMs: readonly number[]
}

interface Measured {
  readonly levels: readonly Level[]
  readonly baselineMs: number
}

function present(playbook: Measured, stream: Measured): BenchOutcome {
  const results: Record<string, number> = {}
  const own = (level: Level): number => Math.max(0, level.cpuMsPerTurn - stream.baselineMs)
  for (const level of playbook.levels) results[`cpuMsPerTurnPlaybookAt${level.concurrency}`] = round(level.cpuMsPerTurn)
  for (const level of stream.levels) results[`cpuMsPerTurnStream50At${level.concurrency}`] = round(own(level))
  const firstEvents = (playbook.levels[0]?.firstEventMs ?? []).toSorted((a, b) => a - b)
  const last = stream.levels.at(-1)
  results.cpuMsPerTurnPlaybook = round(playbook.levels.at(-1)?.cpuMsPerTurn ?? Number.NaN)
  results.cpuMsPerTurnStream50 = round(last ? own(last) : Number.NaN)
  results.firstEventMsP50 = round(percentile(firstEvents, 0.5))
  results.firstEventMsP95 = round(percentile(firstEvents, 0.95))
  // 0: the budget holds at none of the levels tried.
  results.budgetHoldsFromConcurrencyStream50 = stream.levels.find((level) => own(level) <= BUDGET_MS)?.concurrency ?? 0
  results.budgetHoldsFromConcurrencyPlaybook =
    playbook.levels.find((level) => level.cpuMsPerTurn <= BUDGET_MS)?.concurrency ?? 0
  return {
    results,
    baselines: { budgetMs: BUDGET_MS, cpuMsPerStream50Alone: round(stream.baselineMs) },
    ratios: {
      playbookOfBudget: round(results.cpuMsPerTurnPlaybook / BUDGET_MS),
      stream50OfBudget: round(results.cpuMsPerTurnStream50 / BUDGET_MS),
    },
  }
}

async function measureMode(plan: {
  connection: pg.ClientConfig
  mode: Mode
  turnsPerLevel: number
}): Promise<Measured> {
  const { worker, client } = await startTurnWorker({ ...plan, members: MEMBERS })
  try {
    await drive(client, { turns: WARM_UP_TURNS, concurrency: 64 })
    const levels: Level[] = []
    for (const concurrency of LEVELS) {
      // A stream takes a second; alone they would take minutes and say nothing more.
      const turns = concurrency === 1 ? 16 : plan.turnsPerLevel
      const before = await cpuOf(worker)
      const firstEventMs = await drive(client, { turns, concurrency })
      levels.push({ concurrency, cpuMsPerTurn: ((await cpuOf(worker)) - before) / turns, firstEventMs })
    }
    const before = await cpuOf(worker)
    const streams = 200
    const after = await ask(worker, { type: 'baseline', streams })
    return { levels, baselineMs: (after - before) / streams }
  } finally {
    worker.kill('SIGKILL')
  }
}
