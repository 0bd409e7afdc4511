import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { scalingFor } from '#domain/scaling/replica-capacity.ts'
import { createRandom } from '../test/chaos/seeded-random.ts'
import { startCluster, type Cluster } from '../test/support/cluster/start-cluster.ts'
import type { Stage } from './capacity/do-deed.ts'
import { findKnee, nextLevel, type Search } from './capacity/find-knee.ts'
import { measureStep, untilIdle, type MeasuredStep } from './capacity/measure-step.ts'
import { makeMembers, type BenchMember } from './capacity/members.ts'
import { openMemberSockets } from './capacity/member-sockets.ts'
import { rssMbOf } from './capacity/read-usage.ts'
import { askJson, listSampleIds } from './support/sample-company.ts'
import { round } from './support/statistics.ts'
import type { BenchOptions } from './support/bench-options.ts'

/** Beyond this the machine did something else meanwhile, in processors. */
const OTHERS_LIMIT = 0.2
/** With `--quick` no step begins later than this, since the start. */
const QUICK_LIMIT_MS = 35_000

/**
 * How much one replica bears: members at work (`capacity/mix.ts`), open loop, at a deployment of real processes, more of them step by step
 * until an objective of Sophia's breaks. The knee is the last step at which all held, refined by halving. Replica, PostgreSQL, Redis,
 * model provider and load share the machine; each one's part of it is told, and so is a load that came late.
 * `--answer-seconds` is how long the model's answers take; `--model playbook` has none.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const begunMs = performance.now()
  const options = readOptions(args, isQuick)
  const provider = options.model === 'stream' ? await startProvider(options.answerSeconds) : null
  let cluster: Cluster | undefined
  try {
    cluster = await startCluster({ replicas: 1, settingsFor: () => settingsFor(provider?.url ?? null) })
    const steps = await search(cluster, { ...options, isQuick, begunMs, providerPid: provider?.pid ?? null })
    return present(steps, options)
  } finally {
    await cluster?.end()
    provider?.end()
  }
}

type Options = ReturnType<typeof readOptions>

function readOptions(args: string[], isQuick: boolean) {
  const text = (standard: string) => ({ type: 'string', default: standard }) as const
  const { values } = parseArgs({
    args,
    options: {
      seed: text('1'),
      seconds: text(isQuick ? '4' : '20'),
      first: text(isQuick ? '200' : '250'),
      most: text('32000'),
      halvings: text(isQuick ? '1' : '3'),
      model: text('stream'),
      'answer-seconds': text('3'),
    },
  })
  const number = z.coerce.number().positive()
  const search: Search = {
    first: number.parse(values.first),
    factor: isQuick ? 3 : 2,
    most: number.parse(values.most),
    halvings: z.coerce.number().int().nonnegative().parse(values.halvings),
  }
  return {
    search,
    seed: z.coerce.number().int().parse(values.seed),
    seconds: number.parse(values.seconds),
    settleSeconds: isQuick ? 1 : 5,
    model: z.enum(['stream', 'playbook']).parse(values.model),
    answerSeconds: number.parse(values['answer-seconds']),
  }
}

async function startProvider(answerSeconds: number) {
  const child = fork(join(import.meta.dirname, 'capacity-model-worker.ts'), [String(answerSeconds)])
  const [told] = await once(child, 'message')
  const { port } = z.object({ port: z.int() }).parse(told)
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, end: () => child.kill('SIGKILL') }
}

/** As it ships, beside what the model is. */
function settingsFor(providerUrl: string | null): Record<string, string> {
  const model: Record<string, string> =
    providerUrl === null
      ? { SOPHIA_MODEL: 'playbook' }
      : { SOPHIA_MODEL: 'openai/gpt-5', OPENAI_API_KEY: 'sk-bench', OPENAI_BASE_URL: `${providerUrl}/v1` }
  return { DATABASE_POOL_MAX: '20', ...model }
}

interface SearchPlan extends Options {
  readonly isQuick: boolean
  readonly begunMs: number
  readonly providerPid: number | null
}

interface Found {
  readonly steps: readonly MeasuredStep[]
  readonly idleRssMb: number
  /** `--quick` ran out of its time before the knee was found as closely as was asked. */
  readonly isCutShort: boolean
}

