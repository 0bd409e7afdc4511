import type { Day } from '../day.ts'
import type { Weekday } from './weekday.ts'

/** What is counted within: the months, quarters and years of the period's fiscal settings, or of the common calendar. */
export const SPANS = ['month', 'quarter', 'year'] as const
export type SpanKind = (typeof SPANS)[number]

export const ROLLS = ['prev', 'next', 'modified'] as const

/** Both ends belong to it; days of a month, 1 to 31. */
export interface DayRange {
  readonly from: number
  readonly to: number
}

/** A rule that holds no other. `bd` is a business day of the period's calendar. */
export type AtomRule =
  /** `last 3 bd of month`, `first 5 days of quarter`; all there are when the span has fewer. */
  | {
      readonly kind: 'edge'
      readonly edge: 'first' | 'last'
      readonly count: number
      readonly unit: 'bd' | 'days'
      readonly span: SpanKind
    }
  /** `days 1-5, 15 of month`; a month without such a day has none. */
  | { readonly kind: 'days'; readonly ranges: readonly DayRange[] }
  /** `2nd tue of month`, `last fri of month`; a month without a fifth has none. */
  | { readonly kind: 'nth'; readonly nth: number | 'last'; readonly weekday: Weekday }
  /** `3rd bd of month`; a span with fewer business days has none. */
  | { readonly kind: 'nth-bd'; readonly nth: number; readonly span: SpanKind }
  /** `every 2nd fri from 2026-01-09`: nothing before that day. */
  | { readonly kind: 'every'; readonly weeks: number; readonly weekday: Weekday; readonly from: Day }
  /** `sat-sun`, `fri`. */
  | { readonly kind: 'weekdays'; readonly from: Weekday; readonly to: Weekday }
  | { readonly kind: 'holiday' }
  | { readonly kind: 'bd' }

/** A rule made of others. */
export type CompoundRule =
  /** `2 bd before days 1-5 of month`: of each day there, the one business day that lies so far from it. */
  | { readonly kind: 'shift'; readonly count: number; readonly side: 'before' | 'after'; readonly of: Rule }
  /**
   * `day 15 of month roll(prev)`: a day that is no business day gives way to the business day before or after it;
   * `modified` goes to the one after, unless that lies in another month, then to the one before.
   */
  | { readonly kind: 'roll'; readonly to: (typeof ROLLS)[number]; readonly of: Rule }
  | { readonly kind: 'not'; readonly of: Rule }
  /** Two or more. */
  | { readonly kind: 'and' | 'or'; readonly all: readonly Rule[] }

/** Which days a period is made of, as `parseRule` reads it and `formatRule` writes it. */
export type Rule = AtomRule | CompoundRule

export function isCompound(rule: Rule): rule is CompoundRule {
  return 'of' in rule || 'all' in rule
}

/** `1st`, `2nd`, `3rd`, `4th`, `11th`. */
export function ordinal(count: number): string {
  const isTeen = count % 100 >= 11 && count % 100 <= 13
  return `${count}${(isTeen ? undefined : ['th', 'st', 'nd', 'rd'][count % 10]) ?? 'th'}`
}
