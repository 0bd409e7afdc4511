import type { Day } from '../day.ts'
import type { MemoryKind, MemoryStatus, MemorySubjectRef } from './memory.ts'
import { periodOf, type KnownEvent, type Period } from './question-time.ts'
import { chooseDiverse, scoreCandidates } from './recall-score.ts'
import { rarityOf } from './term-counts.ts'
import { formsOf, isStopWord, stemOf, wordsOf } from './words.ts'

/** How many of the memories a process holds contain a word stem; grows and shrinks with them (`createTermCounts`). */
export interface TermCounts {
  readonly size: number
  countOf(stem: string): number
}

export interface RecallQuestion {
  readonly text: string
  readonly today: Day
  /** Records the question names or is asked about, looked up by the caller. */
  readonly subjects: readonly MemorySubjectRef[]
  /** Days with a name that the question may lean on: the client's renewal, the deal's close. */
  readonly events?: readonly KnownEvent[]
}

/** What to look up for a question. */
export interface RecallPlan {
  readonly question: RecallQuestion
  /** Stems with their weight by rarity, rarest first. */
  readonly terms: readonly { readonly stem: string; readonly weight: number }[]
  /**
   * Words to OR in full text (rarest first, few and informative, so that few rows match), with the weight of each, for
   * `sum(weight * (search @@ to_tsquery('english', word))::int)`. Plain letters and digits only: safe in `to_tsquery`.
   */
  readonly lookup: readonly { readonly word: string; readonly weight: number }[]
  /** The time the question asks about, both days included. */
  readonly period: Period | null
}

export interface RecallCandidate {
  readonly id: string
  readonly kind: MemoryKind
  readonly status: MemoryStatus
  readonly text: string
  readonly subject: MemorySubjectRef | null
  readonly onDay: Day
  readonly expiresOn: Day | null
  /** Today's, from `strengthOn`. */
  readonly strength: number
  readonly useCount: number
  readonly isPinned: boolean
  /** Cosine of the question's and the memory's vector; null when it was not among the nearest. */
  readonly similarity: number | null
  /** Where it was said: memories of the same thread at neighbouring positions lend each other weight. */
  readonly thread: string | null
  readonly position: number | null
}

export interface RecalledMemory {
  readonly id: string
  /** Only good for comparing within one recall. */
  readonly score: number
  readonly tokens: number
}

export interface RecallLimits {
  /** Never more than this many tokens of memory text in all. */
  readonly tokenBudget: number
  readonly count: number
}

export interface RecallInput {
  readonly plan: RecallPlan
  /** What full text and vectors found (their union), permitted rows only. */
  readonly candidates: readonly RecallCandidate[]
  readonly counts: TermCounts
  readonly limits: RecallLimits
}

/** Full text looks at about so many rows at most: what makes it quick among many memories. */
const LOOKUP_ROWS = 1000
const LOOKUP_WORDS = 6

/** What to look up for a question, from its words and how rare they are here. */
export function planRecall(question: RecallQuestion, counts: TermCounts): RecallPlan {
  const words = [...new Set(wordsOf(question.text).filter((word) => !isStopWord(word)))]
  const weights = new Map(words.map((word) => [stemOf(word), weightOf(stemOf(word), counts)]))
  const terms = [...weights].map(([stem, weight]) => ({ stem, weight })).toSorted(byWeight)
  return {
    question,
    terms,
    lookup: chooseLookup(words, weights, counts),
    period: periodOf(question.text, question.today, question.events),
  }
}

function byWeight(a: { stem: string; weight: number }, b: { stem: string; weight: number }): number {
  return b.weight - a.weight || (a.stem < b.stem ? -1 : 1)
}

/** A word nobody here has said yet still matters a little: the counts may be behind the rows. */
function weightOf(stem: string, counts: TermCounts): number {
  return counts.countOf(stem) === 0 ? 1 : rarityOf(stem, counts)
}

/** The rarest words, as long as the rows they match stay few; always the rarest one, unless it is everywhere. */
function chooseLookup(
  words: readonly string[],
  weights: ReadonlyMap<string, number>,
  counts: TermCounts,
): RecallPlan['lookup'] {
  const known = words
    .map((word) => ({ word, rows: counts.countOf(stemOf(word)), weight: weights.get(stemOf(word)) ?? 0 }))
    .filter(({ word, rows }) => (rows > 0 || counts.size === 0) && /^[\p{L}\p{N}]+$/u.test(word))
    .toSorted((a, b) => a.rows - b.rows || (a.word < b.word ? -1 : 1))
  let rows = 0
  const chosen = known.slice(0, LOOKUP_WORDS).filter((entry, place) => {
    rows += entry.rows
    return rows <= LOOKUP_ROWS || (place === 0 && rows <= 2 * LOOKUP_ROWS)
  })
  return chosen.flatMap(({ word, weight }) => formsOf(word).map((form) => ({ word: form, weight })))
}

/** The memories to give to the answer, best first: within the token budget, without saying the same twice. */
export function rankMemories({ plan, candidates, counts, limits }: RecallInput): RecalledMemory[] {
  const { today } = plan.question
  const open = candidates.filter(
    (candidate) => mayAnswer(candidate, plan) && (candidate.expiresOn === null || candidate.expiresOn >= today),
  )
  const scored = scoreCandidates({ plan, candidates: open, counts })
  return chooseDiverse(scored, limits)
}

/** What was replaced answers only a question about the time in which it held. */
function mayAnswer({ status, onDay }: RecallCandidate, { period, question }: RecallPlan): boolean {
  if (status === 'active') return true
  return status === 'superseded' && period !== null && period.to < question.today && onDay <= period.to
}
