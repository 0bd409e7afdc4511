import { noteInForce, storeChange, type InForce } from './changes-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

/** What was changed when: by which version processes began, and what else came into force. */
export interface ChangeLog {
  /** The beginning of this process, once; then whatever is in force otherwise than at the last look. */
  look(): Promise<void>
  /** It leaves in an orderly way. */
  leave(): Promise<void>
}

type ChangeNeeds = Pick<WatchNeeds, 'database' | 'inForce' | 'moment' | 'replica' | 'version'>

export function createChangeLog({ database, inForce, moment, replica, version }: ChangeNeeds): ChangeLog {
  let hasBegun = false
  let known: InForce = {}
  return {
    async look() {
      const now = await inForce()
      // Only what this process sees become another is its to tell: beside it some may still run by what was before.
      const prints = Object.fromEntries(Object.entries(now).filter(([name, print]) => known[name] !== print))
      await database.inTransaction(async (handle) => {
        const at = await moment(handle)
        if (!hasBegun) await storeChange(handle, { at, kind: 'started', subject: version, replica })
        if (Object.keys(prints).length > 0) await noteInForce(handle, { prints, at, replica })
      })
      hasBegun = true
      known = now
    },
    async leave() {
      if (!hasBegun) return
      await database.read(async (handle) =>
        storeChange(handle, { at: await moment(handle), kind: 'stopped', subject: version, replica }),
      )
    },
  }
}
