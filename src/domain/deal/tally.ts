import { addDays, daysBetween, type Day } from '../day.ts'
import { quantile } from './statistics.ts'

/** One deal as the pipeline review counts it. */
export interface DealFact {
  /** The group it belongs to; null when the data does not say. */
  readonly key: string | null
  readonly label: string | null
  readonly status: 'open' | 'won' | 'lost'
  readonly clientId: string | null
  readonly valueMicros: number | null
  readonly currency: string
  readonly isEstimated: boolean
  readonly createdOn: Day | null
  readonly closedOn: Day | null
}

/** Ages in days below which three in four, and nine in ten, won deals closed. */
export interface AgeLimits {
  readonly p75Days: number
  readonly p90Days: number
}

/** The window against which earlier outcomes are held. */
export const RECENT_DAYS = 180

export interface TallyTerms {
  readonly asOf: Day
  /** Values in another currency are counted, not added. */
  readonly currency: string
  readonly limits: AgeLimits | null
}

/** What is counted of a group of deals, in SQL or by `tallyDeals`: the two must agree. */
export interface DealTally {
  readonly key: string | null
  readonly label: string | null
  readonly openDeals: number
  readonly openWithoutClient: number
  readonly openDated: number
  /** Open deals with a value in the terms' currency, and their sum. */
  readonly valuedRows: number
  readonly amountMicros: number
  readonly estimatedRows: number
  readonly otherCurrencyRows: number
  readonly olderThanP75: number
  readonly olderThanP90: number
  readonly won: number
  readonly lost: number
  /** Decided within the recent days up to the day, and before them; deals without a closed day are in neither. */
  readonly recentWon: number
  readonly recentLost: number
  readonly earlierWon: number
  readonly earlierLost: number
  /** Won deals with both days, closed no earlier than created. */
  readonly cycleN: number
  /** p25, p50, p75 and p90 of their days; null when there is none. */
  readonly cycleDays: readonly [number, number, number, number] | null
}

/** Counts deals by their key, in the order the keys first appear. Pure twin of the store's SQL. */
export function tallyDeals(facts: readonly DealFact[], terms: TallyTerms): DealTally[] {
  return [...Map.groupBy(facts, (fact) => fact.key)].map(([key, group]) => tallyGroup(key, group, terms))
}

/** Counts all deals as one group; an empty list gives zeros. */
export function tallyAll(facts: readonly DealFact[], terms: TallyTerms): DealTally {
  return tallyGroup(null, facts, terms)
}

function tallyGroup(key: string | null, facts: readonly DealFact[], terms: TallyTerms): DealTally {
  const open = facts.filter((fact) => fact.status === 'open')
  const ages = open.flatMap((fact) => (fact.createdOn === null ? [] : [daysBetween(fact.createdOn, terms.asOf)]))
  const valued = open.filter((fact) => fact.valueMicros !== null && fact.currency === terms.currency)
  const cycles = cyclesOf(facts)
  const { limits } = terms
  return {
    key,
    label: facts.map((fact) => fact.label).find((label) => label !== null) ?? null,
    openDeals: open.length,
    openWithoutClient: open.filter((fact) => fact.clientId === null).length,
    openDated: ages.length,
    valuedRows: valued.length,
    amountMicros: valued.reduce((sum, fact) => sum + (fact.valueMicros ?? 0), 0),
    estimatedRows: valued.filter((fact) => fact.isEstimated).length,
    otherCurrencyRows: open.filter((fact) => fact.valueMicros !== null && fact.currency !== terms.currency).length,
    olderThanP75: limits === null ? 0 : ages.filter((age) => age > limits.p75Days).length,
    olderThanP90: limits === null ? 0 : ages.filter((age) => age > limits.p90Days).length,
    won: facts.filter((fact) => fact.status === 'won').length,
    lost: facts.filter((fact) => fact.status === 'lost').length,
    ...outcomesByTime(facts, terms.asOf),
    cycleN: cycles.length,
    cycleDays: spreadOf(cycles),
  }
}

function outcomesByTime(facts: readonly DealFact[], asOf: Day) {
  const start = addDays(asOf, -RECENT_DAYS)
  const count = (status: 'won' | 'lost', isIn: (day: Day) => boolean): number =>
    facts.filter((fact) => fact.status === status && fact.closedOn !== null && isIn(fact.closedOn)).length
  const isRecent = (day: Day): boolean => day > start && day <= asOf
  const isEarlier = (day: Day): boolean => day <= start
  return {
    recentWon: count('won', isRecent),
    recentLost: count('lost', isRecent),
    earlierWon: count('won', isEarlier),
    earlierLost: count('lost', isEarlier),
  }
}

function cyclesOf(facts: readonly DealFact[]): number[] {
  return facts.flatMap((fact) => {
    if (fact.status !== 'won' || fact.createdOn === null || fact.closedOn === null) return []
    const days = daysBetween(fact.createdOn, fact.closedOn)
    return days < 0 ? [] : [days]
  })
}

function spreadOf(days: readonly number[]): [number, number, number, number] | null {
  if (days.length === 0) return null
  const at = (fraction: number): number => quantile(days, fraction) ?? 0
  return [at(0.25), at(0.5), at(0.75), at(0.9)]
}
