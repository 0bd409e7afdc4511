import type { Readings } from '#domain/alerts/evaluate-rule.ts'
import { createGrowth, type Growth } from '#domain/alerts/growth.ts'
import { judgeRound, tellRound, type Judged, type KnownAlert } from '#domain/alerts/judge-round.ts'
import type { PlannedMessage } from '#domain/alerts/plan-messages.ts'
import { thresholdOf } from '#domain/alerts/condition.ts'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import type { Counts } from '#domain/objectives/budget.ts'
import type { ObjectiveId } from '#domain/objectives/objectives.ts'

/** What one process shows at a moment: of gauges what they stand at, of counters what they have counted since it began, by rule and subject. */
export interface ProcessMoment {
  /** Another one after each start. */
  readonly process: string
  readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** What happened in the seconds before a moment, and how it is then. */
export interface DayMoment {
  readonly atSeconds: number
  readonly counted: Readonly<Partial<Record<ObjectiveId, Counts>>>
  readonly processes: readonly ProcessMoment[]
  /** What came before the day is counted and not judged. */
  readonly isJudged: boolean
}

/** A message that people would have got. */
export interface Told extends PlannedMessage {
  readonly atSeconds: number
}

/** Rules about how much a counter grew, with the seconds they look at. */
const GROWING = new Map(
  ALERT_RULES.flatMap(({ id, condition }) => (condition.kind === 'increase' ? [[id, condition.seconds]] : [])),
)

const SLOT_SECONDS = 10
const WIDE_SECONDS = 300
const FINE_SPAN_SECONDS = 3600

/** Counts over spans as the table of them gives: in slots of ten seconds, beyond an hour of five minutes. */
function createSpans() {
  const sums = new Map<ObjectiveId, { good: number[]; bad: number[] }>()
  const upTo = (series: number[], slot: number): number =>
    slot < 0 ? 0 : (series[Math.min(slot, series.length - 1)] ?? 0)
  const extend = (series: number[], slot: number): void => {
    for (let next = series.length; next <= slot; next += 1) series.push(series[next - 1] ?? 0)
  }
  return {
    add(objective: ObjectiveId, atSeconds: number, { good, bad }: Counts): void {
      const slot = Math.floor(atSeconds / SLOT_SECONDS)
      const known = sums.get(objective) ?? { good: [], bad: [] }
      sums.set(objective, known)
      for (const [series, more] of [
        [known.good, good],
        [known.bad, bad],
      ] as const) {
        extend(series, slot)
        series[slot] = (series[slot] ?? 0) + more
      }
    },
    within(objective: ObjectiveId, seconds: number, nowSeconds: number): Counts | undefined {
      const known = sums.get(objective)
      if (!known) return undefined
      const width = seconds <= FINE_SPAN_SECONDS ? SLOT_SECONDS : WIDE_SECONDS
      const first = ((Math.floor((nowSeconds - seconds) / width) + 1) * width) / SLOT_SECONDS
      const last = Math.floor(nowSeconds / SLOT_SECONDS)
      return {
        good: upTo(known.good, last) - upTo(known.good, first - 1),
        bad: upTo(known.bad, last) - upTo(known.bad, first - 1),
      }
    },
  }
}

/** Runs the rules over a course of moments, round by round as a process does, and answers what people would have been told. */
export function replayAlerts(moments: Iterable<DayMoment>): Told[] {
  const spans = createSpans()
  const growths = new Map<string, Growth>()
  const told: Told[] = []
  let known: readonly KnownAlert[] = []
  for (const { atSeconds, counted, processes, isJudged } of moments) {
    // Object.entries widens the keys to string; they are those of the record.
    for (const [objective, counts] of Object.entries(counted) as [ObjectiveId, Counts][])
      spans.add(objective, atSeconds, counts)
    const values = valuesOf(processes, { growths, nowMs: atSeconds * 1000 })
    if (!isJudged) continue
    const readings: Readings = {
      counts: (objective, seconds) => spans.within(objective, seconds, atSeconds),
      values: (ruleId) => values.get(ruleId) ?? new Map(),
    }
    const judged = judgeRound({
      rules: ALERT_RULES,
      known,
      readings,
      limitsOf: (rule) => ({ threshold: thresholdOf(rule.condition), forMs: rule.forSeconds * 1000 }),
      nowMs: atSeconds * 1000,
    })
    const telling = tellRound(judged, () => false)
    told.push(...telling.messages.map((message) => ({ ...message, atSeconds })))
    const spokenFor = new Map(telling.spokenFor.map(({ one, by }) => [one, by]))
    known = judged.flatMap((one) => keep(one, { isTold: telling.told.includes(one), by: spokenFor.get(one) }))
  }
  return told
}

function keep(
  { next, known, tellable }: Judged<KnownAlert>,
  { isTold, by }: { readonly isTold: boolean; readonly by: string | undefined },
): KnownAlert[] {
  if (!next) return []
  return [
    {
      ...next,
      ruleId: tellable.rule.id,
      subject: tellable.subject,
      isTold: isTold || by !== undefined || known?.isTold === true,
      toldBy: by ?? known?.toldBy ?? null,
    },
  ]
}

function valuesOf(
  processes: readonly ProcessMoment[],
  { growths, nowMs }: { readonly growths: Map<string, Growth>; readonly nowMs: number },
): Map<string, Map<string, number[]>> {
  const values = new Map<string, Map<string, number[]>>()
  for (const { process, values: ofProcess } of processes) {
    const growth = growths.get(process) ?? createGrowth()
    growths.set(process, growth)
    for (const [id, subjects] of Object.entries(ofProcess)) {
      const seconds = GROWING.get(id)
      const ofRule = values.get(id) ?? new Map<string, number[]>()
      values.set(id, ofRule)
      for (const [subject, shown] of Object.entries(subjects)) {
        const value = seconds === undefined ? shown : growth.of(`${id} ${subject}`, shown, { seconds, nowMs })
        ofRule.set(subject, [...(ofRule.get(subject) ?? []), value])
      }
    }
  }
  return values
}
