import type { HealthComponentName } from '../client/health.ts'
import type { DealSignalName } from '../deal/risk.ts'
import type { SampleCompany } from './sample-rows.ts'

/** What a field of a row holds: a value as it stands, or a day so far before (`daysAgo`) or after the day of loading. */
export type ExpectedValue =
  | { readonly value: string | number | boolean | null }
  | { readonly daysAgo: number }
  | { readonly daysAhead: number }

/** A row that an answer must rest on. */
export interface StoryFact {
  readonly kind: keyof SampleCompany
  readonly id: string
  readonly field: string
  readonly expected: ExpectedValue
}

/** A number that an answer must state, in words of its own; `about` allows for rounding, as a share of the number. */
export interface StoryFigure {
  readonly label: string
  readonly amount: number
  readonly about: number
}

/** A thing wrong (or good) that is planted in the sample company, once and stronger than anything like it by chance. */
export interface SampleStory {
  readonly id: string
  readonly title: string
  readonly about: { readonly kind: 'deal' | 'client' | 'rep'; readonly id: string; readonly name: string }
  readonly persona: 'marcus' | 'sarah'
  /** What a person would ask. */
  readonly question: string
  readonly facts: readonly StoryFact[]
  readonly figures: readonly StoryFigure[]
  /** The risk signal of a deal or the component of a client's health that must speak; other skills' stories have names of their own. */
  readonly signal: DealSignalName | HealthComponentName | 'win_rate_falling' | 'pushed' | 'promise_overdue'
}

/** A fact of the answer key: `is` a value, or a day so far `ago` or `ahead`. */
export function fact(kind: keyof SampleCompany, id: string, field: string) {
  return {
    is: (value: string | number | boolean | null): StoryFact => ({ kind, id, field, expected: { value } }),
    ago: (daysAgo: number): StoryFact => ({ kind, id, field, expected: { daysAgo } }),
    ahead: (daysAhead: number): StoryFact => ({ kind, id, field, expected: { daysAhead } }),
  }
}
