import { effective } from './effective.ts'
import type { CalendarPlan } from './plan.ts'

/** Whether deploys wait, until when, and by whose word. */
export interface Freeze {
  readonly isFrozen: boolean
  /** When deploys may go ahead again, whatever else begins or ends before; null while free or beyond what is worked out. */
  readonly untilMs: number | null
  /** What people call the periods that say so; empty while free. */
  readonly because: readonly string[]
}

/** The key by which a period freezes deploys. */
const FREEZE_KEY = 'freeze.deploys'

/** Throws a RangeError outside of the plan. */
export function freezeAt(plan: CalendarPlan, atMs: number): Freeze {
  const { value, steps, untilMs } = effective(plan, { key: FREEZE_KEY, base: false }, atMs)
  if (value !== true) return { isFrozen: false, untilMs: null, because: [] }
  const says = steps.filter(({ isDecisive }) => isDecisive).map(({ label }) => label)
  return { isFrozen: true, untilMs, because: [...new Set(says)] }
}

/** For whoever changes something in the midst of a freeze that nothing holds back; empty while there is none. */
export function freezeWarnings(freeze: Freeze): readonly string[] {
  const sentence = freezeSentence(freeze)
  return sentence === null ? [] : [`${sentence} What you change here takes effect at once nevertheless.`]
}

/** `Deploys are frozen until 2027-01-01 05:00 UTC, because of Quarter end.`; null while they may go ahead. */
export function freezeSentence({ isFrozen, untilMs, because }: Freeze): string | null {
  if (!isFrozen) return null
  const until =
    untilMs === null
      ? 'as far as the calendar is worked out'
      : `until ${new Date(untilMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `Deploys are frozen ${until}, because of ${because.join(' and ')}.`
}
