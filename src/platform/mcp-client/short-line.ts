import { cutText } from '#domain/cut-text.ts'
import { cleanText } from '#domain/turn/clean-text.ts'

/** One line of at most so many characters, of which everything can be stored. */
export function shortLine(text: string, most: number): string {
  return cleanText(cutText(text.replaceAll(/\s+/g, ' '), most)).trim()
}
