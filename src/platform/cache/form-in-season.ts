import type { Clock } from '#domain/clock.ts'
import { ANY, BEGUN_BEFORE, type FreshSince } from './fresh-since.ts'
import type { SharedForm } from './shared-making.ts'

interface SeasonNeeds {
  readonly clock: Clock
  readonly fresh: FreshSince
}

/**
 * The form of values in Redis as it is now: another from each start of a period on that wants them fresh. What was made before is a
 * miss there, whoever put it, whenever it ended, and whatever its clock said. Ask for it where a look or a making begins, so that
 * what is made over such a start is filed under what it began in.
 */
export function formInSeason<Value>(form: SharedForm<Value>, { clock, fresh }: SeasonNeeds): () => SharedForm<Value> {
  const sinceMs = (): number => fresh.at(clock.monotonicMs())
  let known = formSince(form, sinceMs(), sinceMs)
  return () => {
    const nowMs = sinceMs()
    if (known.ofMs !== nowMs) known = formSince(form, nowMs, sinceMs)
    return known
  }
}

function formSince<Value>(
  form: SharedForm<Value>,
  ofMs: number,
  sinceMs: () => number,
): SharedForm<Value> & { readonly ofMs: number } {
  return {
    ofMs,
    shape: ofMs === ANY ? form.shape : `${form.shape}, since ${ofMs}`,
    read(raw) {
      // Whoever waited over the start finds what was begun before it.
      if (sinceMs() !== ofMs) throw BEGUN_BEFORE
      return form.read(raw)
    },
  }
}
