import { setTimeout as delay } from 'node:timers/promises'
import { judgeMemory } from '#domain/objectives/judge.ts'
import { PROBE_LIMIT_MS } from '#domain/objectives/objectives.ts'
import { percentile } from '../support/statistics.ts'
import { doDeed, type Stage } from './do-deed.ts'
import type { Step } from './find-knee.ts'
import { planDeeds } from './mix.ts'
import { busyBetween, readUsage, rssMbOf } from './read-usage.ts'
import { createTally, type Tally, type Tallied } from './tally.ts'

interface StepPlan {
  readonly seconds: number
  /** At the same load before, unmeasured. */
  readonly settleSeconds: number
  readonly parts: Parameters<typeof readUsage>[0]
}

/** What one level of load did. */
export interface MeasuredStep extends Step, Omit<Tallied, 'holds'> {
  /** Processors kept busy, on average. */
  readonly busy: ReturnType<typeof busyBetween>
  readonly rssMb: number
  readonly load: {
    readonly lateMsP99: number
    /** The load itself came late, or took nearly a whole processor: the figures of this step say less than they seem to. */
    readonly isLate: boolean
  }
}

const LOOKS_EVERY_MS = 2000
const LATE_MS = 20
/** Of the one processor that the load has. */
const LOAD_LIMIT = 0.8
const IDLE_LIMIT_MS = 60_000

/** Has so many members work, open loop, and says what became of it. */
export async function measureStep(stage: Stage, members: number, plan: StepPlan): Promise<MeasuredStep> {
  const { seconds, settleSeconds, parts } = plan
  const [fromMs, toMs] = [settleSeconds * 1000, (settleSeconds + seconds) * 1000]
  const tally = createTally({ fromMs, toMs })
  const deeds = planDeeds({ members, seconds: settleSeconds + seconds, random: stage.random })
  const beganMs = performance.now()
  const usage = (async () => {
    await delay(fromMs)
    const before = readUsage(parts)
    await lookOn(stage.url, tally, beganMs + toMs)
    return busyBetween(before, readUsage(parts), seconds)
  })()
  const lateMs: number[] = []
  const underway: Promise<unknown>[] = []
  for (const { dueMs, deed } of deeds) {
    for (let leftMs = untilDue(beganMs, dueMs); leftMs > 0; leftMs = untilDue(beganMs, dueMs)) {
      // Each at its moment.
      // oxlint-disable-next-line no-await-in-loop
      await delay(leftMs)
    }
    if (dueMs >= fromMs) lateMs.push(-untilDue(beganMs, dueMs))
    underway.push(doDeed(stage, deed, { tally, beganMs, dueMs }))
  }
  const busy = await usage
  const rssMb = rssMbOf(parts.replica)
  await Promise.all(underway)
  const lateMsP99 = percentile(lateMs, 0.99)
  const isLate = lateMsP99 > LATE_MS || busy.load > LOAD_LIMIT
  return { level: members, ...tally.end(), busy, rssMb, load: { lateMsP99, isLate } }
}

function untilDue(beganMs: number, dueMs: number): number {
  return beganMs + dueMs - performance.now()
}

/** Looks at it from outside until a moment, as its second process and Prometheus do. */
async function lookOn(url: string, tally: Tally, untilMs: number): Promise<void> {
  for (let leftMs = untilMs - performance.now(); leftMs > 0; leftMs = untilMs - performance.now()) {
    void lookAt(url, tally)
    // At a fixed pace.
    // oxlint-disable-next-line no-await-in-loop
    await delay(Math.min(LOOKS_EVERY_MS, leftMs))
  }
}

async function lookAt(url: string, tally: Tally): Promise<void> {
  const isReady = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) }).then(
    (answer) => answer.arrayBuffer().then(() => answer.status === 200),
    () => false,
  )
  tally.looked({ objective: 'availability', isGood: isReady })
  const used = await readMetric(url, 'sophia_memory_used_ratio').catch(() => undefined)
  if (used !== undefined) tally.looked(judgeMemory(used))
}

/** A metric without labels. */
async function readMetric(url: string, name: string): Promise<number | undefined> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(await answer.text()) ?? []
  return value === undefined ? undefined : Number(value)
}

/** Waits until no answer is being written any more, so that a step begins with nothing left of the one before. */
export async function untilIdle(url: string): Promise<void> {
  for (const deadlineMs = performance.now() + IDLE_LIMIT_MS; performance.now() < deadlineMs; await delay(250))
    if ((await readMetric(url, 'sophia_turns_active').catch(() => undefined)) === 0) return
  throw new Error('The replica does not come to rest after a step.')
}