async function search(cluster: Cluster, plan: SearchPlan): Promise<Found> {
  const [replica] = cluster.replicas
  if (!replica) throw new Error('There is no replica.')
  const { url } = replica
  await askJson(`${url}/api/sample`, { key: cluster.key, method: 'POST' })
  const { deals, clients } = await listSampleIds(url, cluster.key)
  const members: BenchMember[] = []
  const sockets = openMemberSockets(url)
  const random = createRandom(plan.seed)
  const parts = {
    replica: replica.pid(),
    database: cluster.postgres.pid(),
    redis: cluster.redis.pid(),
    provider: plan.providerPid,
  }
  const idleRssMb = rssMbOf(parts.replica)
  const stage: Stage = { url, members, sockets, deals, clients, random, turnLimitMs: plan.isQuick ? 10_000 : 30_000 }
  const steps: MeasuredStep[] = []
  const isOver = (): boolean => plan.isQuick && performance.now() - plan.begunMs > QUICK_LIMIT_MS
  const next = (): number | null => (steps.length > 0 && isOver() ? null : nextLevel(steps, plan.search))
  const measure = async (level: number): Promise<MeasuredStep> => {
    const count = level - members.length
    if (count > 0) members.push(...(await makeMembers(cluster.postgres.connection, { from: members.length, count })))
    await sockets.hold(members.slice(0, level))
    await untilIdle(url)
    return measureStep(stage, level, { ...plan, parts })
  }
  try {
    // Once uncounted: what a new process loads and compiles is no part of what it bears.
    await measure(plan.search.first)
    for (let level = next(); level !== null; level = next()) {
      steps.push(await measure(level))
      tell(steps.at(-1))
    }
  } finally {
    sockets.close()
  }
  return { steps, idleRssMb, isCutShort: nextLevel(steps, plan.search) !== null }
}

function tell(step: MeasuredStep | undefined): void {
  if (!step) return
  const { level, holds, brokenBy, requestsPerSecond, turnsPerMinute, p95Ms, load } = step
  const verdict = holds ? 'holds' : `broken: ${brokenBy.join(', ')}`
  const late = load.isLate ? '; the load came late' : ''
  process.stderr.write(
    `${level} members: ${requestsPerSecond} requests/s, ${turnsPerMinute} turns/min, p95 ${p95Ms} ms, ${verdict}${late}\n`,
  )
}

function present({ steps, idleRssMb, isCutShort }: Found, { seed, model, answerSeconds, seconds }: Options) {
  const { level, brokenAt } = findKnee(steps)
  const broken = steps.find((step) => step.level === brokenAt)
  const at = steps.findLast((step) => step.level === level && step.holds)
  return {
    results: {
      ...(at ? borneAt(at, idleRssMb) : NOTHING_BORNE),
      knee: { members: level, brokenAt, brokenBy: broken?.brokenBy ?? [] },
      isCutShort,
      // Of some objective nothing could be said at the knee: a longer step, or more members to begin with, says more.
      tooLittleSeen: at ? Object.values(at.burn).includes(null) : false,
      // Where the load itself came late, what broke may be the load: then the replica bears at least this, and nobody knows how much more.
      loadWasLate: [at, broken].some((step) => step?.load.isLate === true),
      machineWasBusyOtherwise: steps.some(({ busy }) => busy.others > OTHERS_LIMIT),
      seed,
      model,
      answerSeconds: model === 'stream' ? answerSeconds : null,
      secondsPerStep: seconds,
      steps,
    },
    baselines: { idleRssMb },
    ratios: {},
  }
}

function borneAt(
  { level, busy, rssMb, requestsPerSecond, turnsPerMinute, turnsAtWork }: MeasuredStep,
  idleRssMb: number,
) {
  const per1000 = (amount: number): number => round((amount / level) * 1000)
  return {
    requestsPerSecondPerReplica: requestsPerSecond,
    turnsPerMinutePerReplica: turnsPerMinute,
    turnsAtWorkPerReplica: turnsAtWork,
    replicaCpusPer1000Members: per1000(busy.replica),
    databaseCpusPer1000Members: per1000(busy.database),
    memoryMbPer1000Members: per1000(rssMb - idleRssMb),
    settings: scalingFor(turnsAtWork),
  }
}

/** The objectives held at no level that was tried. */
const NOTHING_BORNE = {
  requestsPerSecondPerReplica: null,
  turnsPerMinutePerReplica: null,
  turnsAtWorkPerReplica: null,
  replicaCpusPer1000Members: null,
  databaseCpusPer1000Members: null,
  memoryMbPer1000Members: null,
  settings: null,
}
