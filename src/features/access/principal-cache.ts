import type { Principal } from '#domain/permission.ts'

interface Entry {
  readonly principal: Principal
  readonly loadedAtMs: number
  readonly expiresAt: Date | null
}

export type CredentialKind = 'session' | 'key'

interface Place {
  readonly kind: CredentialKind
  /** SHA-256 of the full token in hex; never a part of it. */
  readonly tokenHash: string
}

/**
 * Principals by credential for a few seconds, so that a burst of requests reads the database once. An entry counts from
 * before it was read, so a suspension is felt within `maxAgeMs` of its commit whatever the order of events.
 */
export function createPrincipalCache(settings: { readonly maxAgeMs: number; readonly maxEntries: number }) {
  const entries = new Map<string, Entry>()
  return {
    find(place: Place, now: { date: Date; monotonicMs: number }): Principal | undefined {
      const key = keyOf(place)
      const entry = entries.get(key)
      if (!entry) return undefined
      const isFresh =
        now.monotonicMs - entry.loadedAtMs < settings.maxAgeMs &&
        (entry.expiresAt === null || entry.expiresAt > now.date)
      // The kind is part of the key; holding it against the principal's own catches an entry stored under another's.
      if (isFresh && entry.principal.credential.kind === place.kind) return entry.principal
      entries.delete(key)
      return undefined
    },
    remember(place: Place, entry: Entry): void {
      if (entries.size >= settings.maxEntries) dropOldest(entries)
      entries.set(keyOf(place), entry)
    },
    /** Forgets one member's credentials, or all. */
    forget(memberId?: string): void {
      if (memberId === undefined) return entries.clear()
      for (const [key, entry] of entries) if (entry.principal.memberId === memberId) entries.delete(key)
    },
    size: () => entries.size,
  }
}

export type PrincipalCache = ReturnType<typeof createPrincipalCache>

function keyOf(place: Place): string {
  return `${place.kind}:${place.tokenHash}`
}

function dropOldest(entries: Map<string, Entry>): void {
  const oldest = entries.keys().next()
  if (!oldest.done) entries.delete(oldest.value)
}
