import { mergeDeltas } from './merge-deltas.ts'

/** An event with its place in its turn. */
interface Placed<Event> {
  readonly turnId: string
  readonly attempt: number
  readonly n: number
  readonly event: Event
}

/** Gives what an attempt said since its event `lastN` their places, densely, after text in pieces was joined. */
export function placeEvents<Event extends { readonly type: string; readonly text?: string }>(
  turn: { readonly id: string; readonly attempt: number },
  lastN: number,
  events: readonly Event[],
): Placed<Event>[] {
  return mergeDeltas(events).map((event, index) => ({
    turnId: turn.id,
    attempt: turn.attempt,
    n: lastN + index + 1,
    event,
  }))
}
