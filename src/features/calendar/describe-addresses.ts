import type { CalendarNow } from '#contract/calendar.ts'
import type { AddressState } from './ical/event-addresses.ts'

/** How it stands with the events of addresses, for a person: first those that could not be fetched. */
export function addressSentences(states: readonly AddressState[], nowMs: number): readonly string[] {
  return states
    .toSorted((one, other) => Number(other.failedAt !== null) - Number(one.failedAt !== null))
    .map((state) => sentenceOf(state, nowMs))
}

function sentenceOf({ from, usedBy, fetchedAt, failedAt, reason }: AddressState, nowMs: number): string {
  const what = `The events of ${from} (${usedBy.join(', ')})`
  if (fetchedAt === null) {
    if (failedAt === null) return `${what} are being fetched`
    return `${what} were never fetched: ${reason}; until then there are none`
  }
  const age = ageText(nowMs - fetchedAt.getTime())
  return failedAt === null
    ? `${what} are ${age} old`
    : `${what} could not be fetched: ${reason}; those of ${age} ago stay in force`
}

function ageText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} d`
}

export function presentAddress({
  from,
  usedBy,
  fetchedAt,
  failedAt,
  reason,
}: AddressState): CalendarNow['addresses'][number] {
  return {
    from,
    usedBy: [...usedBy],
    fetchedAt: fetchedAt?.toISOString() ?? null,
    failedAt: failedAt?.toISOString() ?? null,
    reason,
  }
}
