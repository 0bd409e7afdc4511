/** What somebody reads whose question waits. `place`: 1 is next; null: behind an earlier one of their own; undefined: not known. */
export function queueWords(name: string, place: number | null | undefined): string {
  if (place === undefined) return `${name} has your question`
  if (place === null) return `${name} has your question and finishes your earlier one first`
  if (place === 1) return `${name} has your question; it is next`
  return `${name} has your question; ${place - 1} ${place === 2 ? 'is' : 'are'} answered before it`
}
