import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'

const TimeReply = z.tuple([z.coerce.number(), z.coerce.number()])
const ASK_TIME_EVERY_MS = 1000

/** What the clock of Redis shows, asked once a second and carried on by this process's own steady clock. */
export function createRedisClock(clock: Clock, askTime: () => Promise<unknown>) {
  let aheadMs = 0
  let askedMs = Number.NEGATIVE_INFINITY
  const forget = (): void => void (askedMs = Number.NEGATIVE_INFINITY)
  const ask = async (sentMs: number): Promise<void> => {
    const [seconds, micros] = TimeReply.parse(await askTime())
    // By the moment of sending: the way counts as time that passed, so that nothing seems younger than it is.
    aheadMs = seconds * 1000 + micros / 1000 - sentMs
  }
  let asking: Promise<void> | undefined
  return {
    /** Another server may answer from here on, with another clock. */
    forget,
    nowMs: () => clock.monotonicMs() + aheadMs,
    /** To be waited for where it is not known yet; it rejects with the command. */
    measure(): Promise<void> | undefined {
      const nowMs = clock.monotonicMs()
      if (nowMs - askedMs < ASK_TIME_EVERY_MS) return asking
      askedMs = nowMs
      const mine = ask(nowMs).catch((error: unknown) => {
        forget()
        throw error
      })
      asking = mine
      const end = (): void => void (asking === mine && (asking = undefined))
      mine.then(end, end)
      return mine
    },
  }
}
