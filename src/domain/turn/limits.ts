/** How far one turn may go, and how many one process answers at a time. Times in milliseconds. */
export interface TurnLimits {
  /** Working time of one attempt; waiting for a person's approval does not count. */
  readonly totalMs: number
  /** Rounds in which the model may call tools; one more call of the model may follow to word the answer. */
  readonly toolRounds: number
  readonly maxOutputTokens: number
  /** Earlier messages the model reads, newest first, within the token budget below. */
  readonly historyMessages: number
  readonly historyTokens: number
  readonly approvalMs: number
  readonly maxSources: number
  /** A turn whose owner died this often is ended as failed: it may be what kills them. */
  readonly maxAttempts: number
  readonly turnsPerProcess: number
  /** Questions of one member that may be open at once: half of what a process answers, so that one cannot hold up all. */
  readonly openTurnsPerMember: number
  /** Questions that may wait, over all processes; more would wait for minutes and are better refused at once. */
  readonly queuedTurns: number
  /** Between two group commits of the journal; the first events of a turn go out sooner. */
  readonly flushMs: number
  readonly heartbeatMs: number
  readonly leaseMs: number
  /** How often the queue and, for turns of other processes, the journal are looked at. */
  readonly pollMs: number
}

export const DEFAULT_TURN_LIMITS: TurnLimits = {
  totalMs: 120_000,
  toolRounds: 6,
  maxOutputTokens: 4096,
  historyMessages: 20,
  historyTokens: 12_000,
  approvalMs: 600_000,
  maxSources: 40,
  maxAttempts: 12,
  turnsPerProcess: 64,
  openTurnsPerMember: 32,
  queuedTurns: 1000,
  flushMs: 40,
  // Well under the promised second, so that a cancel seen by heartbeat still reaches the provider within it.
  heartbeatMs: 600,
  // With the look that finds it expired and the first word of whoever takes over, its reader has waited less than three seconds.
  leaseMs: 2400,
  pollMs: 250,
}
