import type { Combine, Knob } from './knobs.ts'

/** What one setting makes of a number while its policy is in force. */
export interface Contribution {
  /** What it says in full. */
  readonly target: number
  readonly priority: number
  /** The run of its policy. */
  readonly startMs: number
  readonly endMs: number
  /** Of a factor; 0 where the value switches at once. */
  readonly rampMs: number
}

/** A number that policies move: what it is without them, and what each in force makes of it. */
export interface MovingValue {
  readonly base: number
  readonly knob: Knob
  /** Highest priority first. */
  readonly contributions: readonly Contribution[]
}

/** How much of a contribution is in force: from 0 to 1 while it begins, 1, and back to 0 while it ends. */
export function shareAt({ startMs, endMs, rampMs }: Contribution, atMs: number): number {
  return rampMs === 0 ? 1 : Math.min(1, (atMs - startMs) / rampMs, (endMs - atMs) / rampMs)
}

/** The value at an instant at which all contributions are in force. */
export function valueAt(moving: MovingValue, atMs: number): number {
  if (moving.contributions.length === 0) return moving.base
  return hold(moving, valueFrom(moving, 0, atMs))
}

/** Within the limits and in whole parts; a base beyond the limits is the operator's own and stays where it is. */
function hold({ base, knob }: MovingValue, value: number): number {
  const whole = knob.isWhole ? Math.ceil(value - ROUNDING) : value
  if (knob.limits === null) return whole
  return Math.min(Math.max(whole, Math.min(knob.limits.least, base)), Math.max(knob.limits.most, base))
}

/** Three times a third is not to become four. */
const ROUNDING = 1e-9

/** The value by the contributions from a place in the list on, the first of which share the highest priority. */
function valueFrom(moving: MovingValue, from: number, atMs: number): number {
  const { contributions, knob } = moving
  let value = steadyFrom(moving, from, atMs)
  const under = underOf(moving, from, atMs)
  for (let index = from; isOfGroup(moving, from, index); index += 1) {
    const contribution = contributions[index]
    if (contribution && shareAt(contribution, atMs) < 1) {
      value = pick(knob.combine, value, contribute(contribution, under, atMs))
    }
  }
  return value
}

/**
 * What those of a group move away from that are on their way: what holds without them. So nothing jumps when a period of
 * higher priority begins within another, and with one period alone its factor moves from one.
 */
export function underOf(moving: MovingValue, from: number, atMs: number): number {
  const steady = steadyFrom(moving, from, atMs)
  if (!Number.isNaN(steady)) return steady
  let next = from
  while (isOfGroup(moving, from, next)) next += 1
  return next < moving.contributions.length ? valueFrom(moving, next, atMs) : moving.base
}

/** What one contributes that moves away from `under`. */
export function contribute(contribution: Contribution, under: number, atMs: number): number {
  const share = shareAt(contribution, atMs)
  return share === 1 ? contribution.target : under + (contribution.target - under) * share
}

/** What those of the group say that are not on their way; NaN without such. */
function steadyFrom(moving: MovingValue, from: number, atMs: number): number {
  let steady = Number.NaN
  for (let index = from; isOfGroup(moving, from, index); index += 1) {
    const contribution = moving.contributions[index]
    if (contribution && shareAt(contribution, atMs) === 1)
      steady = pick(moving.knob.combine, steady, contribution.target)
  }
  return steady
}

function isOfGroup({ contributions }: MovingValue, from: number, index: number): boolean {
  return index < contributions.length && contributions[index]?.priority === contributions[from]?.priority
}

function pick(combine: Combine, value: number, other: number): number {
  if (Number.isNaN(value)) return other
  return combine === 'smallest' ? Math.min(value, other) : Math.max(value, other)
}
