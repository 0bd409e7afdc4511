import { CONCEPTS, NEUTRAL_WORDS, NO_SLIPS, type Concept } from './lexicon.ts'
import { isWithinEdits, stem, type Token } from './tokens.ts'

/** A token with what the lexicon knows of it. */
export interface TaggedToken extends Token {
  readonly tag: Concept | 'neutral' | 'unknown' | 'mark'
}

interface Phrase {
  readonly concept: Concept
  readonly stems: readonly string[]
}

/** Singular and plural of "deal" and "client" mean different things, so these are compared by the whole word. */
const WHOLE_WORDS: ReadonlySet<Concept> = new Set<Concept>(['deal', 'deals', 'client', 'clients', 'stageName'])

const PHRASES = buildPhrases()
const NEUTRAL = new Set(NEUTRAL_WORDS.flatMap((word) => [word, stem(word)]))
/** Words that a slip of the finger may be meant for; short ones are too near to each other. */
const MIN_TYPO_LENGTH = 6
const TYPO_TARGETS = [...PHRASES.values()]
  .flat()
  .filter(({ concept }) => concept !== 'segmentName' && concept !== 'stageName')
  .filter((phrase) => phrase.stems.length === 1 && (phrase.stems[0]?.length ?? 0) >= MIN_TYPO_LENGTH)

/** Tags every token; a phrase of several words gives each of them its concept. */
export function tagWords(tokens: readonly Token[]): TaggedToken[] {
  const tagged: TaggedToken[] = []
  let index = 0
  while (index < tokens.length) {
    const phrase = longestPhrase(tokens, index)
    const count = phrase?.stems.length ?? 1
    for (const token of tokens.slice(index, index + count))
      tagged.push({ ...token, tag: phrase?.concept ?? tagSingle(token) })
    index += count
  }
  return tagged
}

function longestPhrase(tokens: readonly Token[], index: number): Phrase | undefined {
  const first = tokens[index]
  if (!first?.isWord) return undefined
  const candidates = PHRASES.get(stem(first.word)) ?? []
  return candidates.find((phrase) => phrase.stems.every((part, offset) => fits(tokens[index + offset], part, phrase)))
}

function fits(token: Token | undefined, part: string, phrase: Phrase): boolean {
  if (!token?.isWord) return false
  if (WHOLE_WORDS.has(phrase.concept)) return token.word === part
  return stem(token.word) === part
}

function tagSingle(token: Token): TaggedToken['tag'] {
  if (!token.isWord) return 'mark'
  if (NEUTRAL.has(token.word) || NEUTRAL.has(stem(token.word))) return 'neutral'
  return typoConcept(token) ?? 'unknown'
}

function typoConcept(token: Token): Concept | undefined {
  if (
    NO_SLIPS.has(token.word) ||
    token.word.length < MIN_TYPO_LENGTH ||
    (token.isCapital && !token.isFirst) ||
    /\d/.test(token.word)
  )
    return undefined
  const limit = token.word.length >= 8 ? 2 : 1
  const root = stem(token.word)
  const meant = TYPO_TARGETS.find((phrase) => {
    const target = phrase.stems[0] ?? ''
    return target[0] === root[0] && (isWithinEdits(root, target, limit) || isWithinEdits(token.word, target, limit))
  })
  return meant?.concept
}

/** Phrases by the stem of their first word, longest first. */
function buildPhrases(): Map<string, Phrase[]> {
  const phrases = Object.entries(CONCEPTS).flatMap(([concept, listed]) =>
    listed.split('|').flatMap((text): Phrase[] => {
      // Object.entries loses the key's type; the keys of CONCEPTS are the concepts by definition.
      const name = concept as Concept
      const words = text.split(' ')
      return [{ concept: name, stems: WHOLE_WORDS.has(name) ? words : words.map(stem) }]
    }),
  )
  return Map.groupBy(
    phrases.toSorted((a, b) => b.stems.length - a.stems.length),
    // Whole words are looked up by their stem too; a stem is not stemmed twice.
    (phrase) => (WHOLE_WORDS.has(phrase.concept) ? stem(phrase.stems[0] ?? '') : (phrase.stems[0] ?? '')),
  )
}
