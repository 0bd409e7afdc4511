/** One word or mark of a person's text with its place; `word` is what the lexicon compares. */
export interface Token {
  readonly text: string
  readonly word: string
  readonly start: number
  readonly end: number
  readonly isWord: boolean
  readonly isCapital: boolean
  /** Stands first in the text or after a full stop, colon or line end: a capital there says nothing. */
  readonly isFirst: boolean
  /** `Acme's`: the ending is cut from `end`. */
  readonly isPossessive: boolean
}

const TOKEN = /\bw\/|\d:\d|[\p{L}\p{N}]+(?:['.\-_][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu
const ENDS_SENTENCE = new Set(['.', '!', '?', ':', ';', '"', '-'])

/** Short forms written as the words they stand for. */
const EXPANSIONS: Readonly<Record<string, readonly string[]>> = {
  whats: ['what', 'is'],
  hows: ['how', 'is'],
  wheres: ['where', 'is'],
  whos: ['who', 'is'],
  im: ['i', 'am'],
  ive: ['i', 'have'],
  dont: ['do', 'not'],
  gimme: ['give', 'me'],
  r: ['are'],
  u: ['you'],
  pls: ['please'],
  plz: ['please'],
  'w/': ['with'],
  lets: ['let', 'us'],
  nxt: ['next'],
}
const ENDINGS: Readonly<Record<string, string>> = { s: 'is', re: 'are', ve: 'have', ll: 'will', m: 'am', d: 'would' }
/** Words after which `'s` is a verb, not a possessive. */
const TAKES_VERB = /^(what|how|where|who|when|why|that|this|it|there|here|let|he|she)$/

/** Cuts a text into words and marks. Never throws; places are those of the text as given. */
export function tokenise(given: string): Token[] {
  const text = given
    .replaceAll(/[\u2018\u2019\u02bc]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/[\u2013\u2014]/g, '-')
  const tokens: Token[] = []
  let isFirst = true
  for (const match of text.matchAll(TOKEN)) {
    const raw = match[0]
    const isWord = /[\p{L}\p{N}]/u.test(raw)
    tokens.push(...expand({ raw, start: match.index, isWord, isFirst }))
    isFirst = isWord ? false : ENDS_SENTENCE.has(raw) || isFirst
  }
  return tokens
}

function expand({
  raw,
  start,
  isWord,
  isFirst,
}: {
  raw: string
  start: number
  isWord: boolean
  isFirst: boolean
}): Token[] {
  const lower = raw.toLowerCase()
  const end = start + raw.length
  const isCapital = /^\p{Lu}/u.test(raw)
  const make = (word: string, part: Partial<Token> = {}): Token => ({
    text: raw,
    word,
    start,
    end,
    isWord,
    isCapital,
    isFirst,
    isPossessive: false,
    ...part,
  })
  const whole = Object.hasOwn(EXPANSIONS, lower) ? EXPANSIONS[lower] : undefined
  if (whole) return whole.map((word) => make(word, { isWord: true, isCapital: false }))
  const [head, ending] = splitEnding(lower)
  if (ending === undefined) return [make(lower)]
  if (ending === 't') return [make(lower.replace("n't", '')), make('not', { isCapital: false })]
  const verb = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined
  if (verb && (ending !== 's' || TAKES_VERB.test(head))) return [make(head), make(verb, { isCapital: false })]
  if (ending !== 's') return [make(lower)]
  return [make(head, { text: raw.slice(0, head.length), end: start + head.length, isPossessive: true })]
}

function splitEnding(lower: string): [string, string | undefined] {
  const at = lower.lastIndexOf("'")
  return at <= 0 ? [lower, undefined] : [lower.slice(0, at), lower.slice(at + 1)]
}

/** A light English stem: plural, -ing and -ed endings; enough to meet the lexicon, which is stemmed the same way. */
export function stem(word: string): string {
  if (word.length <= 3 || word.endsWith('ss')) return word
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  const bare = /[^ui]s$/.test(word) ? word.slice(0, -1) : word
  const root = /^(.{3,})(?:ing|ed)$/.exec(bare)?.[1]
  if (root !== undefined) return undouble(root)
  return bare.length > 3 && bare.endsWith('e') ? bare.slice(0, -1) : bare
}

function undouble(root: string): string {
  return /([b-df-hj-kmnp-rtv-z])\1$/.test(root) ? root.slice(0, -1) : root
}

/** Whether two words differ by at most `limit` inserted, dropped, changed or swapped letters. */
export function isWithinEdits(a: string, b: string, limit: number): boolean {
  if (Math.abs(a.length - b.length) > limit) return false
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = nextRow({ a, b, i, row, before })
    before = row
    row = next
  }
  return (row[b.length] ?? limit + 1) <= limit
}

interface EditState {
  readonly a: string
  readonly b: string
  readonly i: number
  readonly row: readonly number[]
  readonly before: readonly number[]
}

/** One row of the table of edit distances (optimal string alignment). */
function nextRow({ a, b, i, row, before }: EditState): number[] {
  const next = [i]
  const cell = (cells: readonly number[], index: number): number => cells[index] ?? Infinity
  for (let j = 1; j <= b.length; j += 1) {
    const change = cell(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
    const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
    next.push(Math.min(cell(row, j) + 1, cell(next, j - 1) + 1, change, isSwap ? cell(before, j - 2) + 1 : Infinity))
  }
  return next
}
