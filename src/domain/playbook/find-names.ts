import { NAME_JOINTS, NAME_TAILS, ORDERS, RECORD_NOUNS } from './lexicon.ts'
import { lowerName } from './lower-name.ts'
import { spanOf, type NameSpan } from './name-span.ts'
import type { TaggedToken } from './tag-words.ts'

const ID = /^(?=.*\d)(?=.*[\p{L}])[\p{L}\p{N}_-]{5,}$/u
const AFTER_RELATION = new Set(['with', 'at', 'about'])

/** Names of deals, clients and people: quoted, ids, capitalised runs, or words in a place where only a name fits. */
export function findNames(text: string, tokens: readonly TaggedToken[]): NameSpan[] {
  const quoted = quotedNames(text, tokens)
  if (quoted.length > 0) return quoted
  const capitalised = hasTellingCapitals(tokens) ? capitalRuns(text, tokens) : idTokens(text, tokens)
  return capitalised.length > 0 ? capitalised : lowerName(text, tokens)
}

/** Capitals tell something unless everything has them. */
function hasTellingCapitals(tokens: readonly TaggedToken[]): boolean {
  const words = tokens.filter((token) => token.isWord)
  return words.length <= 2 || words.some((token) => /^\p{Ll}/u.test(token.text))
}

function quotedNames(text: string, tokens: readonly TaggedToken[]): NameSpan[] {
  const marks = tokens.flatMap((token, index) => (/^["\u201c\u201d]$/.test(token.text) ? [index] : []))
  const [open, close] = marks
  if (open === undefined || close === undefined || close <= open + 1 || marks.length !== 2) return []
  return [spanOf(text, tokens, { from: open + 1, to: close })]
}

function idTokens(text: string, tokens: readonly TaggedToken[]): NameSpan[] {
  return tokens.flatMap((token, index) =>
    ID.test(token.text) ? [spanOf(text, tokens, { from: index, to: index + 1 })] : [],
  )
}

function capitalRuns(text: string, tokens: readonly TaggedToken[]): NameSpan[] {
  const spans: NameSpan[] = []
  let index = 0
  while (index < tokens.length) {
    const end = canBegin(tokens, index) ? runEnd(tokens, index) : index
    if (end > index) spans.push(spanOf(text, tokens, { from: index, to: end }))
    index = Math.max(end, index + 1)
  }
  return spans
}

/** A capital begins a name unless the word is the lexicon's or it merely begins the sentence before plain words. */
function canBegin(tokens: readonly TaggedToken[], index: number): boolean {
  const token = tokens[index]
  if (!token?.isWord) return false
  if (ID.test(token.text)) return true
  if (!token.isCapital || token.text === 'I' || CALENDAR.test(token.word)) return false
  if (token.tag !== 'unknown') return canKnownBegin(tokens, index)
  return !token.isFirst || token.isPossessive || opensSentence(token, tokens[index + 1])
}

/** A word of every day may be a name as well: "with Cheers", "the Cheers deal", "Old Mill Yard". */
function canKnownBegin(tokens: readonly TaggedToken[], index: number): boolean {
  const token = tokens[index]
  const next = tokens[index + 1]
  if (!token) return false
  if (OPENS_NAME.has(token.word) && isNameWord(next)) return true
  if (token.isFirst) return false
  const isBesideNoun = RECORD_NOUNS.has(next?.word ?? '') || AFTER_RELATION.has(tokens[index - 1]?.word ?? '')
  return (token.tag === 'neutral' && isBesideNoun) || isNameStart(tokens, index)
}

/** First in the sentence and unknown: a name when what follows is one too, a word of the lexicon or a verb; an order is none. */
function opensSentence(token: TaggedToken, next: TaggedToken | undefined): boolean {
  if (ORDERS.has(token.word)) return false
  if (next === undefined || isNameWord(next) || AFTER_SUBJECT.has(next.word)) return true
  if (next.isWord && next.isCapital && !CALENDAR.test(next.word)) return true
  return !next.isWord || NAME_JOINTS.has(next.word) || (next.tag !== 'neutral' && next.tag !== 'unknown')
}

/** Verbs by which the word before them is known for a subject: "Betatech keeps calling". */
const AFTER_SUBJECT = new Set(['is', 'has', 'have', 'are', 'was', 'keeps', 'feels', 'looks', 'seems', 'does', 'will'])

/** Everyday words that begin names such as "Old Mill Yard" and seldom a question. */
const OPENS_NAME = new Set(['old', 'new', 'live', 'high', 'low', 'three', 'great', 'first', 'big', 'moss'])

/** "Small Portfolio", "Active Homes": known words, capitalised in the middle of a sentence, before a word of a name. */
function isNameStart(tokens: readonly TaggedToken[], index: number): boolean {
  return (
    isNameWord(tokens[index + 1]) ||
    (tokens[index]?.isPossessive === false &&
      OPENS_NAME.has(tokens[index]?.word ?? '') &&
      tokens[index + 1]?.isCapital === true)
  )
}

function isNameWord(token: TaggedToken | undefined): boolean {
  return token !== undefined && token.isWord && token.isCapital && token.tag === 'unknown'
}

function runEnd(tokens: readonly TaggedToken[], from: number): number {
  let end = from + 1
  while (end < tokens.length && !tokens[end - 1]?.isPossessive) {
    const step = stepInRun(tokens, end)
    if (step === 0) break
    end += step
  }
  return end
}

/** How many tokens at `index` still belong to the name before them. */
function stepInRun(tokens: readonly TaggedToken[], index: number): 0 | 1 | 2 {
  const token = tokens[index]
  const next = tokens[index + 1]
  if (!token || CALENDAR.test(token.word)) return 0
  if (NAME_TAILS.has(token.word)) return 1
  if (token.isWord && token.isCapital) return ONLY_NOUNS.has(token.word) ? 0 : 1
  return NAME_JOINTS.has(token.word) && next?.isWord && next.isCapital ? 2 : 0
}

/** `Acme Deal` names Acme; a renewal, though, is part of what the deal is called. */
const ONLY_NOUNS = new Set([...RECORD_NOUNS].filter((noun) => !NAME_TAILS.has(noun)))

const CALENDAR =
  /^((mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|today|tomorrow)$/
