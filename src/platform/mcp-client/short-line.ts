import { cleanText } from '#domain/turn/clean-text.ts'

const HALF_PAIR_AT_END = /[\ud800-\udbff]$/

/** One line of at most so many characters, of which everything can be stored. */
export function shortLine(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, ' ').slice(0, most)
  return cleanText(line.replace(HALF_PAIR_AT_END, '')).trim()
}
