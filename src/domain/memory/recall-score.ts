import { daysBetween } from '../day.ts'
import { namesOf } from './likeness.ts'
import { isSameSubject } from './memory.ts'
import { asksForLatest } from './question-time.ts'
import type { RecallCandidate, RecalledMemory, RecallLimits, RecallPlan, TermCounts } from './recall.ts'
import { stemsOf } from './words.ts'

/**
 * Shares of the score. Words and vector are each brought to 0-1 and added (a sum keeps how much better one is, which ranks
 * forget); the rest moves the sum by a few per cent each, so that it decides between equals and never alone.
 * Set by judgement, not fitted to any data.
 */
const WEIGHTS = {
  words: 1,
  vector: 0.6,
  pairs: 0.2,
  neighbours: 0.3,
  subject: 0.35,
  inPeriod: 0.8,
  outOfPeriod: -0.5,
  recency: 0.1,
  latest: 0.35,
  strength: 0.1,
  use: 0.05,
  pinned: 0.1,
  kindOfAnswer: 0.1,
} as const
/** Saturation and length share of BM25 (Robertson and Zaragoza 2009), for short texts. */
const K1 = 1.2
const B = 0.4
const RECENT_HALF_LIFE_DAYS = 60
/** How far apart utterances of one conversation still speak of the same thing. */
const NEIGHBOUR_REACH = 2
/** From this share of common stems on, a second memory says the same. */
const SAME = 0.85

export interface ScoredCandidate {
  readonly candidate: RecallCandidate
  readonly score: number
  readonly stems: readonly string[]
}

interface ScoreInput {
  readonly plan: RecallPlan
  readonly candidates: readonly RecallCandidate[]
  readonly counts: TermCounts
}

/** All candidates with their score, best first; equals by id. */
export function scoreCandidates({ plan, candidates }: ScoreInput): ScoredCandidate[] {
  const stems = candidates.map((candidate) => stemsOf(candidate.text))
  const asked = stemsOf(plan.question.text)
  const meanLength = stems.reduce((sum, own) => sum + own.length, 0) / Math.max(1, stems.length)
  const floor = leastSimilarity(candidates)
  const base = candidates.map(
    (candidate, place) =>
      WEIGHTS.words *
        (wordScore(plan, stems[place] ?? [], meanLength) + WEIGHTS.pairs * pairShare(asked, stems[place] ?? [])) +
      WEIGHTS.vector * Math.max(0, candidate.similarity ?? floor),
  )
  const lent = neighbourScores(candidates, base)
  return candidates
    .map((candidate, place) => ({
      candidate,
      score: ((base[place] ?? 0) + WEIGHTS.neighbours * (lent[place] ?? 0)) * factorOf(plan, candidate),
      stems: stems[place] ?? [],
    }))
    .toSorted((a, b) => b.score - a.score || (a.candidate.id < b.candidate.id ? -1 : 1))
}

/** Best first, skipping what repeats a better one and what does not fit any more. */
export function chooseDiverse(scored: readonly ScoredCandidate[], limits: RecallLimits): RecalledMemory[] {
  const chosen: { memory: RecalledMemory; stems: ReadonlySet<string> }[] = []
  let tokens = 0
  for (const { candidate, score, stems } of scored) {
    if (chosen.length >= limits.count || score <= 0) break
    const own = new Set(stems)
    const cost = tokensOf(candidate.text)
    if (tokens + cost > limits.tokenBudget || chosen.some((other) => isRepeat(own, other.stems))) continue
    tokens += cost
    chosen.push({ memory: { id: candidate.id, score, tokens: cost }, stems: own })
  }
  return chosen.map(({ memory }) => memory)
}

/** About four characters to a token, as English runs; one more for the line. */
function tokensOf(text: string): number {
  return Math.ceil(text.length / 4) + 1
}

function isRepeat(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size === 0) return false
  let shared = 0
  for (const stem of a) if (b.has(stem)) shared += 1
  return shared / (a.size + b.size - shared) > SAME
}

/** What was not among the nearest is at most as near as the farthest of them. */
function leastSimilarity(candidates: readonly RecallCandidate[]): number {
  const known = candidates.flatMap(({ similarity }) => (similarity === null ? [] : [similarity]))
  return known.length === 0 ? 0 : 0.8 * Math.min(...known)
}

