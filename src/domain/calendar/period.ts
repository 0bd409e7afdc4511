import type { Day } from '../day.ts'
import type { BusinessCalendar } from './business-days.ts'
import type { Source } from './fault.ts'
import type { Fiscal } from './fiscal.ts'
import type { PeriodEvents } from './period-events.ts'
import type { Rule } from './rule.ts'

/** Leads, tails and ramps are no longer: a plan looks so far beyond its days for what reaches in. */
export const MOST_AROUND_DAYS = 31

/** A named stretch of business time, such as the closing of a month: local days by rule or by list, and what surrounds them. */
export interface Period {
  readonly name: string
  /** What people call it. */
  readonly label: string
  readonly days:
    | { readonly rule: Rule }
    | { readonly dates: ReadonlySet<Day> }
    | { readonly dates: ReadonlySet<Day>; readonly events: PeriodEvents }
  /** Whose business days the rule and the bridge are about. */
  readonly calendar: BusinessCalendar
  /** Whose local days they are. An IANA name. */
  readonly timeZone: string
  readonly fiscal: Fiscal
  /**
   * From and to, in minutes after midnight, on each of its days; null is all day. With `to` not after `from`, it ends on the
   * day after.
   */
  readonly hours: readonly [number, number] | null
  /** How long before it begins and after it ends it is in force already and still. */
  readonly leadMs: number
  readonly tailMs: number
  /** How long factors take to reach their value after it begins, and to leave it before it ends. */
  readonly rampMs: number
  /** Days without business between two of its days belong to it too. */
  readonly isBridged: boolean
  /** Of several periods that move the same thing, the highest wins. */
  readonly priority: number
  readonly source: Source
}
