import { DAY_MS, MINUTE_MS, type AccessNeeds } from './access-needs.ts'
import { removeExpired } from './link-store.ts'

/** Removes sessions, links and attempts that can no longer matter; run it now and then. Answers how many rows went. */
export async function sweep(needs: AccessNeeds): Promise<number> {
  const now = needs.clock.now().getTime()
  // A used or expired link is kept a while: as long as it is known, trying it again is not counted as guessing.
  const before = {
    links: new Date(now - 30 * DAY_MS),
    sessions: new Date(now),
    attempts: new Date(now - 15 * MINUTE_MS),
  }
  return needs.database.inTransaction((handle) => removeExpired(handle, before))
}