/** BM25 as a share of the weight of all terms asked for. */
function wordScore({ terms }: RecallPlan, stems: readonly string[], meanLength: number): number {
  const asked = terms.reduce((sum, term) => sum + term.weight, 0)
  if (asked === 0) return 0
  const length = 1 - B + (B * stems.length) / Math.max(1, meanLength)
  const found = terms.reduce((sum, { stem, weight }) => {
    const count = stems.reduce((total, own) => total + (own === stem ? 1 : 0), 0)
    return sum + (weight * count * (K1 + 1)) / (count + K1 * length)
  }, 0)
  return found / asked
}

/** Share of the question's pairs of neighbouring words that stand together here too. */
function pairShare(asked: readonly string[], stems: readonly string[]): number {
  if (asked.length < 2) return 0
  const pairs = new Set(stems.slice(1).map((stem, place) => `${stems[place] ?? ''} ${stem}`))
  const shared = asked.slice(1).filter((stem, place) => pairs.has(`${asked[place] ?? ''} ${stem}`)).length
  return shared / (asked.length - 1)
}

/** What the best utterance nearby in the same conversation scores: an answer need not repeat the words of the question. */
function neighbourScores(candidates: readonly RecallCandidate[], base: readonly number[]): number[] {
  const byPlace = new Map<string, number>()
  candidates.forEach(({ thread, position }, place) => {
    if (thread === null || position === null) return
    const key = `${thread} ${position}`
    byPlace.set(key, Math.max(byPlace.get(key) ?? 0, base[place] ?? 0))
  })
  return candidates.map(({ thread, position }) => {
    if (thread === null || position === null) return 0
    let best = 0
    for (let step = 1; step <= NEIGHBOUR_REACH; step += 1) {
      const near = Math.max(
        byPlace.get(`${thread} ${position - step}`) ?? 0,
        byPlace.get(`${thread} ${position + step}`) ?? 0,
      )
      best = Math.max(best, near / step)
    }
    return best
  })
}

/** Around 1: what speaks for a memory besides its words. */
function factorOf(plan: RecallPlan, candidate: RecallCandidate): number {
  const { question } = plan
  const age = Math.max(0, daysBetween(candidate.onDay, question.today))
  const recency = 0.5 ** (age / RECENT_HALF_LIFE_DAYS)
  const isAsked = question.subjects.some((subject) => isSameSubject(subject, candidate.subject))
  return (
    1 +
    periodShare(plan, candidate) +
    (isAsked ? WEIGHTS.subject : 0) +
    recency * (asksForLatest(question.text) ? WEIGHTS.latest : WEIGHTS.recency) +
    WEIGHTS.strength * candidate.strength +
    WEIGHTS.use * (1 - 1 / (1 + candidate.useCount)) +
    (candidate.isPinned ? WEIGHTS.pinned : 0) +
    (isKindAsked(question.text, candidate.text) ? WEIGHTS.kindOfAnswer : 0)
  )
}

function periodShare({ period }: RecallPlan, { onDay }: RecallCandidate): number {
  if (period === null) return 0
  if (onDay >= period.from && onDay <= period.to) return WEIGHTS.inPeriod
  const away = onDay < period.from ? daysBetween(onDay, period.from) : daysBetween(period.to, onDay)
  return WEIGHTS.outOfPeriod * (1 - 0.5 ** (away / 14))
}

/** "Who" is answered by a name, "when" by a day, "how many" by a number. */
function isKindAsked(question: string, text: string): boolean {
  if (/\bwho(?:m|se)?\b/i.test(question)) return namesOf(text).size > 0
  if (/\b(?:when|what (?:day|date|month|year))\b/i.test(question)) {
    return /\b(?:today|tomorrow|yesterday|tonight|last|next|this|ago|(?:mon|tues|wednes|thurs|fri|satur|sun)day|weeks?|months?|years?|january|february|march|april|may|june|july|august|september|october|november|december|\d{4})\b/i.test(
      text,
    )
  }
  return (
    /\bhow (?:many|much|old|long|often)\b/i.test(question) &&
    /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|once|twice)\b/i.test(text)
  )
}
