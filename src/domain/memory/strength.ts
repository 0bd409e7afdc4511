import { daysBetween, type Day } from '../day.ts'
import type { MemoryKind } from './memory.ts'

/**
 * How long a memory of middling worth takes to fade to half, in days. Facts hold for about a sales cycle or two, what
 * happened matters for a quarter, and what worked stays useful for a year.
 */
const HALF_LIFE_DAYS: Readonly<Record<MemoryKind, number>> = { fact: 180, episode: 90, procedure: 365 }
/** Each use closes this share of the gap to full strength: many uses approach 1 and never pass it. */
const USE_GAIN = 0.15

export interface FadingMemory {
  readonly kind: MemoryKind
  /** 0 to 1, as it was on `strengthOn`; worth more, it also fades more slowly. */
  readonly strength: number
  readonly strengthOn: Day
  readonly isPinned: boolean
}

/** Days to half: the kind's own, times 0.5 (worthless) to 1.5 (of full worth). */
export function halfLifeDays(kind: MemoryKind, strength: number): number {
  return HALF_LIFE_DAYS[kind] * (0.5 + clamp(strength))
}

/** Strength on a day, 0 to 1: exponential decay since it was last set. Pinned ones never fade; nothing grows by waiting. */
export function strengthOn(memory: FadingMemory, day: Day): number {
  const start = clamp(memory.strength)
  if (memory.isPinned) return start
  const age = Math.max(0, daysBetween(memory.strengthOn, day))
  return start * 0.5 ** (age / halfLifeDays(memory.kind, start))
}

/** What to store as strength (on that day) after a use. Bounded by 1. */
export function reinforcedStrength(memory: FadingMemory, day: Day): number {
  const now = strengthOn(memory, day)
  return Math.min(1, now + USE_GAIN * (1 - now))
}

/** True when it no longer holds on that day: `expiresOn` is the last day on which it does. */
export function isExpired(memory: { readonly expiresOn: Day | null }, day: Day): boolean {
  return memory.expiresOn !== null && memory.expiresOn < day
}

interface EvictableMemory extends FadingMemory {
  readonly id: string
  readonly expiresOn: Day | null
}

/**
 * Ids to let go of so that at most `capacity` remain: expired ones first, then the weakest today. Pinned ones stay, even
 * when they alone are more than the capacity. Equals fall by id, so that two processes choose alike.
 */
export function listEvictions(memories: readonly EvictableMemory[], capacity: number, day: Day): string[] {
  const excess = memories.length - Math.max(0, capacity)
  if (excess <= 0) return []
  return memories
    .filter((memory) => !memory.isPinned)
    .map((memory) => ({ id: memory.id, worth: isExpired(memory, day) ? -1 : strengthOn(memory, day) }))
    .toSorted((a, b) => a.worth - b.worth || (a.id < b.id ? -1 : 1))
    .slice(0, excess)
    .map(({ id }) => id)
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
