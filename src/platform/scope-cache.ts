import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'

interface CacheNeeds<Found> {
  readonly clock: Clock
  readonly find: (principal: Principal) => Promise<Found>
  /** What the findings depend on besides the rows in sight; nothing unless told. */
  readonly keyOf?: (principal: Principal) => string
  /** How far the data has come: what was found before a change is not found again after it. */
  readonly epochOf?: () => Promise<string>
}

/** Long enough that a team opening the page together asks the database once, short enough to pass for now. */
const MAX_AGE_MS = 5000
const MAX_ENTRIES = 500

/**
 * What was found per set of visible rows: the key is the very scope that the SQL is narrowed by, so members share an
 * entry only when they see the same rows. Callers that come together wait for one search.
 */
export function createScopeCache<Found>({
  clock,
  find,
  keyOf = () => '',
  epochOf = () => Promise.resolve(''),
}: CacheNeeds<Found>) {
  const entries = new Map<string, { readonly atMs: number; readonly found: Promise<Found> }>()
  return {
    async get(principal: Principal): Promise<Found> {
      const key = `${scopeKey(principal)} ${keyOf(principal)} ${await epochOf()}`
      const known = entries.get(key)
      if (known && clock.monotonicMs() - known.atMs < MAX_AGE_MS) return known.found
      const found = find(principal)
      const entry = { atMs: clock.monotonicMs(), found }
      entries.delete(key)
      entries.set(key, entry)
      if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value ?? '')
      found.catch(() => {
        // A failure is told to those who waited for it and not remembered.
        if (entries.get(key) === entry) entries.delete(key)
      })
      return found
    },
    /** Records have changed: what was found says nothing any more. */
    forget: () => entries.clear(),
  }
}

function scopeKey({ visible }: Principal): string {
  return visible.kind === 'all' ? 'all' : JSON.stringify(visible.repIds.toSorted())
}
