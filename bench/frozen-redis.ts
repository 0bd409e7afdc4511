import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Cluster } from '../test/support/cluster/start-cluster.ts'
import { openLoadedDeployment, readRate } from './deployment/loaded-deployment.ts'
import { startTurnReaders } from './deployment/turn-readers.ts'
import { runOpenLoop, type Answered } from './support/open-loop.ts'
import { percentile, round } from './support/statistics.ts'
import type { BenchOptions } from './support/bench-options.ts'

interface Frozen {
  readonly fromMs: number
  readonly untilMs: number
  /** From then on until every replica says again of Redis what it said before; null: they did not before the end of the run. */
  readonly wellMs: number | null
}

const WARM_UP_SECONDS = 5
/** As before: the pace of a second is within this many times the pace before. */
const AS_BEFORE = 1.5
const LOOK_MS = 100

const Parts = z.object({ components: z.object({ redis: z.object({ status: z.string() }) }) })

/**
 * `--rps N` (200): what members notice while Redis is frozen in the middle of a run: requests at a fixed pace through HAProxy to three replicas, and
 * twenty who read answers all the time. Before, during and after last equally long.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const requestsPerSecond = readRate(args)
  const phaseSeconds = isQuick ? 10 : 60
  const loaded = await openLoadedDeployment(requestsPerSecond)
  const { callAt, cluster } = loaded
  try {
    const readers = await startTurnReaders(loaded)
    await runOpenLoop({ requestsPerSecond, seconds: WARM_UP_SECONDS, callAt })
    const answers: Answered[] = []
    const freezing = freezeRedis(cluster, phaseSeconds)
    const { requests, failed, failures, sentLateMsP99 } = await runOpenLoop({
      requestsPerSecond,
      seconds: 3 * phaseSeconds,
      callAt,
      onAnswer: (answer) => answers.push(answer),
    })
    const frozen = await freezing
    const { failures: readerFailures, ...read } = await readers.end()
    const { before, during, after } = splitAt(answers, frozen)
    const [p95BeforeMs, p95DuringMs, p95AfterMs] = [before, during, after].map(p95Of)
    return {
      results: {
        requests,
        failed,
        failedDuring: during.filter(({ isGood }) => !isGood).length,
        failedAfter: after.filter(({ isGood }) => !isGood).length,
        frozenSeconds: phaseSeconds,
        p95BeforeMs,
        p95DuringMs,
        p95AfterMs,
        slowestDuringMs: round(Math.max(...during.map(({ tookMs }) => tookMs))),
        redisWellAfterMs: frozen.wellMs === null ? null : round(frozen.wellMs),
        paceBackAfterMs: round(paceBackMs(after, { frozen, limitMs: AS_BEFORE * p95Of(before) })),
        ...read,
      },
      baselines: { sentLateMsP99, loadAverage: loadavg(), failures: [...failures, ...readerFailures] },
      ratios: { p95DuringToBefore: round(p95Of(during) / p95Of(before)) },
    }
  } finally {
    await loaded.end()
  }
}

/** As long before as it lasts; then looks on until the replicas say that it is well, as long as it lasted at most. */
async function freezeRedis({ redis, replicas }: Cluster, seconds: number): Promise<Frozen> {
  await delay(seconds * 1000)
  const before = await redisStates(replicas)
  const fromMs = performance.now()
  redis.freeze()
  try {
    await delay(seconds * 1000)
  } finally {
    redis.thaw()
  }
  const untilMs = performance.now()
  const untilWell = async (): Promise<number | null> => {
    while (performance.now() - untilMs < seconds * 1000) {
      if ((await redisStates(replicas)) === before) return performance.now() - untilMs
      await delay(LOOK_MS)
    }
    return null
  }
  return { fromMs, untilMs, wellMs: await untilWell() }
}

/** What each says of it, in one text. */
async function redisStates(replicas: Cluster['replicas']): Promise<string> {
  const states = replicas.map(async ({ url }) => {
    const answer = await fetch(`${url}/health`)
    return Parts.parse(await answer.json()).components.redis.status
  })
  return (await Promise.all(states)).join()
}

function splitAt(answers: readonly Answered[], { fromMs, untilMs }: Frozen) {
  return {
    before: answers.filter(({ dueMs }) => dueMs < fromMs),
    during: answers.filter(({ dueMs }) => dueMs >= fromMs && dueMs < untilMs),
    after: answers.filter(({ dueMs }) => dueMs >= untilMs),
  }
}

function p95Of(answers: readonly Answered[]): number {
  return percentile(
    answers.map(({ tookMs }) => tookMs),
    0.95,
  )
}

/** From the thaw until the end of the last of the seconds in a row that were slower than before. */
function paceBackMs(after: readonly Answered[], { frozen, limitMs }: { frozen: Frozen; limitMs: number }): number {
  let second = 0
  for (; ; second += 1) {
    const fromMs = frozen.untilMs + second * 1000
    const ofSecond = after.filter(({ dueMs }) => dueMs >= fromMs && dueMs < fromMs + 1000)
    if (ofSecond.length === 0 || p95Of(ofSecond) <= limitMs) return second * 1000
  }
}
