import type { CallQuote, CallReviewFigures, Monologue, SpeakerTalk, TalkShare } from './call-review.ts'
import { countWords, isQuestion, type HeardLine, type Sentence } from './heard-lines.ts'
import type { Side } from './parsed-call.ts'

/** Consecutive lines of one speaker. */
interface Run {
  readonly speaker: string | null
  readonly side: Side
  readonly words: number
  readonly line: number
  readonly lastLine: number
  readonly startsAt: number | null
  /** Until the next speaker begins; null for the last run and where a time is missing. */
  readonly seconds: number | null
}

/** With fewer lines timed than this, shares by time would speak of part of the call. */
const MIN_TIMED = 0.9

/** Who spoke how much: by words always, by time where the lines have times. */
export function measureTalk(lines: readonly HeardLine[]): TalkShare {
  const runs = runsOf(lines)
  const isTimed = runs.length > 1 && runs.filter((run) => run.startsAt !== null).length >= runs.length * MIN_TIMED
  const words = sum(runs, (run) => run.words)
  const speakers = [...Map.groupBy(runs, (run) => run.speaker)].map(([name, own]): SpeakerTalk => {
    const spoken = sum(own, (run) => run.words)
    return {
      name,
      side: own[0]?.side ?? 'unknown',
      turns: own.length,
      words: spoken,
      share: words === 0 ? 0 : spoken / words,
      seconds: isTimed ? sum(own, (run) => run.seconds ?? 0) : null,
    }
  })
  return {
    speakers: speakers.toSorted((a, b) => b.words - a.words),
    byWords: bySide(runs, (run) => run.words) ?? { us: 0, them: 0, unknown: 0 },
    byTime: isTimed ? bySide(runs, (run) => run.seconds ?? 0) : null,
  }
}

function bySide(runs: readonly Run[], measure: (run: Run) => number): Record<Side, number> | null {
  const whole = sum(runs, measure)
  const of = (side: Side): number =>
    sum(
      runs.filter((run) => run.side === side),
      measure,
    ) / whole
  return whole === 0 ? null : { us: of('us'), them: of('them'), unknown: of('unknown') }
}

function sum(runs: readonly Run[], measure: (run: Run) => number): number {
  return runs.reduce((total, run) => total + measure(run), 0)
}

/** The longest stretch of one voice, by words. */
export function findLongestMonologue(lines: readonly HeardLine[]): Monologue | null {
  const longest = runsOf(lines).toSorted((a, b) => b.words - a.words)[0]
  if (longest === undefined) return null
  const { speaker, side, words, seconds, line, lastLine } = longest
  return { speaker, side, words, seconds, line, lastLine }
}

function runsOf(lines: readonly HeardLine[]): Run[] {
  const runs: Omit<Run, 'seconds'>[] = []
  for (const { speaker, side, text, line, atSeconds } of lines) {
    const last = runs.at(-1)
    const words = countWords(text)
    if (last !== undefined && last.speaker === speaker) {
      runs[runs.length - 1] = { ...last, words: last.words + words, lastLine: line }
    } else runs.push({ speaker, side, words, line, lastLine: line, startsAt: atSeconds })
  }
  return runs.map((run, index) => ({ ...run, seconds: between(run.startsAt, runs[index + 1]?.startsAt ?? null) }))
}

function between(start: number | null, end: number | null): number | null {
  return start === null || end === null ? null : Math.max(0, end - start)
}

/** Questions by side; a sentence is one when it ends in a question mark, which recorders set. */
export function findQuestions(sentences: readonly Sentence[]): CallReviewFigures['questions'] {
  const asked = sentences.filter((sentence) => isQuestion(sentence.text) && countWords(sentence.text) >= 2)
  const of = (side: Side): CallQuote[] => asked.filter((question) => question.side === side)
  return { us: of('us'), them: of('them'), unknown: of('unknown') }
}
