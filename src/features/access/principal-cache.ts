import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import { NOTHING } from '#platform/cache/keeper.ts'

export type CredentialKind = 'session' | 'key'

interface Place {
  readonly kind: CredentialKind
  /** SHA-256 of the full token in hex; never a part of it. */
  readonly tokenHash: string
}

/** Who a credential stands for, and until when. */
interface Known {
  readonly principal: Principal
  readonly expiresAt: Date | null
}

/** Whatever changes who may do what ends all that is known of anybody: it is seldom, and to look again costs little. */
const PEOPLE = ['people']
/** What took longer to read may have been overtaken by a change: it serves who waits, and nobody after them. */
const SLOW_MS = 1000

/**
 * Principals by credential for two seconds, in the process only, so that a burst of requests reads the database once. A change
 * ends them at once here, and in the other processes that hear of it; who does not hear is two seconds behind.
 */
export function createPrincipalCache({ cache, clock }: { readonly cache: Cache; readonly clock: Clock }) {
  const space = cache.space<Known | typeof NOTHING>('auth', 'principals')
  return {
    /** Null: nobody. `read` looks into the database, once for all who come together with one token. */
    async find({ kind, tokenHash }: Place, read: () => Promise<Known | undefined>): Promise<Principal | null> {
      const known = await space.getOrSet(tokenHash, { owner: kind, tags: PEOPLE }, async (making) => {
        const begunMs = clock.monotonicMs()
        const found = await read()
        // Tokens that are none would push out those that are.
        if (!found || clock.monotonicMs() - begunMs > SLOW_MS) making.doNotKeep()
        return found ?? NOTHING
      })
      if (known === NOTHING) return null
      const isOver = known.expiresAt !== null && known.expiresAt <= clock.now()
      // The kind is part of its place; holding it against the principal's own catches one that was put under another's.
      if (!isOver && known.principal.credential.kind === kind) return known.principal
      return (await read())?.principal ?? null
    },
    /** Resolves when the other processes were told, or cannot be; here it holds at once. */
    forget: (): Promise<void> => cache.invalidate(PEOPLE),
    /** For what another process changed: each hears of that by itself. */
    forgetHere: (): void => cache.invalidateHere(PEOPLE),
  }
}

export type PrincipalCache = ReturnType<typeof createPrincipalCache>
