import { adviseReplicas, DEFAULT_SCALING, type ScalingFacts } from '#domain/scaling/advise-replicas.ts'
import type { Month } from './month.ts'
import { createScaler, type ScalerSpec } from './scaler.ts'

/** A replica takes work so long after it was asked for: image, start, first answers. */
const START_MS = 90_000
/** How often a scaler of Kubernetes looks. */
const STEP_MS = 15_000
/** Figures of the processor reach it so late, figures of Prometheus so late. */
const CPU_LATE_MS = 45_000
const SCRAPE_LATE_MS = 20_000
const { turnsPerReplica } = DEFAULT_SCALING

interface Replay {
  readonly month: Month
  readonly spec: ScalerSpec
  /** Replicas that cron triggers ask for; none without them. */
  readonly cronAt?: (atMs: number) => number
}

/** What became of a month. */
export interface Outcome {
  /** Minutes in which more turns were open than the replicas that answered could bear, and turns waiting in them. */
  readonly minutesShort: number
  readonly turnMinutesWaiting: number
  readonly podHours: number
  readonly mostPods: number
}

/** Replays a month through a scaler, step by step: what it is told is as old as it would be. */
export function replayMonth({ month, spec, cronAt = () => 0 }: Replay): Outcome {
  const decide = createScaler(spec)
  const advise = createAdvice(month)
  let pods: readonly number[] = Array.from({ length: spec.min }, () => month.fromMs - START_MS)
  const past: Past[] = []
  let [minutesShort, turnMinutesWaiting, podHours, mostPods] = [0, 0, 0, 0]
  for (let atMs = month.fromMs; atMs < month.toMs; atMs += STEP_MS) {
    const ready = pods.filter((askedMs) => atMs - askedMs >= START_MS).length
    const turns = month.turnsAt(atMs)
    const short = Math.max(0, turns - ready * turnsPerReplica)
    if (short > 0) minutesShort += STEP_MS / 60_000
    turnMinutesWaiting += (short * STEP_MS) / 60_000
    podHours += (pods.length * STEP_MS) / 3_600_000
    mostPods = Math.max(mostPods, pods.length)
    past.push({ atMs, turnsPerPod: Math.min(turnsPerReplica, turns / Math.max(1, ready)), advised: advise(atMs) })
    const values = { ...seenOf(past, atMs), cron: cronAt(atMs) }
    pods = resize(pods, decide({ atMs, pods: pods.length, readyPods: ready, values }), atMs)
  }
  return { minutesShort, turnMinutesWaiting, podHours, mostPods }
}

/** As `GET /api/scaling` says it: the floor of the calendar, the open turns, the greatest step at a time. */
function createAdvice({ floorAt, turnsAt }: Month): (atMs: number) => number {
  let last: ScalingFacts['last'] = null
  return (atMs) => {
    const facts = { nowMs: atMs, openTurns: turnsAt(atMs), last, spentUsd: 0 }
    const calendar = { replicas: floorAt(atMs), says: 'the plan' }
    const { desiredReplicas } = adviseReplicas(DEFAULT_SCALING, { ...facts, calendar })
    last = { replicas: desiredReplicas, atMs }
    return desiredReplicas
  }
}

interface Past {
  readonly atMs: number
  readonly turnsPerPod: number
  readonly advised: number
}

/** What is resident without work, in percent of what a replica asks for, as measured at rest. */
const MEMORY_PERCENT = 58

/** A replica that is given all the turns it can bear is taken to use all the processor it asked for; its memory stays as it is. */
function seenOf(past: Past[], atMs: number): Record<string, number> {
  while ((past[0]?.atMs ?? atMs) < atMs - 2 * CPU_LATE_MS) past.shift()
  const before = (lateMs: number): Past | undefined => past.findLast((one) => one.atMs <= atMs - lateMs) ?? past[0]
  const scraped = before(SCRAPE_LATE_MS)
  return {
    cpu: (100 * (before(CPU_LATE_MS)?.turnsPerPod ?? 0)) / turnsPerReplica,
    memory: MEMORY_PERCENT,
    sophia_turns_active: scraped?.turnsPerPod ?? 0,
    sophia_desired_replicas: scraped?.advised ?? 0,
  }
}

/** The newest leave first, as a ReplicaSet has those leave that are not ready or were started last. */
function resize(pods: readonly number[], wanted: number, atMs: number): readonly number[] {
  if (wanted <= pods.length) return pods.slice(0, wanted)
  return [...pods, ...Array.from({ length: wanted - pods.length }, () => atMs)]
}
