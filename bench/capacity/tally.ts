import { judgeAnswer, judgeFirstToken, type Judgement } from '#domain/objectives/judge.ts'
import { burnRate, NOTHING, plus, type Counts } from '#domain/objectives/budget.ts'
import { objectiveOf, type ObjectiveId } from '#domain/objectives/objectives.ts'
import { percentile, round } from '../support/statistics.ts'

/** Of all objectives those that load can break; kept pages, backups and connections are not about how much is asked. */
const UNDER_LOAD: readonly ObjectiveId[] = ['availability', 'errors', 'latency', 'first-token', 'memory']
/** What is counted as a fault of the server, whatever it said: every request of the mix is one that it should do. */
const NOT_DONE = 599

export interface Tallied {
  /** All objectives hold: none uses its budget faster than it may. */
  readonly holds: boolean
  readonly brokenBy: readonly ObjectiveId[]
  /** How many times too fast each budget was used; null where too little was seen. */
  readonly burn: Readonly<Partial<Record<ObjectiveId, number | null>>>
  readonly requestsPerSecond: number
  readonly turnsPerMinute: number
  /** On average at once. */
  readonly turnsAtWork: number
  readonly p95Ms: number
  readonly firstWordP95Ms: number
  /** The first few failures, in words. */
  readonly failures: readonly string[]
}

export type Tally = ReturnType<typeof createTally>

/** Counts what was due from one moment to another, both since the beginning; each is measured from when it was due. */
export function createTally({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) {
  const counts = new Map<ObjectiveId, Counts>()
  const tookMs: number[] = []
  const firstWordMs: number[] = []
  const turnMs: number[] = []
  const failures: string[] = []
  let answered = 0
  const note = ({ objective, isGood }: Judgement): void => {
    const one = isGood ? { good: 1, bad: 0 } : { good: 0, bad: 1 }
    counts.set(objective, plus(counts.get(objective) ?? NOTHING, one))
  }
  const isMeasured = (dueMs: number): boolean => dueMs >= fromMs && dueMs < toMs
  const failed = (words: string): void => void (failures.length < 5 && failures.push(words))
  return {
    /** A look from outside, at any time of the span. */
    looked: note,
    answered(dueMs: number, answer: { readonly isDone: boolean; readonly ms: number; readonly words: string }): void {
      if (!isMeasured(dueMs)) return
      const { isDone, ms, words } = answer
      for (const one of judgeAnswer({ status: isDone ? 200 : NOT_DONE, ms, isLong: false })) note(one)
      if (!isDone) return failed(words)
      answered += 1
      tookMs.push(ms)
    },
    firstWord(dueMs: number, ms: number): void {
      if (!isMeasured(dueMs)) return
      firstWordMs.push(ms)
      note(judgeFirstToken(ms / 1000))
    },
    /** One that did not end well is a fault. */
    turnEnded(dueMs: number, turn: { readonly isDone: boolean; readonly ms: number; readonly words: string }): void {
      if (!isMeasured(dueMs)) return
      if (turn.isDone) return void turnMs.push(turn.ms)
      note({ objective: 'errors', isGood: false })
      failed(turn.words)
    },
    end(): Tallied {
      const seconds = (toMs - fromMs) / 1000
      const burns = UNDER_LOAD.map((id) => [id, burnRate(counts.get(id) ?? NOTHING, objectiveOf(id))] as const)
      const brokenBy = burns.filter(([, burn]) => burn !== null && burn > 1).map(([id]) => id)
      return {
        holds: brokenBy.length === 0,
        brokenBy,
        burn: Object.fromEntries(burns.map(([id, burn]) => [id, burn === null ? null : round(burn)])),
        requestsPerSecond: round(answered / seconds),
        turnsPerMinute: round((turnMs.length / seconds) * 60),
        turnsAtWork: round(turnMs.reduce((sum, ms) => sum + ms, 0) / 1000 / seconds),
        p95Ms: percentile(tookMs, 0.95),
        firstWordP95Ms: percentile(firstWordMs, 0.95),
        failures,
      }
    },
  }
}
