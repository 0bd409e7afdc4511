import { NOTHING, plus, type Counts } from '#domain/objectives/budget.ts'
import type { Judgement } from '#domain/objectives/judge.ts'
import type { ObjectiveId } from '#domain/objectives/objectives.ts'

/** What one objective counted in the ten seconds from `startsMs`. */
export interface SlotCounts {
  readonly startsMs: number
  readonly slo: ObjectiveId
  readonly good: number
  readonly bad: number
}

/** What this process saw and has not written yet. */
export interface Tally {
  note(judgement: Judgement, times?: number): void
  /** All there is; it is gone from here. */
  take(): SlotCounts[]
}

/** Width of the finest span. */
export const SLOT_MS = 10_000
/** A database that is away for longer than a day makes the oldest of it go. */
const MOST_SLOTS = 8640

/** Keeps each count with the time it was seen at, so that what is written late does not count as just happened. */
export function createTally(nowMs: () => number): Tally {
  let slots = new Map<number, Map<ObjectiveId, Counts>>()
  return {
    note({ objective, isGood }, times = 1) {
      const startsMs = Math.floor(nowMs() / SLOT_MS) * SLOT_MS
      const slot = slots.get(startsMs) ?? new Map<ObjectiveId, Counts>()
      const counts = isGood ? { good: times, bad: 0 } : { good: 0, bad: times }
      slot.set(objective, plus(slot.get(objective) ?? NOTHING, counts))
      slots.set(startsMs, slot)
      if (slots.size > MOST_SLOTS) slots.delete(Math.min(...slots.keys()))
    },
    take() {
      const taken = [...slots].flatMap(([startsMs, slot]) =>
        [...slot].map(([slo, counts]) => ({ startsMs, slo, ...counts })),
      )
      slots = new Map()
      return taken
    },
  }
}
