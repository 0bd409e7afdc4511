import { createRandom } from '#domain/sample/random.ts'
import { roundTo } from '#domain/deal/statistics.ts'
import type { BenchQuestion } from './corpus.ts'

const DEPTHS = [5, 10, 25, 50] as const
const RESAMPLES = 1000

/** What one search found for one question. */
export interface Finding {
  readonly question: BenchQuestion
  /** Ids of utterances, best first. */
  readonly found: readonly string[]
}

interface Interval {
  readonly recallAt10: number
  /** 95 %, by bootstrap over questions. */
  readonly low: number
  readonly high: number
  readonly n: number
}

export interface Scores {
  readonly recallAt5: number
  readonly recallAt10: number
  readonly recallAt25: number
  readonly recallAt50: number
  /** Share of questions about the present whose first five hold a value that was replaced; null when none was. */
  readonly staleRate: number | null
  readonly byCategory: Readonly<
    Record<string, Interval & { recallAt5: number; recallAt25: number; recallAt50: number }>
  >
  readonly overall: Interval
}

/** Recall: the share of a question's evidence among the first k, averaged over questions. */
export function scoreFindings(findings: readonly Finding[]): Scores {
  const [recallAt5, recallAt10, recallAt25, recallAt50] = DEPTHS.map((k) => meanRecall(findings, k))
  const withStale = findings.filter(({ question }) => question.stale.length > 0)
  const stale = withStale.filter(({ question, found }) => question.stale.some((id) => found.slice(0, 5).includes(id)))
  const groups = Map.groupBy(findings, ({ question }) => question.category)
  return {
    recallAt5: recallAt5 ?? 0,
    recallAt10: recallAt10 ?? 0,
    recallAt25: recallAt25 ?? 0,
    recallAt50: recallAt50 ?? 0,
    staleRate: withStale.length === 0 ? null : roundTo(stale.length / withStale.length, 4),
    overall: intervalOf(findings),
    byCategory: Object.fromEntries(
      [...groups]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([category, own]) => [
          category,
          {
            ...intervalOf(own),
            recallAt5: meanRecall(own, 5),
            recallAt25: meanRecall(own, 25),
            recallAt50: meanRecall(own, 50),
          },
        ]),
    ),
  }
}

/** The difference of two searches over the same questions at depth 10, with its 95 % interval. */
export function compareFindings(
  ours: readonly Finding[],
  theirs: readonly Finding[],
): { difference: number; low: number; high: number } {
  const differences = ours.map(
    (finding, place) => recallOf(finding, 10) - (theirs[place] ? recallOf(theirs[place], 10) : 0),
  )
  const { low, high } = bootstrap(differences)
  return { difference: roundTo(mean(differences), 4), low, high }
}

function intervalOf(findings: readonly Finding[]): Interval {
  const recalls = findings.map((finding) => recallOf(finding, 10))
  return { recallAt10: roundTo(mean(recalls), 4), ...bootstrap(recalls), n: findings.length }
}

function bootstrap(values: readonly number[]): { low: number; high: number } {
  const random = createRandom('bootstrap')
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[random.int(0, values.length - 1)] ?? 0)),
  )
  const sorted = means.toSorted((a, b) => a - b)
  return {
    low: roundTo(sorted[Math.floor(0.025 * RESAMPLES)] ?? 0, 4),
    high: roundTo(sorted[Math.floor(0.975 * RESAMPLES)] ?? 0, 4),
  }
}

function meanRecall(findings: readonly Finding[], k: number): number {
  return roundTo(mean(findings.map((finding) => recallOf(finding, k))), 4)
}

function recallOf({ question, found }: Finding, k: number): number {
  const first = new Set(found.slice(0, k))
  return question.evidence.filter((id) => first.has(id)).length / Math.max(1, question.evidence.length)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
