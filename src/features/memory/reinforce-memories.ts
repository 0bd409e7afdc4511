import { dayOf } from '#domain/day.ts'
import { reinforcedStrength } from '#domain/memory/strength.ts'
import type { Clock } from '#domain/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { setStrength } from './memory-write-store.ts'
import { insertUses, selectStrengths } from './uses-store.ts'

interface Use {
  readonly turnId: string
  readonly memoryId: string
}

/** Gathers what answers were given to know and writes it now and then: a turn does not wait for it. */
export interface Reinforcer {
  note(turnId: string, memoryIds: readonly string[]): void
  flush(): Promise<void>
  close(): Promise<void>
}

const FLUSH_MS = 1000

export function createReinforcer(needs: { database: Database; clock: Clock; log: Log }): Reinforcer {
  let waiting: Use[] = []
  let flushing: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const uses = waiting
    waiting = []
    if (uses.length > 0)
      flushing = flushing
        .then(() => needs.database.inTransaction((handle) => writeUses(handle, uses, needs.clock.now())))
        // A use that is not counted costs a little strength; the answer it served is unharmed.
        .catch((error: unknown) => needs.log.warn({ error }, 'uses of memories could not be written'))
    return flushing
  }

  return {
    note(turnId, memoryIds) {
      waiting.push(...memoryIds.map((memoryId) => ({ turnId, memoryId })))
      timer ??= setTimeout(() => void flush(), FLUSH_MS).unref()
    },
    flush,
    close: flush,
  }
}

/** A turn that was taken over names its memories again: it counts once. */
async function writeUses(handle: Handle, uses: readonly Use[], at: Date): Promise<void> {
  const counts = new Map<string, number>()
  for (const id of await insertUses(handle, uses, at)) counts.set(id, (counts.get(id) ?? 0) + 1)
  const today = dayOf(at)
  const rows = (await selectStrengths(handle, [...counts.keys()])).map((row) => {
    const fading = { ...row, strengthOn: dayOf(row.strengthAt) }
    return { id: row.id, strength: reinforcedStrength(fading, today), uses: counts.get(row.id) ?? 1 }
  })
  await setStrength(handle, rows, at)
}
