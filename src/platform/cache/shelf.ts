import { createEviction } from '#domain/cache-policy/eviction-by-cost.ts'
import type { CachePolicy } from '#domain/cache-policy/policy.ts'
import type { Entry } from './entry.ts'
import type { MemoryLedger } from './ledger.ts'

/** The room that all values of one class share in this process. */
export interface Shelf {
  /** Makes room by the class's rule; what stood at its place before is gone. */
  put(entry: Entry): void
  /** It answered. */
  touch(entry: Entry): void
  drop(entry: Entry): void
  /** All that it holds. */
  empty(): void
}

export function createShelf(policy: CachePolicy, ledger: MemoryLedger): Shelf {
  const eviction = createEviction<Entry>(policy.eviction)
  const take = (entry: Entry): void => {
    entry.index.delete(entry)
    ledger.entries -= 1
    ledger.bytes -= entry.bytes
  }
  const drop = (entry: Entry): void => {
    eviction.remove(entry)
    take(entry)
  }
  return {
    put(entry) {
      const before = entry.index.find(entry.key, entry.owner)
      if (before) drop(before)
      // Room first: the newcomer itself is not up for leaving.
      while (ledger.bytes + entry.bytes > policy.maxBytes) {
        const leaving = eviction.takeNext()
        if (!leaving) return
        take(leaving)
        ledger.evictions += 1
      }
      entry.index.set(entry)
      eviction.add(entry)
      ledger.entries += 1
      ledger.bytes += entry.bytes
    },
    touch: eviction.touch,
    drop,
    empty() {
      for (let leaving = eviction.takeNext(); leaving; leaving = eviction.takeNext()) take(leaving)
    },
  }
}
