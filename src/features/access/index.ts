import type { Principal } from '#domain/permission.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import type { AccessNeeds, AccessTools, Caller } from './access-needs.ts'
import { selectActions, type ActionsWanted, type AuditRecord } from './audit-store.ts'
import { authenticate, type Credential } from './authenticate.ts'
import { changeMember } from './change-member.ts'
import { checkCredentials } from './check-credentials.ts'
import { createKey, type KeyToCreate } from './create-key.ts'
import { createOwnerLink } from './create-owner-link.ts'
import { createSignInLink } from './create-sign-in-link.ts'
import { createStartLink } from './create-start-link.ts'
import { createTeam } from './create-team.ts'
import { deleteMember } from './delete-member.ts'
import { ensureAdminKey } from './ensure-admin-key.ts'
import { inviteMember, type MemberToInvite } from './invite-member.ts'
import { listAudit } from './list-audit.ts'
import { listKeys } from './list-keys.ts'
import { listMembers } from './list-members.ts'
import { listOwners } from './list-owners.ts'
import { listTeams } from './list-teams.ts'
import { localPrincipal } from './local-principal.ts'
import { findMemberByEmail, linkByEmail, type MemberToChange } from './member-store.ts'
import type { PageRequest } from './page-cursor.ts'
import { createPrincipalCache } from './principal-cache.ts'
import { findByMember } from './principal-store.ts'
import { readLink } from './read-link.ts'
import { recordAudit } from './record-audit.ts'
import { revokeKey } from './revoke-key.ts'
import { signIn, type SignInAttempt } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { sweep } from './sweep.ts'

export type { AccessNeeds, Caller } from './access-needs.ts'
export type { AuditRecord } from './audit-store.ts'
export type { Credential } from './authenticate.ts'
export type { SignedIn } from './sign-in.ts'

const PEOPLE = 'people'

/** Who people are, how they come in, what they may do, and the record of what they did. */
export function createAccess(needs: AccessNeeds) {
  const cache = needs.cache ?? createCache({ ...needs, random: Math.random })
  const principals = createPrincipalCache({ cache, clock: needs.clock })
  const listeners = new Set<() => void>()
  const forget = (): void => {
    void principals.forget()
    for (const listener of listeners) listener()
    needs.wakeups?.tell(PEOPLE)
  }
  const tools = { ...needs, principals, forget } satisfies AccessTools & {
    readonly principals: typeof principals
  }
  return {
    createOwnerLink: () => createOwnerLink(needs),
    createStartLink: () => createStartLink(needs),
    readLink: (token: string) => readLink(needs, token),
    signIn: (attempt: SignInAttempt) => signIn(tools, attempt),
    signOut: (caller: Caller) => signOut(tools, caller),
    authenticate: (credential: Credential): Promise<Principal | null> => authenticate(tools, credential),
    async checkCredentials(held: readonly Principal[]) {
      const otherwise = await checkCredentials(needs, held)
      // Somebody changed that and it was not heard, or not yet: what is kept of people is older than what was just read.
      if (otherwise.size > 0) principals.forgetHere()
      return otherwise
    },
    /** Told when something about members, sessions or keys was changed by any process, or may have been. */
    onPeopleChanged(listener: () => void): void {
      listeners.add(listener)
      needs.wakeups?.hear(PEOPLE, () => {
        // Before the listener: who looks because of it must not find what was before.
        principals.forgetHere()
        listener()
      })
    },
    inviteMember: (caller: Caller, wanted: MemberToInvite) => inviteMember(tools, caller, wanted),
    createSignInLink: (caller: Caller, memberId: string) => createSignInLink(needs, caller, memberId),
    listMembers: (page: PageRequest) => listMembers(needs, page),
    listOwners: () => listOwners(needs),
    findMemberByEmail: (email: string) => needs.database.read((handle) => findMemberByEmail(handle, email)),
    changeMember: (caller: Caller, memberId: string, change: MemberToChange) =>
      changeMember(tools, caller, { memberId, change }),
    deleteMember: (caller: Caller, memberId: string) => deleteMember(tools, caller, memberId),
    listTeams: () => listTeams(needs),
    createTeam: (caller: Caller, wanted: { name: string; manager: string | null }) => createTeam(tools, caller, wanted),
    createKey: (caller: Caller, wanted: KeyToCreate) => createKey(needs, caller, wanted),
    listKeys: (caller: Caller, page: PageRequest) => listKeys(needs, caller, page),
    revokeKey: (caller: Caller, keyId: string) => revokeKey(tools, caller, keyId),
    recordAudit: (record: AuditRecord) => recordAudit(needs, record),
    listAudit: (page: PageRequest) => listAudit(needs, page),
    listActions: (wanted: ActionsWanted) => needs.database.read((handle) => selectActions(handle, wanted)),
    /** The member as Sophia acts for them in a turn; null when they are gone or suspended. */
    principalOf: async (memberId: string): Promise<Principal | null> =>
      (await needs.database.read((handle) => findByMember(handle, memberId))) ?? null,
    localPrincipal: () => localPrincipal(needs),
    ensureAdminKey: (secret: string | null) => ensureAdminKey(tools, secret),
    /** Links members to reps by e-mail; call it after an import of reps. Answers how many were linked. */
    linkMembersByEmail: async (): Promise<number> => {
      const count = await needs.database.read((handle) => linkByEmail(handle))
      tools.forget()
      return count
    },
    sweep: () => sweep(needs),
  }
}

export type Access = ReturnType<typeof createAccess>
