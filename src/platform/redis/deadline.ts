import { SophiaError } from '#domain/errors.ts'

export type Deadline = <Value>(answer: Promise<Value>) => Promise<Value>

/** Waits for answers no longer than the deadline. One timer for all of them: a timer each costs as much as the command. */
export function createDeadline(ms: number): Deadline {
  /** In the order of asking, which is that of their ends. */
  const waiting = new Map<(error: Error) => void, number>()
  let isArmed = false
  const arm = (dueMs: number): void => {
    isArmed = true
    // A process that was busy itself finds the answers waiting: they are read before the verdict falls.
    setTimeout(() => setImmediate(judge), Math.max(1, dueMs - performance.now())).unref()
  }
  const judge = (): void => {
    isArmed = false
    const nowMs = performance.now()
    for (const [reject, dueMs] of waiting) {
      if (dueMs > nowMs) return arm(dueMs)
      waiting.delete(reject)
      reject(redisAway())
    }
  }
  return (answer) =>
    new Promise((resolve, reject) => {
      const dueMs = performance.now() + ms
      waiting.set(reject, dueMs)
      if (!isArmed) arm(dueMs)
      answer.then(
        (value) => (waiting.delete(reject), resolve(value)),
        (error: unknown) => (waiting.delete(reject), reject(error)),
      )
    })
}

export function redisAway(): SophiaError {
  return new SophiaError('UNREACHABLE', { detail: 'Redis does not answer.' })
}
