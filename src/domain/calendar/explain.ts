import { minuteText } from '../day.ts'
import { readAsked } from './active-settings.ts'
import { effective, type Effective, type KnobValue, type Question, type Step } from './effective.ts'
import { listFreshDemands, type FreshDemand } from './fresh-demands.ts'
import type { Knob } from './knobs.ts'
import type { CalendarPlan } from './plan.ts'
import { formatAmount } from './setting-value.ts'

/** What holds for a key, with sentences for a person: what it is, who says so, who was overruled, and until when. */
export interface Explanation extends Effective {
  readonly sentences: readonly string[]
}

/** Throws as `effective` does. */
export function explain(plan: CalendarPlan, question: Question, atMs: number): Explanation {
  const found = effective(plan, question, atMs)
  const { knob } = readAsked(plan, question.key)
  const decisive = found.steps.filter((step) => step.isDecisive)
  return {
    ...found,
    sentences: [
      describeValue(found, knob),
      ...found.steps.map((step) => describeStep(step, found, knob)),
      ...(hasEquals(found.steps) ? [`Of the same priority counts ${combineWords(knob)}: ${knob.why}`] : []),
      ...describeLimits(found, decisive, knob),
      describeEnd(found),
      ...listFreshDemands(plan, question.key, atMs).map(describeDemand),
    ],
  }
}

function describeValue({ key, value, base, steps }: Effective, knob: Knob): string {
  if (steps.length === 0) return `\`${key}\` is ${show(knob, value)}: no period in force moves it.`
  return `\`${key}\` is ${show(knob, value)}; without the calendar it is ${show(knob, base)}.`
}

function describeStep(step: Step, { steps }: Effective, knob: Knob): string {
  const who = `${step.label} (priority ${step.priority}; ${step.source.file}, line ${step.source.line})`
  const said = `${saysWhat(step, knob)}${verdictOn(step, steps)}`
  // A text for the colleagues may bring its own full stop.
  return `${who} says ${said}${said.endsWith('."') ? '' : '.'}`
}

function saysWhat({ says, factor, value }: Step, knob: Knob): string {
  if (factor === undefined) return show(knob, value)
  const now = `x${Number(factor.toPrecision(6))}`
  return `${says}${now === says ? '' : `, within its ramp ${now} for now`}, which makes ${show(knob, value)}`
}

function verdictOn(step: Step, steps: readonly Step[]): string {
  if (step.isDecisive) return ''
  return step.priority === steps[0]?.priority
    ? ', and another of its priority counts'
    : ', and a higher priority counts'
}

function hasEquals(steps: readonly Step[]): boolean {
  return steps.length > 1 && steps[1]?.priority === steps[0]?.priority
}

function combineWords({ combine }: Knob): string {
  if (combine === 'all') return 'every one'
  return combine === 'any' ? 'any that says yes' : `the ${combine}`
}

function describeLimits({ value }: Effective, decisive: readonly Step[], knob: Knob): readonly string[] {
  const asked = decisive[0]?.value
  if (knob.limits === null || typeof value !== 'number' || typeof asked !== 'number') return []
  if (asked >= knob.limits.least && asked <= knob.limits.most) return []
  const { least, most } = knob.limits
  return [`No policy moves it out of ${formatAmount(knob, least)} to ${formatAmount(knob, most)}.`]
}

function describeDemand({ label, source, fromMs, isUnderway }: FreshDemand): string {
  const who = `${label} (${source.file}, line ${source.line})`
  return isUnderway
    ? `${who} wants fresh values: nothing kept from before ${minuteText(fromMs)} is given in it.`
    : `From ${minuteText(fromMs)} on ${who} wants fresh values: nothing kept from before is given in it.`
}

function describeEnd({ untilMs, isMoving }: Effective): string {
  if (untilMs === null) return 'So it is as far as the calendar is worked out.'
  const until = minuteText(untilMs)
  return isMoving ? `It is on its way until ${until}.` : `So it is until ${until}.`
}

function show(knob: Knob, value: KnobValue): string {
  if (typeof value === 'number')
    return `${formatAmount(knob, value)} ${knob.unit === 'ms' ? '' : unitOf(knob.unit, value)}`.trim()
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (value === null || value.length === 0) return 'nothing'
  return typeof value === 'string' ? value : value.map((text) => `"${text}"`).join(' and ')
}

/** One of it is not many: `1 replica`, `1 entry`, `1 request a second`. */
function unitOf(unit: string, value: number): string {
  return value === 1 ? unit.replace(/ies\b/, 'y').replace(/s\b/, '') : unit
}
