import type { ScalingAdvice } from '#contract/calendar.ts'
import { effective } from '#domain/calendar/effective.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import type { Clock } from '#domain/clock.ts'
import { adviseReplicas, type ScalingFacts, type ScalingRules } from '#domain/scaling/advise-replicas.ts'
import { dayOf } from '#domain/day.ts'
import type { Log } from '#platform/log/log.ts'
import { FLOOR_KEY } from './known-bases.ts'
import { instantOrNull } from './present-calendar.ts'

interface ScalingNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly plan: () => CalendarPlan
  readonly rules: () => ScalingRules
  /** Turns that wait or are answered, over all replicas. */
  readonly countOpenTurns: () => Promise<number>
}

/** How many replicas there shall be. */
export interface Scaling {
  /** Measured at most every five seconds, whoever asks how often. */
  advise(): Promise<ScalingAdvice>
}

type Advised = NonNullable<ScalingFacts['last']>

const KEPT_MS = 5000
const HOUR_MS = 3_600_000

export function createScaling(needs: ScalingNeeds): Scaling {
  const { clock } = needs
  /** What was advised, newest last: those within the last step. While only watching, what it would have been. */
  let advised: readonly Advised[] = []
  let spent = { day: '', usd: 0 }
  let wasShadow: boolean | null = null
  let kept: { readonly atMs: number; readonly advice: Promise<ScalingAdvice> } | null = null

  async function measure(): Promise<ScalingAdvice> {
    const rules = needs.rules()
    const nowMs = clock.now().getTime()
    const { calendar, untilMs } = floorNow(needs.plan(), rules, nowMs)
    // What would have been is no beginning for what is, and cost nothing.
    if (wasShadow !== rules.isShadow) {
      advised = []
      spent = { day: '', usd: 0 }
    }
    wasShadow = rules.isShadow
    // Of a clock that was set back, what was advised later than now says nothing.
    const past = advised.filter(({ atMs }) => atMs <= nowMs)
    const last = past.at(-1) ?? null
    spent = spend(spent, rules, { last, nowMs })
    const openTurns = await needs.countOpenTurns().catch((error: unknown) => {
      needs.log.warn({ error }, 'the open turns could not be counted')
      return null
    })
    const recent = past.filter(({ atMs }) => nowMs - atMs < rules.stepMs)
    const facts = { nowMs, calendar, openTurns, last: lowestOf(recent) ?? last, spentUsd: spent.usd }
    const { unshadowed, ...advice } = adviseReplicas(rules, facts)
    advised = [...recent, { replicas: unshadowed, atMs: nowMs }]
    return { ...advice, reasons: [...advice.reasons], until: instantOrNull(untilMs) }
  }
  return {
    advise() {
      const nowMs = clock.monotonicMs()
      if (kept === null || nowMs - kept.atMs >= KEPT_MS) kept = { atMs: nowMs, advice: measure() }
      return kept.advice
    },
  }
}

/** Who asks every few seconds is given no more within a step than who asks once. */
function lowestOf(recent: readonly Advised[]): Advised | null {
  return recent.toSorted((one, other) => one.replicas - other.replicas)[0] ?? null
}

function floorNow(plan: CalendarPlan, { min }: ScalingRules, nowMs: number) {
  const found = effective(plan, { key: FLOOR_KEY, base: min }, nowMs)
  const says = found.steps.filter(({ isDecisive }) => isDecisive).map((step) => `${step.label} says ${step.says}`)
  const calendar = says.length === 0 ? null : { replicas: Number(found.value), says: says.join(', ') }
  return { calendar, untilMs: found.untilMs }
}

/** Counted by this process from what it advised, since midnight UTC or its own start. */
function spend(
  { day, usd }: { readonly day: string; readonly usd: number },
  { usdPerReplicaHour, min }: ScalingRules,
  { last, nowMs }: Pick<ScalingFacts, 'last' | 'nowMs'>,
): { day: string; usd: number } {
  const today = dayOf(new Date(nowMs))
  const before = day === today ? usd : 0
  if (last === null || usdPerReplicaHour === null) return { day: today, usd: before }
  const hours = Math.max(0, nowMs - last.atMs) / HOUR_MS
  return { day: today, usd: before + Math.max(0, last.replicas - min) * hours * usdPerReplicaHour }
}
