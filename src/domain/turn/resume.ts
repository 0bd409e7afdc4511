import { stepFrom, type Place } from './place.ts'

/** The events that follow on `last` without a gap; what the reader has seen is left out. */
export function continuation<Placed extends Place>(
  last: Place,
  events: readonly Placed[],
): { readonly events: Placed[]; readonly hasGap: boolean } {
  const following: Placed[] = []
  for (const event of events) {
    const step = stepFrom(following.at(-1) ?? last, event)
    if (step === 'gap') return { events: following, hasGap: true }
    if (step === 'next') following.push(event)
  }
  return { events: following, hasGap: false }
}
