import type { Objective } from './objectives.ts'

/** What was counted in some span. */
export interface Counts {
  readonly good: number
  readonly bad: number
}

export const NOTHING: Counts = { good: 0, bad: 0 }

export function plus(one: Counts, other: Counts): Counts {
  return { good: one.good + other.good, bad: one.bad + other.bad }
}

/** Share of bad ones; null where there were too few to speak of. */
export function badShare({ good, bad }: Counts, { leastEvents }: Pick<Objective, 'leastEvents'>): number | null {
  const total = good + bad
  return total < leastEvents || total === 0 ? null : bad / total
}

/** How many times as fast as it may the budget is used: 1 uses it up exactly by the end of the window. */
export function burnRate(counts: Counts, objective: Objective): number | null {
  const share = badShare(counts, objective)
  return share === null ? null : share / (1 - objective.target)
}

export interface Budget {
  /** Share of good ones. */
  readonly share: number
  /** How many bad ones the window could bear, of as many as there were. */
  readonly allowedBad: number
  /** Share of the budget that is left; below 0 it is overdrawn. */
  readonly remaining: number
}

/** The budget over a whole window; null where there were too few events to speak of. */
export function budgetOf(counts: Counts, objective: Objective): Budget | null {
  const share = badShare(counts, objective)
  if (share === null) return null
  const allowedBad = (counts.good + counts.bad) * (1 - objective.target)
  return { share: 1 - share, allowedBad, remaining: 1 - counts.bad / allowedBad }
}

/** `met` within its budget, `at-risk` with less than a quarter of it left, `missed` without any. */
export type Standing = 'met' | 'at-risk' | 'missed' | 'unknown'

const LITTLE = 0.25

export function standingOf(budget: Budget | null): Standing {
  if (!budget) return 'unknown'
  if (budget.remaining < 0) return 'missed'
  return budget.remaining < LITTLE ? 'at-risk' : 'met'
}
