import { isWithinEdits } from '../playbook/tokens.ts'

const MOST_EDITS = 2
/** Of a word this short, two letters are most of it: whatever is that near is something else. */
const SHORT_LENGTH = 4

/** The known word that a mistyped one most likely stands for; null when none is near. Without regard to case. */
export function nearestWord(written: string, known: Iterable<string>): string | null {
  const word = written.toLowerCase()
  const words = [...known]
  const most = word.length <= SHORT_LENGTH ? 1 : MOST_EDITS
  for (let edits = 0; edits <= most; edits += 1) {
    const near = words.find((candidate) => isWithinEdits(word, candidate.toLowerCase(), edits))
    if (near !== undefined) return near
  }
  return null
}

/** `a`, `b` or `c`, each in backquotes. */
export function listWords(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}
