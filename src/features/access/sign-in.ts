import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { createId, createToken, hashToken } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { MINUTE_MS, SECOND_MS, SESSION_MS, type AccessTools } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { countAttempts, endLinks, findLink, insertAttempt, lockAddress, useLink } from './link-store.ts'
import { findMemberByEmail, hasOwner, insertMember, linkByEmail, lockMembers, updateMember } from './member-store.ts'
import { findBySession } from './principal-store.ts'
import { insertSession } from './session-store.ts'

export interface SignInAttempt {
  readonly token: string
  /** Of the first owner, who is asked who they are; ignored for everyone else. */
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly address: string
  readonly userAgent?: string | undefined
  readonly correlationId?: string
}

export interface SignedIn {
  readonly sessionToken: string
  readonly principal: Principal
  readonly expiresAt: string
}

const ATTEMPT_WINDOW_MS = 15 * MINUTE_MS
const ATTEMPT_LIMIT = 10

/**
 * Redeems a one-time link for a session. Ten unknown tokens from one address within 15 minutes close it for the rest of
 * them (RATE_LIMITED); a link that did exist is no guess and is not counted. Everything else that fails is LINK_NOT_VALID.
 */
export async function signIn(tools: AccessTools, attempt: SignInAttempt): Promise<SignedIn> {
  const signedIn = await tools.database.inTransaction(async (handle) => {
    await checkAttempts(tools, handle, attempt.address)
    const tokenHash = hashToken(attempt.token)
    const now = tools.clock.now()
    if (!(await findLink(handle, tokenHash))) {
      // Answered after the commit, for a thrown error would take this row back.
      await insertAttempt(handle, attempt.address, now)
      return null
    }
    await lockMembers(handle)
    // Read again: who was suspended a moment ago stays out.
    const link = await findLink(handle, tokenHash)
    if (!link || link.status === 'suspended' || !(await useLink(handle, tokenHash, now))) return null
    const memberId = link.memberId ?? (await becomeFirstOwner(tools, handle, attempt))
    if (memberId === null) return null
    await updateMember(handle, memberId, { status: 'active' })
    await linkByEmail(handle, memberId)
    return openSession(tools, handle, { ...attempt, memberId })
  })
  if (!signedIn) throw new SophiaError('LINK_NOT_VALID')
  tools.forget()
  return signedIn
}

async function checkAttempts(tools: AccessTools, handle: Handle, address: string): Promise<void> {
  await lockAddress(handle, address)
  const now = tools.clock.now().getTime()
  const { count, oldest } = await countAttempts(handle, address, new Date(now - ATTEMPT_WINDOW_MS))
  if (count < ATTEMPT_LIMIT || !oldest) return
  throw new SophiaError('RATE_LIMITED', {
    detail: 'Too many attempts to sign in from this address. Wait a quarter of an hour, then use a fresh link.',
    retryAfterSeconds: Math.max(1, Math.ceil((oldest.getTime() + ATTEMPT_WINDOW_MS - now) / SECOND_MS)),
  })
}

/** The new owner's id, or null when somebody was faster. An address that was invited before becomes that owner. */
async function becomeFirstOwner(tools: AccessTools, handle: Handle, attempt: SignInAttempt): Promise<string | null> {
  if (await hasOwner(handle)) return null
  const now = tools.clock.now()
  // Whoever holds the link owns the machine; who they are may be left out, as on a laptop of one.
  const email = attempt.email ?? 'owner@localhost'
  const name = attempt.name ?? email.split('@')[0] ?? email
  const id = createId(now.getTime())
  const isNew = await insertMember(handle, {
    id,
    email,
    name,
    kind: 'person',
    role: 'owner',
    rowScope: 'all',
    status: 'active',
    teamId: null,
    repId: null,
    createdAt: now,
  })
  await endLinks(handle, null)
  if (isNew) return id
  const invited = await findMemberByEmail(handle, email)
  if (!invited) return null
  await updateMember(handle, invited.id, { role: 'owner', rowScope: 'all' })
  return invited.id
}

async function openSession(
  tools: AccessTools,
  handle: Handle,
  attempt: SignInAttempt & { memberId: string },
): Promise<SignedIn> {
  const now = tools.clock.now()
  const sessionToken = createToken()
  const tokenHash = hashToken(sessionToken)
  const expiresAt = new Date(now.getTime() + SESSION_MS)
  const id = createId(now.getTime())
  const userAgent = attempt.userAgent?.slice(0, 300) ?? null
  await insertSession(handle, { tokenHash, id, memberId: attempt.memberId, now, expiresAt, userAgent })
  const found = await findBySession(handle, tokenHash, now)
  if (!found) throw new Error('the session just written cannot be read')
  const { principal } = found
  await insertAudit(
    handle,
    {
      principal,
      action: 'session.start',
      targetKind: 'member',
      targetId: principal.memberId,
      detail: { address: attempt.address },
      correlationId: attempt.correlationId,
    },
    now,
  )
  return { sessionToken, principal, expiresAt: expiresAt.toISOString() }
}
