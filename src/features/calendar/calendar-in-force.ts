import { followCalendarFile, type CalendarFollower, type FollowNeeds } from './follow-calendar-file.ts'

/** The calendar that holds now, kept in step with its file and with the days. */
export interface CalendarInForce extends Omit<CalendarFollower, 'begin'> {
  /** The first reading, then a look every two seconds. Throws only when what ships cannot be read. */
  start(): Promise<void>
  /** Waits for what is due to be fetched from addresses, and takes it. Does not reject. */
  settle(): Promise<void>
  close(): Promise<void>
}

const LOOK_MS = 2000

export function createCalendarInForce(needs: FollowNeeds): CalendarInForce {
  const { clock, addresses } = needs
  const closing = new AbortController()
  const { begin, ...follower } = followCalendarFile(needs)
  let running: Promise<void> | undefined
  async function look(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(LOOK_MS, closing.signal)
      await follower.reload()
      // Not waited for: a slow server delays no look.
      void addresses.fetchDue()
    }
  }
  return {
    ...follower,
    async start() {
      await begin()
      await follower.reload()
      void addresses.fetchDue()
      // It ends only by the abort of `close`, which rejects its sleep.
      running ??= look().catch(() => undefined)
    },
    async settle() {
      await addresses.fetchDue()
      await follower.reload()
    },
    async close() {
      closing.abort()
      await running
      await addresses.close()
    },
  }
}
