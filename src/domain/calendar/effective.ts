import { listActive, listChanges, readAsked, type ActiveSetting, type Asked } from './active-settings.ts'
import { countUpTo } from './boundaries.ts'
import type { Source } from './fault.ts'
import { listEdges, movingValueAt, stretchAt, type Stretch } from './lookup.ts'
import { contribute, underOf, valueAt } from './moving-value.ts'
import { checkInPlan, type CalendarPlan } from './plan.ts'
import { formatSettingValue } from './setting-value.ts'

/** A number, yes or no, a time of day (null for none), or texts, by the knob. */
export type KnobValue = number | boolean | string | readonly string[] | null

/** What is asked of a plan: a key such as `cache.tool:ledger.balance.ttl`, and what holds without any period. */
export interface Question {
  readonly key: string
  readonly base: KnobValue
}

/** What one setting in force has to say. */
export interface Step {
  /** For whom it speaks; null when its policy wants no period in force. */
  readonly period: string | null
  /** What people call the period, or the policy's own words. */
  readonly label: string
  readonly priority: number
  /** As people read it: `x0.25`, `90s`, `yes`. */
  readonly says: string
  /** What the setting makes of the base; within a ramp, how far it has come from what would hold without it. */
  readonly value: KnobValue
  /** Of a factor: what the value is of the base. */
  readonly factor?: number
  readonly source: Source
  /** Whether the value comes from it; several may say the same. */
  readonly isDecisive: boolean
}

export interface Effective {
  readonly key: string
  readonly base: KnobValue
  readonly value: KnobValue
  /** Highest priority first. Empty when nothing moves the value. */
  readonly steps: readonly Step[]
  /** Up to here the value stays, or moves by the same ramp; null when that is beyond the plan. */
  readonly untilMs: number | null
  /** Within a ramp. */
  readonly isMoving: boolean
}

/**
 * What holds for a key at an instant, and by whose word. Of the settings in force only those of the highest priority
 * count; equal ones become one as the table of knobs says, but texts, of which all are told. Throws a RangeError outside of
 * the plan, for a key that does not exist, and for a base of another form.
 */
export function effective(plan: CalendarPlan, { key, base }: Question, atMs: number): Effective {
  const asked = readAsked(plan, key)
  checkInPlan(plan, atMs)
  if (asked.knob.takes.includes('factor')) return effectiveNumber({ plan, asked, key, base }, atMs)
  checkBase(asked, base)
  const active = listActive(asked, atMs)
  const value = plainValue(active, asked, base)
  const steps = active.map((setting) => {
    const own = plainValue([setting], asked, base)
    const isOfTop = setting.priority === active[0]?.priority
    return stepOf(setting, { value: own, isDecisive: asked.knob.combine === 'all' || (isOfTop && own === value) })
  })
  return { key, base, value, steps, untilMs: nextChange({ plan, asked, base }, value, atMs), isMoving: false }
}

interface Asking {
  readonly plan: CalendarPlan
  readonly asked: Asked
  readonly base: KnobValue
}

function effectiveNumber({ plan, asked, key, base }: Asking & { readonly key: string }, atMs: number): Effective {
  if (typeof base !== 'number' || !Number.isFinite(base)) throw new RangeError(`The base of \`${key}\` is a number.`)
  const moving = movingValueAt(asked, base, atMs)
  const under = underOf(moving, 0, atMs)
  const contributed = moving.contributions.map((contribution) => contribute(contribution, under, atMs))
  const top = contributed.filter((_, index) => isOfTop(moving.contributions, index))
  const winner = asked.knob.combine === 'smallest' ? Math.min(...top) : Math.max(...top)
  const steps = listActive(asked, atMs).map((active, index) => {
    const isTop = isOfTop(moving.contributions, index)
    const value = (isTop ? contributed[index] : moving.contributions[index]?.target) ?? base
    const step = stepOf(active, { value, isDecisive: isTop && value === winner })
    return active.setting.value.kind === 'factor' && base !== 0 ? { ...step, factor: value / base } : step
  })
  return { key, base, value: valueAt(moving, atMs), steps, ...findEnd(plan, { asked, base }, atMs) }
}

/** How long the stretch lasts in which an instant lies; those that follow with the same value belong to it. */
function findEnd(
  plan: CalendarPlan,
  question: { readonly asked: Asked; readonly base: number },
  atMs: number,
): Pick<Effective, 'untilMs' | 'isMoving'> {
  const edges = listEdges(plan, question.asked)
  let index = countUpTo(edges, atMs) - 1
  const { moving, value } = stretchAt(question, edges, index)
  const isSame = (stretch: Stretch): boolean => moving === null && stretch.moving === null && stretch.value === value
  do index += 1
  while (index < edges.length - 1 && isSame(stretchAt(question, edges, index)))
  const endMs = edges[index] ?? plan.toMs
  return { untilMs: endMs < plan.toMs ? endMs : null, isMoving: moving !== null }
}

function isOfTop(contributions: readonly { readonly priority: number }[], index: number): boolean {
  return contributions[index]?.priority === contributions[0]?.priority
}

function stepOf(
  { setting, planned, period, priority }: ActiveSetting,
  said: { readonly value: KnobValue; readonly isDecisive: boolean },
): Step {
  const label = period?.label ?? planned.policy.matchText
  const says = formatSettingValue(setting.key.name, setting.value)
  return { period: period?.name ?? null, label, priority, says, ...said, source: setting.source }
}

/** The value of a knob that holds no number, at an instant within the plan. */
export function plainValueAt(asked: Asked, base: KnobValue, atMs: number): KnobValue {
  return plainValue(listActive(asked, atMs), asked, base)
}

function plainValue(active: readonly ActiveSetting[], { knob }: Asked, base: KnobValue): KnobValue {
  const [first] = active
  if (!first) return base
  if (knob.combine === 'all')
    return active.flatMap(({ setting: { value } }) => (value.kind === 'text' ? [value.text] : []))
  const top = active.filter(({ priority }) => priority === first.priority).map(({ setting }) => setting.value)
  if (knob.combine === 'any') return top.some((value) => value.kind === 'flag' && value.isOn)
  // Times of day compare as text.
  return top.flatMap((value) => (value.kind === 'text' ? [value.text] : [])).toSorted()[0] ?? base
}

function nextChange({ plan, asked, base }: Asking, value: KnobValue, atMs: number): number | null {
  const known = JSON.stringify(value)
  const changes = listChanges(plan, asked)
  return (
    changes
      .subarray(countUpTo(changes, atMs))
      .find((changeMs) => JSON.stringify(plainValue(listActive(asked, changeMs), asked, base)) !== known) ?? null
  )
}

function checkBase({ key, knob }: Asked, base: KnobValue): void {
  const isOfForm = {
    all: Array.isArray(base),
    any: typeof base === 'boolean',
    smallest: base === null || typeof base === 'string',
    largest: false,
    'most lenient': false,
  }[knob.combine]
  if (!isOfForm) throw new RangeError(`The base of \`${key.name}\` is of another form than its settings.`)
}
