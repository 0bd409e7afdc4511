import type { Principal } from '#domain/permission.ts'
import { hashToken } from '#platform/crypto/ids.ts'
import { MINUTE_MS, SESSION_MS, type AccessNeeds } from './access-needs.ts'
import { findByKey, findBySession, touchKey, touchSession, type FoundCredential } from './principal-store.ts'
import type { CredentialKind, PrincipalCache } from './principal-cache.ts'

export interface Credential {
  readonly kind: CredentialKind
  readonly token: string
}

/** What tokens of each kind look like; anything else is refused before it costs a hash or a query. */
const SHAPES: Record<CredentialKind, RegExp> = {
  session: /^[A-Za-z0-9_-]{43}$/,
  key: /^sk-sophia-[A-Za-z0-9_-]{32,200}$/,
}
const LONGEST_TOKEN = 256

/** The principal of a credential, or null: unknown, expired, revoked or suspended all answer the same. */
export async function authenticate(
  needs: AccessNeeds & { readonly principals: PrincipalCache },
  credential: Credential,
): Promise<Principal | null> {
  const { kind, token } = credential
  if (token.length > LONGEST_TOKEN || !SHAPES[kind].test(token)) return null
  const hash = hashToken(token)
  const place = { kind, tokenHash: hash.toString('hex') }
  const find = kind === 'session' ? findBySession : findByKey
  return needs.principals.find(place, async () => {
    const now = needs.clock.now()
    const found = await needs.database.read((handle) => find(handle, hash, now))
    if (found) await noteUse(needs, found, now)
    return found
  })
}

/** Written at most once a minute per credential, so that reading stays reading. */
async function noteUse(needs: AccessNeeds, found: FoundCredential, now: Date): Promise<void> {
  const before = new Date(now.getTime() - MINUTE_MS)
  if (found.lastSeenAt && found.lastSeenAt > before) return
  const { kind, id } = found.principal.credential
  const use = { id, memberId: found.principal.memberId, now, before }
  const expiresAt = new Date(now.getTime() + SESSION_MS)
  try {
    await needs.database.read((handle) =>
      kind === 'session' ? touchSession(handle, { ...use, expiresAt }) : touchKey(handle, use),
    )
  } catch (error) {
    // Who may come in does not depend on whether "last seen" could be written.
    needs.log.warn({ error }, 'the time of last use could not be written')
  }
}
