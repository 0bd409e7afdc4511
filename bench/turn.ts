import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { startPrivateEngine } from '../test/support/private-engine.ts'

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
  results.firstEventMsP50 = round(quantile(firstEvents, 0.5))
  results.firstEventMsP95 = round(quantile(firstEvents, 0.95))
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
  const worker = fork(fileURLToPath(new URL('./turn-worker.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    worker.send({ connection: plan.connection, mode: plan.mode, members: MEMBERS })
    const [first] = await once(worker, 'message')
    const { port, keys } = z.object({ port: z.int(), keys: z.array(z.string()) }).parse(first)
    const client = { origin: `http://127.0.0.1:${port}`, keys }
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

function cpuOf(worker: ChildProcess): Promise<number> {
  return ask(worker, { type: 'cpu' })
}

async function ask(worker: ChildProcess, question: object): Promise<number> {
  const answer = once(worker, 'message')
  worker.send(question)
  const [message] = await answer
  return z.object({ cpuMs: z.number() }).parse(message).cpuMs
}

interface Client {
  readonly origin: string
  readonly keys: readonly string[]
}

interface Asker {
  readonly origin: string
  readonly key: string
}

/** Keeps `concurrency` conversations busy until all turns are done; answers the time to each first event. */
async function drive(client: Client, load: { turns: number; concurrency: number }): Promise<number[]> {
  const firstEventMs: number[] = []
  let left = load.turns
  await Promise.all(
    Array.from({ length: load.concurrency }, async (_unused, lane) => {
      const asker = { origin: client.origin, key: client.keys[lane % client.keys.length] ?? '' }
      const made = await call(asker, {
        path: '/api/conversations',
        body: { persona: 'marcus' },
        accept: 'application/json',
      })
      const { id } = z.object({ id: z.string() }).parse(await made.json())
      while (left > 0) {
        left -= 1
        firstEventMs.push(await oneTurn(asker, id))
      }
    }),
  )
  return firstEventMs
}

async function oneTurn(client: Asker, conversationId: string): Promise<number> {
  const startedAtMs = performance.now()
  const body = { id: createId(), text: 'How is our pipeline?' }
  const response = await call(client, {
    path: `/api/conversations/${conversationId}/messages`,
    body,
    accept: 'text/event-stream',
  })
  let firstMs = Number.NaN
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (Number.isNaN(firstMs) && text.includes('\nevent: ')) firstMs = performance.now() - startedAtMs
  }
  if (!text.includes('"status":"complete"')) throw new Error(`a turn did not complete: ${text.slice(-500)}`)
  return firstMs
}

async function call(client: Asker, request: { path: string; body: object; accept: string }): Promise<Response> {
  const headers = { authorization: `Bearer ${client.key}`, 'content-type': 'application/json', accept: request.accept }
  const response = await fetch(client.origin + request.path, {
    method: 'POST',
    headers,
    body: JSON.stringify(request.body),
  })
  if (!response.ok) throw new Error(`${request.path}: ${response.status} ${await response.text()}`)
  return response
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
