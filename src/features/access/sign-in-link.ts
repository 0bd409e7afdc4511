import { createToken, hashToken } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { DAY_MS, type AccessNeeds } from './access-needs.ts'
import { insertLink, type LinkKind } from './link-store.ts'

/** A one-time link; only its hash is stored, so it can be shown exactly once. */
export interface SignInLink {
  readonly kind: LinkKind
  readonly link: string
  readonly expiresAt: string
}

const LIFE_MS: Record<LinkKind, number> = { owner: DAY_MS, invitation: 7 * DAY_MS, 'sign-in': DAY_MS }

/** Makes and stores a link. The token stands behind `#`, where no server log and no Referer header sees it. */
export async function issueLink(
  needs: AccessNeeds,
  handle: Handle,
  { kind, memberId }: { kind: LinkKind; memberId: string | null },
): Promise<SignInLink> {
  const token = createToken()
  const now = needs.clock.now()
  const expiresAt = new Date(now.getTime() + LIFE_MS[kind])
  await insertLink(handle, { tokenHash: hashToken(token), kind, memberId, now, expiresAt })
  return {
    kind,
    link: `${needs.publicUrl.replace(/\/+$/, '')}/sign-in#token=${token}`,
    expiresAt: expiresAt.toISOString(),
  }
}
