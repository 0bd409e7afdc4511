import type { AccessNeeds } from './access-needs.ts'
import { hasOwner } from './member-store.ts'
import { issueLink, type SignInLink } from './sign-in-link.ts'

/** The link with which the first owner comes in, or null when there is an owner. For a terminal or a 0600 file, never a log. */
export async function createOwnerLink(needs: AccessNeeds): Promise<SignInLink | null> {
  return needs.database.inTransaction(async (handle) =>
    (await hasOwner(handle)) ? null : issueLink(needs, handle, { kind: 'owner', memberId: null }),
  )
}
