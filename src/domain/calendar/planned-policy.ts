import { isInside, type Boundaries } from './boundaries.ts'
import { isMatched, namesOf } from './period-match.ts'
import type { Period } from './period.ts'
import type { Policy } from './policy.ts'

export interface PlannedPeriod {
  readonly period: Period
  readonly boundaries: Boundaries
}

/** A policy with the runs of time in which its periods are in force as it wants them. */
export interface PlannedPolicy {
  readonly policy: Policy
  readonly boundaries: Boundaries
  /** The longest ramp of the periods that it wants in force. It is taken at both ends of each run, not of each period. */
  readonly rampMs: number
  /** The periods it wants in force, highest priority first: at an instant it speaks for the first of them that is. */
  readonly subjects: readonly PlannedPeriod[]
}

/** From the first to the last instant that a plan looks at, its margin included. */
export interface Extent {
  readonly startMs: number
  readonly endMs: number
}

/** `periods` are sorted by priority, highest first. */
export function planPolicy(policy: Policy, periods: readonly PlannedPeriod[], extent: Extent): PlannedPolicy {
  const { wanted, unwanted } = namesOf(policy.match)
  const subjects = periods.filter(({ period }) => wanted.has(period.name))
  const named = periods.filter(({ period }) => wanted.has(period.name) || unwanted.has(period.name))
  return {
    policy,
    boundaries: listRuns(policy, named, extent),
    rampMs: Math.max(0, ...subjects.map(({ period }) => period.rampMs)),
    subjects,
  }
}

/** Between two boundaries of the named periods nothing changes: each such stretch is matched once. */
function listRuns({ match }: Policy, named: readonly PlannedPeriod[], { startMs, endMs }: Extent): Boundaries {
  const byName = new Map(named.map(({ period, boundaries }) => [period.name, boundaries]))
  const isMatchedAt = (atMs: number): boolean => isMatched(match, (name) => isInside(byName.get(name) ?? NEVER, atMs))
  const changes = named.flatMap(({ boundaries }) => [...boundaries]).filter((atMs) => atMs > startMs && atMs < endMs)
  const runs: number[] = []
  for (const atMs of [startMs, ...new Set(changes)].toSorted((one, other) => one - other)) {
    const isIn = runs.length % 2 === 1
    if (isMatchedAt(atMs) !== isIn) runs.push(atMs)
  }
  if (runs.length % 2 === 1) runs.push(endMs)
  return Float64Array.from(runs)
}

const NEVER: Boundaries = new Float64Array()
