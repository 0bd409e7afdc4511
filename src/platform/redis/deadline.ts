import { SophiaError } from '#domain/errors.ts'

/** What is read from the answer, where it comes in time. */
export type Deadline = <Answer, Value>(answer: Promise<Answer>, read: (answer: Answer) => Value) => Promise<Value>

/**
 * Waits for answers no longer than the deadline, and tells of each that failed or did not come. One timer for all of them: a timer
 * each costs as much as the command.
 */
export function createDeadline(ms: number, onFault: (error: unknown) => void = () => undefined): Deadline {
  /** In the order of asking, which is that of their ends. */
  const waiting = new Map<(error: unknown) => void, number>()
  let isArmed = false
  const arm = (dueMs: number): void => {
    isArmed = true
    // A process that was busy itself finds the answers waiting: they are read before the verdict falls.
    setTimeout(() => setImmediate(judge), Math.max(1, dueMs - performance.now())).unref()
  }
  const fail = (reject: (error: unknown) => void, error: unknown): void => {
    // One that fails after its deadline has been told of.
    if (!waiting.delete(reject)) return
    onFault(error)
    reject(error)
  }
  const judge = (): void => {
    isArmed = false
    const nowMs = performance.now()
    for (const [reject, dueMs] of waiting) {
      if (dueMs > nowMs) return arm(dueMs)
      fail(reject, redisAway())
    }
  }
  return (answer, read) =>
    new Promise((resolve, reject) => {
      const dueMs = performance.now() + ms
      waiting.set(reject, dueMs)
      if (!isArmed) arm(dueMs)
      const succeed = (value: Parameters<typeof read>[0]): void => {
        try {
          resolve(read(value))
          waiting.delete(reject)
        } catch (error) {
          fail(reject, error)
        }
      }
      answer.then(succeed, (error: unknown) => fail(reject, error))
    })
}

/** Reads an answer as what it is. */
export function asIs<Answer>(answer: Answer): Answer {
  return answer
}

export function redisAway(): SophiaError {
  return new SophiaError('UNREACHABLE', { detail: 'Redis does not answer.' })
}
