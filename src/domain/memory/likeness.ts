import { isStopWord, stemOf, wordsOf } from './words.ts'

const NEGATIONS = new Set(['not', 'no', 'never', 'none', 'nobody', 'nothing', 'without', 'neither', 'nor'])

/** Share of stems two texts have in common (Jaccard), 0 to 1; two texts without words have none. */
export function overlapOf(a: string, b: string): number {
  return jaccard(contentOf(a), contentOf(b))
}

/** True when every stem of `part` is in `whole`. */
export function isContainedIn(part: string, whole: string): boolean {
  return isWithin(contentOf(part), contentOf(whole))
}

/**
 * What two sentences disagree on when they are otherwise alike: one denies, a number differs, or a name differs. Null
 * when they agree, or when more than one thing differs: then they speak of different matters.
 */
export function contradictionOf(a: string, b: string): 'negation' | 'number' | 'name' | null {
  const frames = [frameOf(a), frameOf(b)] as const
  if (jaccard(frames[0], frames[1]) < 0.75) return null
  const points = [
    ...(isNegated(a) === isNegated(b) ? [] : ['negation' as const]),
    ...(differs(numbersOf(a), numbersOf(b)) ? ['number' as const] : []),
    ...(differs(namesOf(a), namesOf(b)) ? ['name' as const] : []),
  ]
  return points.length === 1 ? (points[0] ?? null) : null
}

/** Capitalised words inside a sentence, lower case; the first word counts only when it comes again or is joined to one. */
export function namesOf(text: string): Set<string> {
  const found = new Set<string>()
  for (const match of text.matchAll(/(?<=[\p{L}\p{N},;:)"']\s+)\p{Lu}[\p{L}\p{N}'-]*/gu)) {
    const word = match[0].toLowerCase().replace(/'s$/, '')
    if (!isStopWord(word)) found.add(word)
  }
  const opening = /^\P{L}*(\p{Lu}[\p{L}\p{N}-]*)\s+(\p{Lu}[\p{L}\p{N}-]*)/u.exec(text)
  if (opening?.[1] !== undefined && !isStopWord(opening[1].toLowerCase())) found.add(opening[1].toLowerCase())
  return found
}

function contentOf(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .filter((word) => !isStopWord(word) || NEGATIONS.has(word))
      .map(stemOf),
  )
}

/** The stems that are neither name, number nor denial: what the sentence is a statement of. */
function frameOf(text: string): Set<string> {
  const names = namesOf(text)
  const words = wordsOf(text).filter(
    (word) => !isStopWord(word) && !NEGATIONS.has(word) && !names.has(word) && !/^\d/.test(word),
  )
  return new Set(words.map(stemOf))
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((entry) => b.has(entry)).length
  const all = a.size + b.size - shared
  return all === 0 ? 0 : shared / all
}

function isNegated(text: string): boolean {
  return wordsOf(text).filter((word) => NEGATIONS.has(word)).length % 2 === 1
}

function numbersOf(text: string): Set<string> {
  return new Set(wordsOf(text).filter((word) => /^\d/.test(word)))
}

function isWithin(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  return [...part].every((entry) => whole.has(entry))
}

/** Both say something and neither says all that the other says. */
function differs(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size > 0 && b.size > 0 && !isWithin(a, b) && !isWithin(b, a)
}
