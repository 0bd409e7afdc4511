const WORDS_MAX = 5
const LOOKED_AT = 60
const PHRASES_MAX = 150

/** Runs of one to five words of a question, small letters: what a record's whole name may stand in. */
export function phrasesOf(question: string): string[] {
  const words = [...question.toLowerCase().matchAll(/[\p{L}\p{N}][\p{L}\p{N}&'’.-]*/gu)]
    .slice(0, LOOKED_AT)
    .map((match) => ({ from: match.index, to: match.index + match[0].replace(/(['’]s)?[.'’-]*$/u, '').length }))
  const phrases = new Set<string>()
  const text = question.toLowerCase()
  for (const [at, first] of words.entries()) {
    for (const last of words.slice(at, at + WORDS_MAX)) {
      const phrase = text.slice(first.from, last.to)
      if (phrase.length >= 3) phrases.add(phrase)
    }
  }
  return [...phrases].slice(0, PHRASES_MAX)
}
