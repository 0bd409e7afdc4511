import { advanceAlert, type ActiveAlert, type Step } from './advance-alert.ts'
import { evaluateRule, type Finding, type Readings } from './evaluate-rule.ts'
import { planMessages, standInFor, type PlannedMessage, type Situation, type Tellable } from './plan-messages.ts'
import type { AlertRule } from './rule.ts'

/** An alert that is not over, as it was left by the round before. */
export interface KnownAlert extends ActiveAlert {
  readonly ruleId: string
  readonly subject: string
  readonly isTold: boolean
  readonly toldBy: string | null
}

/** What a rule's threshold and time are just now, as the calendar has them. */
export interface Limits {
  readonly threshold: number
  readonly forMs: number
}

interface RoundNeeds<Known extends KnownAlert> {
  readonly rules: readonly AlertRule[]
  readonly known: readonly Known[]
  readonly readings: Readings
  readonly limitsOf: (rule: AlertRule) => Limits
  readonly nowMs: number
}

/** One alert after one round: what is to be stored of it, and how it may be told. */
export interface Judged<Known extends KnownAlert> extends Step {
  /** As it was before; undefined for one that begins. */
  readonly known: Known | undefined
  readonly tellable: Tellable
}

/** One round over all rules: how each alert that was known, or is found, stands after it. What is neither is not among them. */
export function judgeRound<Known extends KnownAlert>(needs: RoundNeeds<Known>): Judged<Known>[] {
  const { rules, known, readings, limitsOf, nowMs } = needs
  return rules.flatMap((rule) => {
    const { threshold, forMs } = limitsOf(rule)
    const ofRule = known.filter(({ ruleId }) => ruleId === rule.id)
    return pairUp(evaluateRule(rule, threshold, readings), ofRule).flatMap(({ found, before }) => {
      const moment = { ...found, forMs, holdMs: rule.holdSeconds * 1000, nowMs }
      const step = advanceAlert(before ?? null, moment)
      if (!before && !step.next) return []
      // Of one that is over the last figure while it held is what it was about.
      const value = step.change === 'resolved' ? (before?.value ?? found.value) : found.value
      return [
        {
          ...step,
          known: before,
          tellable: { rule, subject: found.subject, value, threshold, ...toldOf(rule, before) },
        },
      ]
    })
  })
}

interface Pair<Known> {
  readonly found: Finding
  readonly before: Known | undefined
}

/** What is measured beside what is known; what is no longer measured, such as a connection that was removed, is over. */
function pairUp<Known extends KnownAlert>(findings: readonly Finding[], known: readonly Known[]): Pair<Known>[] {
  const gone = known.filter(({ subject }) => !findings.some((found) => found.subject === subject))
  return [
    ...findings.map((found) => ({ found, before: known.find(({ subject }) => subject === found.subject) })),
    ...gone.map((before) => ({ found: { subject: before.subject, value: before.value, isHolding: false }, before })),
  ]
}

/** Of a server that cannot be reached its second process tells, at once and without the database. */
function toldOf({ condition }: AlertRule, before: KnownAlert | undefined): Pick<Tellable, 'isTold' | 'toldBy'> {
  return { isTold: condition.kind === 'unreachable' || before?.isTold === true, toldBy: before?.toldBy ?? null }
}

/** Over, and told of by nobody yet: of the end as well the second process tells, unless what it began was told here. */
function isOverHere({ change, known, tellable }: Judged<KnownAlert>): boolean {
  return change === 'resolved' && (tellable.rule.condition.kind !== 'unreachable' || known?.isTold === true)
}

/** What is said after a round, and of which alerts it is to be kept that it was. */
export interface Telling<One> {
  readonly messages: readonly PlannedMessage[]
  readonly told: readonly One[]
  /** Of these another rule's message speaks. */
  readonly spokenFor: readonly { readonly one: One; readonly by: string }[]
}

/** Who is told of what after a round. */
export function tellRound<One extends Judged<KnownAlert>>(
  judged: readonly One[],
  isSilenced: Situation['isSilenced'],
): Telling<One> {
  const firing = judged.filter(({ next }) => next?.state === 'firing')
  const messages = planMessages({
    firing: firing.map(({ tellable }) => tellable),
    resolved: judged.filter(isOverHere).map(({ tellable }) => tellable),
    pending: judged.filter(({ next }) => next?.state === 'pending').map(({ tellable }) => tellable.rule),
    isSilenced,
  })
  const fired = new Set(messages.flatMap((message) => message.fired))
  const told = firing.filter(({ tellable }) => fired.has(tellable))
  const heard = firing.filter((one) => one.tellable.isTold || told.includes(one))
  const spokenFor = firing
    .filter((one) => !heard.includes(one))
    .flatMap((one) => {
      const by = standInFor(
        one.tellable,
        heard.map(({ tellable }) => tellable),
      )
      return by === null ? [] : [{ one, by }]
    })
  return { messages, told, spokenFor }
}
