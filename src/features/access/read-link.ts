import { SophiaError } from '#domain/errors.ts'
import { hashToken } from '#platform/crypto/ids.ts'
import type { AccessNeeds } from './access-needs.ts'
import { findLink, type LinkKind } from './link-store.ts'

/** What a link is for, without using it up. Unknown, used, expired and suspended all answer LINK_NOT_VALID. */
export async function readLink(
  needs: AccessNeeds,
  token: string,
): Promise<{ kind: LinkKind; email: string | null; name: string | null }> {
  const link = await needs.database.read((handle) => findLink(handle, hashToken(token)))
  const isOpen = link && link.usedAt === null && link.expiresAt > needs.clock.now() && link.status !== 'suspended'
  if (!isOpen) throw new SophiaError('LINK_NOT_VALID')
  return { kind: link.kind, email: link.email, name: link.name }
}
