/** Where an event stands in its turn: attempts count from 1, `n` starts anew at 1 with each attempt. */
export interface Place {
  readonly attempt: number
  readonly n: number
}

export const START: Place = { attempt: 0, n: 0 }

/** `3.17`; undefined for anything else. */
export function parsePlace(text: string): Place | undefined {
  const match = /^(\d{1,6})\.(\d{1,9})$/.exec(text)
  return match ? { attempt: Number(match[1]), n: Number(match[2]) } : undefined
}

export function formatPlace(place: Place): string {
  return `${place.attempt}.${place.n}`
}

/**
 * How an event relates to what a reader already has: the very next one (a newer attempt begins at 1), one it has seen or
 * has been replaced, or one with something missing before it.
 */
export function stepFrom(last: Place, next: Place): 'next' | 'seen' | 'gap' {
  if (next.attempt < last.attempt) return 'seen'
  if (next.attempt > last.attempt) return next.n === 1 ? 'next' : 'gap'
  if (next.n <= last.n) return 'seen'
  return next.n === last.n + 1 ? 'next' : 'gap'
}
