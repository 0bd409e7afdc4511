import { noteInForce, storeChange, type InForce } from './changes-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

/** What was changed when: by which version processes began, and what else came into force. */
export interface ChangeLog {
  /** The beginning of this process, once; then whatever is in force otherwise than at the last look. */
  look(): Promise<void>
  /** It leaves in an orderly way. */
  leave(): Promise<void>
}

/** What is in force is read so often. */
const EVERY_MS = 15_000

type ChangeNeeds = Pick<WatchNeeds, 'clock' | 'database' | 'inForce' | 'moment' | 'replica' | 'version'>

export function createChangeLog({ clock, database, inForce, moment, replica, version }: ChangeNeeds): ChangeLog {
  let hasBegun = false
  let lookedMs = Number.NEGATIVE_INFINITY
  let known: InForce = {}
  return {
    async look() {
      if (clock.monotonicMs() - lookedMs < EVERY_MS) return
      const now = await inForce()
      // Only what this process sees become another is its to tell: beside it some may still run by what was before.
      const prints = Object.fromEntries(Object.entries(now).filter(([name, print]) => known[name] !== print))
      const isOther = Object.keys(prints).length > 0
      if (!hasBegun || isOther)
        await database.inTransaction(async (handle) => {
          const at = await moment(handle)
          if (!hasBegun) await storeChange(handle, { at, kind: 'started', subject: version, replica })
          if (isOther) await noteInForce(handle, { prints, at, replica })
        })
      hasBegun = true
      known = now
      lookedMs = clock.monotonicMs()
    },
    async leave() {
      if (!hasBegun) return
      await database.read(async (handle) =>
        storeChange(handle, { at: await moment(handle), kind: 'stopped', subject: version, replica }),
      )
    },
  }
}
