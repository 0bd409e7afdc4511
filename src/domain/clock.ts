/** Time as a need, so that tests own it. `monotonicMs` never jumps; use it for durations and deadlines. */
export interface Clock {
  now(): Date
  monotonicMs(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
