import type { AccessNeeds } from './access-needs.ts'
import { hasOwner, isPerson } from './member-store.ts'
import { findFirstOwner } from './principal-store.ts'
import { issueLink, type SignInLink } from './sign-in-link.ts'

/**
 * The link printed on the terminal at start: for the first owner while there is none, else a sign-in link for the owner
 * who was there first. Whoever reads the terminal already holds the database.
 */
export async function createStartLink(needs: AccessNeeds): Promise<SignInLink> {
  return needs.database.inTransaction(async (handle) => {
    const owner = (await hasOwner(handle)) ? await findFirstOwner(handle) : undefined
    if (!owner || !(await isPerson(handle, owner.memberId)))
      return issueLink(needs, handle, { kind: 'owner', memberId: null })
    return issueLink(needs, handle, { kind: 'sign-in', memberId: owner.memberId })
  })
}
