import type { CallStatus } from '#domain/turn/approval.ts'

/** What came of a call, as a person reads it. */
export interface CallResult {
  readonly ok: boolean
  readonly summary: string
}

/** A call with side effects as the database has it. */
export interface MachineCall {
  readonly turnId: string
  readonly index: number
  callId: string
  status: CallStatus
  expiresAtMs: number
  result: CallResult | null
}

/** A step of a call: done only if it is where it is thought to be. */
export interface Move {
  readonly index: number
  readonly from: readonly CallStatus[]
  readonly to: CallStatus
  readonly result?: CallResult
}

/** A member's yes or no. */
export interface Decision {
  readonly memberId: string
  readonly turnId: string
  readonly callId: string
  readonly approve: boolean
  readonly nowMs: number
}

/** A turn as the database has it. Each claim is a new attempt, and the attempt stands for its fence. */
export interface MachineTurn {
  readonly id: string
  readonly conversationId: string
  readonly memberId: string
  readonly messageId: string
  status: 'queued' | 'running' | 'waiting' | 'complete' | 'cancelled'
  attempt: number
  leaseUntilMs: number | null
  /** The process that claimed it last; null when it was given back. */
  owner: string | null
  isCancelled: boolean
}

export interface MachineMessage {
  readonly id: string
  readonly conversationId: string
  readonly seq: number
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly turnId: string
  readonly status: 'complete' | 'cancelled' | null
  /** What an answer tells of calls. */
  readonly calls: readonly CallResult[]
}

export interface Held {
  readonly id: string
  readonly attempt: number
}

/** What somebody took, and whether its member wants it stopped. */
export interface Claimed extends Held {
  readonly isCancelled: boolean
}

export interface IdleClaim {
  readonly id: string
  readonly processId: string
  readonly nowMs: number
  readonly leaseMs: number
}

export interface MachineClaim extends Omit<IdleClaim, 'id'> {
  readonly limit: number
  /** Also of turns whose lease has run out; only before `latestMs`, where that is given. */
  readonly takesOver: boolean
  readonly latestMs?: number
}

export interface MachineAnswer extends Pick<MachineMessage, 'id' | 'text' | 'calls'> {
  readonly status: 'complete' | 'cancelled'
}

/** Rules that a planted fault leaves out. */
export interface MachineFaults {
  readonly noFence?: boolean
  readonly noLease?: boolean
  readonly noDuplicateCheck?: boolean
  readonly answerOutsideTransaction?: boolean
  readonly waitingIsForgotten?: boolean
  readonly repeatUnasked?: boolean
  readonly lateYes?: boolean
}
