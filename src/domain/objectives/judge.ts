import { BACKUP_GOAL_MS, FIRST_TOKEN_GOAL_MS, LATENCY_GOAL_MS, MEMORY_GOAL, type ObjectiveId } from './objectives.ts'

/** One thing that happened, seen by one objective. */
export interface Judgement {
  readonly objective: ObjectiveId
  readonly isGood: boolean
}

/** One request that was answered. */
export interface Answered {
  readonly status: number
  readonly ms: number
  /** Its length depends on somebody else, or on how much is sent. */
  readonly isLong: boolean
}

/** A refusal of the caller's doing (4xx) is a good answer; one of ours, for whatever reason, is not. */
export function judgeAnswer({ status, ms, isLong }: Answered): Judgement[] {
  const isFault = status >= 500
  const error: Judgement = { objective: 'errors', isGood: !isFault }
  // A fault is counted once: that it came quickly is no merit.
  return isLong || isFault ? [error] : [error, { objective: 'latency', isGood: ms <= LATENCY_GOAL_MS }]
}

export function judgeFirstToken(seconds: number): Judgement {
  return { objective: 'first-token', isGood: seconds * 1000 <= FIRST_TOKEN_GOAL_MS }
}

/** `usedShare` of the memory of the process. */
export function judgeMemory(usedShare: number): Judgement {
  return { objective: 'memory', isGood: usedShare <= MEMORY_GOAL }
}

/** Age of the newest verified backup, or of the deployment when there is none. */
export function judgeBackup(ageMs: number): Judgement {
  return { objective: 'backup', isGood: ageMs <= BACKUP_GOAL_MS }
}
