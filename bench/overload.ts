import { fork, type ChildProcess, type ForkOptions } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { askClosed, askOpen, type Answer, type Target } from './support/asking.ts'
import { takeSecondHalf, type Halves } from './support/processors.ts'
import { askJson, listSampleIds } from './support/sample-company.ts'
import { cpuMsOf, makeBenchHome, removeHome } from './support/sophia-process.ts'
import { percentile, round } from './support/statistics.ts'
import type { BenchOptions } from './support/bench-options.ts'

const KEY = `sk-sophia-${'o'.repeat(43)}`
const TIMES = 5

/**
 * How much good is done under five times what can be done. First the peak: as many requests as are answered by 8, 16 and 32
 * who each ask again once answered. Then five times as many at fixed moments over 512 connections (whoever finds none free waits for one,
 * and that is part of their time), then half as many, until none is refused any more.
 * Server and database have one half of the processors and the load the other, so that what asking costs is not missing for answers; with
 * `--together` all share all. The share of a processor that the load itself takes is told beside.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const { values } = parseArgs({ args, options: { together: { type: 'boolean', default: false } } })
  const halves = values.together ? null : await takeSecondHalf()
  const home = await makeBenchHome()
  const server = fork(join(import.meta.dirname, 'overload-worker.ts'), {
    env: { ...process.env, SOPHIA_HOME: home, SOPHIA_ADMIN_API_KEY: KEY },
    ...(halves ? startedBy(halves.first) : {}),
  })
  try {
    const [url] = z.tuple([z.string()]).parse((await once(server, 'message')).slice(0, 1))
    const measured = await measure(server, { pathAt: await prepare(url), url, seconds: isQuick ? 6 : 20 })
    return { ...measured, baselines: { ...measured.baselines, isLoadApart: halves !== null } }
  } finally {
    const gone = once(server, 'exit')
    server.kill('SIGTERM')
    await gone
    await removeHome(home)
  }
}

/** Node, and the database that it starts, by way of another program. */
function startedBy([execPath, ...args]: Halves['first']): ForkOptions {
  return { execPath, execArgv: [...args, process.execPath, ...process.execArgv] }
}

async function measure(
  server: ChildProcess,
  { url, pathAt, seconds }: Pick<Target, 'url' | 'pathAt'> & { seconds: number },
) {
  const target = { url, pathAt, headers: { authorization: `Bearer ${KEY}` } }
  await askClosed({ ...target, askers: 16, seconds: 3 })
  let peak = 0
  let calmP95Ms = 0
  for (const askers of [8, 16, 32]) {
    const answers = good(await askClosed({ ...target, askers, seconds: seconds / 2 }))
    if (answers.length / (seconds / 2) <= peak) continue
    peak = answers.length / (seconds / 2)
    calmP95Ms = percentile(
      answers.map(({ tookMs }) => tookMs),
      0.95,
    )
  }
  const before = { server: cpuMsOf(server.pid ?? 0) ?? Number.NaN, load: process.cpuUsage(), atMs: performance.now() }
  const stormy = await askOpen({ ...target, perSecond: TIMES * peak, seconds })
  const load = process.cpuUsage(before.load)
  const serverMs = (cpuMsOf(server.pid ?? 0) ?? Number.NaN) - before.server
  const lastedSeconds = (performance.now() - before.atMs) / 1000
  const served = good(stormy)
  // What comes once the storm is over was done in a calm.
  const inTime = served.filter((answer) => toldMs(answer) <= seconds * 1000)
  const refused = stormy.filter(({ status }) => status === 503)
  const after = await askOpen({ ...target, perSecond: peak / 2, seconds: 12 })
  // From when nothing more was due in the storm: the last of its own refusals, or of what was asked after it.
  const refusedAfter = after.filter(({ status }) => status !== 200).map(({ dueMs }) => dueMs + lastedSeconds * 1000)
  const lastRefusal = [...refused.map(toldMs), ...refusedAfter].reduce((one, other) => Math.max(one, other), 0)
  return {
    results: {
      goodputToPeak: round(inTime.length / seconds / peak),
      recoverySeconds: round(Math.max(0, lastRefusal / 1000 - seconds)),
      goodPerSecond: round(inTime.length / seconds),
      goodP95Ms: percentile(
        served.map(({ tookMs }) => tookMs),
        0.95,
      ),
      refusedShare: round(refused.length / stormy.length),
      refusedP95Ms: percentile(
        refused.map(({ tookMs }) => tookMs),
        0.95,
      ),
      failed: stormy.length - served.length - refused.length,
      serverCpuShare: round(serverMs / 1000 / lastedSeconds),
      loadCpuShare: round((load.user + load.system) / 1e6 / lastedSeconds),
    },
    baselines: { peakPerSecond: round(peak), peakP95Ms: calmP95Ms, sentLateMsP99: lateOf(stormy) },
    ratios: {
      p95ToPeak: round(
        percentile(
          served.map(({ tookMs }) => tookMs),
          0.95,
        ) / calmP95Ms,
      ),
    },
  }
}

/**
 * The sample company and what screens ask of it: every other question is a search that nobody asked before, so that not all of it is kept
 * already.
 */
async function prepare(url: string): Promise<(number: number) => string> {
  await askJson(`${url}/api/sample`, { key: KEY, method: 'POST' })
  const { deals, clients } = await listSampleIds(url, KEY)
  const kept = [
    '/api/home',
    '/api/deals?limit=50',
    '/api/clients?limit=50',
    '/api/conversations',
    '/api/me',
    '/api/personas',
    ...deals.slice(0, 20).map((id) => `/api/deals/${id}`),
    ...clients.slice(0, 20).map((id) => `/api/clients/${id}`),
  ]
  let searches = 0
  return (number) =>
    number % 2 === 0
      ? (kept[(number / 2) % kept.length] ?? '/')
      : `/api/deals?limit=50&search=renewal+${(searches += 1)}`
}

/** When it was answered, from the start. */
function toldMs({ dueMs, tookMs }: Answer): number {
  return dueMs + tookMs
}

function lateOf(answers: readonly Answer[]): number {
  return percentile(
    answers.map(({ lateMs }) => lateMs),
    0.99,
  )
}

function good(answers: readonly Answer[]): Answer[] {
  return answers.filter(({ status }) => status === 200)
}
