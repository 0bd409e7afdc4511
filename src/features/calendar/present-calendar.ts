import type { z } from 'zod'
import type { CalendarFault, CalendarPeriod, EffectivePolicy, FreshDemand, PolicyStep } from '#contract/calendar.ts'
import { effective, type Effective, type KnobValue } from '#domain/calendar/effective.ts'
import type { CalendarFault as Fault, Source } from '#domain/calendar/fault.ts'
import { listFreshDemands, type FreshDemand as Demand } from '#domain/calendar/fresh-demands.ts'
import { formatRule } from '#domain/calendar/format-rule.ts'
import { knobOf, parseKnobKey } from '#domain/calendar/knobs.ts'
import type { Period } from '#domain/calendar/period.ts'
import { checkInPlan, type CalendarPlan } from '#domain/calendar/plan.ts'
import { SophiaError } from '#domain/errors.ts'
import { baseOf, type KnownBases } from './known-bases.ts'

export function toPeriod({ name, label, priority, timeZone, days, source }: Period): z.infer<typeof CalendarPeriod> {
  return { name, label, priority, timeZone, when: whenText(days), source: toSource(source) }
}

/** As it is written; of a file of events its name, since they may be thousands. */
function whenText(days: Period['days']): string {
  if ('rule' in days) return formatRule(days.rule)
  return 'events' in days ? `events of ${days.events.from}` : [...days.dates].toSorted().join(', ')
}

export function toFault({ source, path, message, place, suggestion }: Fault): z.infer<typeof CalendarFault> {
  return {
    file: source.file,
    line: source.line,
    column: source.column ?? null,
    path: [...path],
    message,
    offset: place?.offset ?? null,
    length: place?.length ?? null,
    suggestion,
  }
}

/** Throws INVALID_INPUT for an instant that the calendar is not worked out for. */
export function readInstant(plan: CalendarPlan, at: Date): number {
  try {
    checkInPlan(plan, at.getTime())
    return at.getTime()
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw invalid('at', new Error(words.replace(' Compile it anew.', ''), { cause: error }))
  }
}

/** What holds for a key, with a value only where something here goes by it. Throws INVALID_INPUT for a key that there cannot be. */
export function presentPolicy(
  plan: CalendarPlan,
  { key, bases }: { readonly key: string; readonly bases: KnownBases },
  atMs: number,
): z.infer<typeof EffectivePolicy> {
  const parsed = parseKnobKey(key)
  if ('message' in parsed) throw invalid('key', new Error(parsed.message))
  const known = baseOf(bases, key)
  const found = effective(plan, { key, base: known === undefined ? neutralOf(key) : known }, atMs)
  const isUsed = known !== undefined
  return {
    key,
    unit: knobOf(parsed).unit,
    base: isUsed ? plain(found.base) : null,
    value: isUsed ? plain(found.value) : null,
    isUsed,
    until: instantOrNull(found.untilMs),
    isMoving: found.isMoving,
    steps: found.steps.map((step) => toStep(step, isUsed)),
    fresh: isUsed ? listFreshDemands(plan, key, atMs).map(toDemand) : [],
  }
}

/** A number that nobody here goes by: only what is said of it can be told. */
function neutralOf(key: string): KnobValue {
  return baseOf(new Map(), key) ?? 1
}

function toStep(step: Effective['steps'][number], isUsed: boolean): z.infer<typeof PolicyStep> {
  const { period, label, priority, says, value, factor = null, source, isDecisive } = step
  return {
    period,
    label,
    priority,
    says,
    value: isUsed ? plain(value) : null,
    factor,
    source: toSource(source),
    isDecisive,
  }
}

function toDemand({ period, label, fromMs, isUnderway, source }: Demand): z.infer<typeof FreshDemand> {
  return { period, label, from: new Date(fromMs).toISOString(), isUnderway, source: toSource(source) }
}

function toSource({ file, line }: Source): { file: string; line: number } {
  return { file, line }
}

/** As it is sent. */
export function plain(value: KnobValue): string | number | boolean | string[] | null {
  return typeof value === 'object' && value !== null ? [...value] : value
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

function invalid(path: string, error: unknown): SophiaError {
  const message = error instanceof Error ? error.message : String(error)
  return new SophiaError('INVALID_INPUT', { faults: [{ path, message }], cause: error })
}
