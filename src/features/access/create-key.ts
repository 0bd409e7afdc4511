import type { ApiKey } from '#contract/access.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, isAction, type Action, type Principal } from '#domain/permission.ts'
import { createId, createToken, hashToken } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { DAY_MS, type AccessNeeds, type Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { isPerson } from './member-store.ts'
import { findKey, hasSettingsKey, insertKey } from './key-store.ts'

export interface KeyToCreate {
  readonly name: string
  /** null: all that its member may do. */
  readonly actions: readonly string[] | null
  readonly expiresInDays: number | null
}

const KEY_MARK = 'sk-sophia-'
/** The mark and six characters: enough to recognise a key, 36 bits of 256. */
const PREFIX_LENGTH = KEY_MARK.length + 6

/** Makes a key for the one who asks, never wider than they are, nor longer-lived than the key they ask with. The secret is answered once and stored as a hash. */
export async function createKey(
  needs: AccessNeeds,
  { principal, correlationId }: Caller,
  wanted: KeyToCreate,
): Promise<{ key: ApiKey; secret: string }> {
  const actions = narrow(principal, wanted.actions)
  const secret = `${KEY_MARK}${createToken()}`
  const now = needs.clock.now()
  const id = createId(now.getTime())
  const wantedEnd = wanted.expiresInDays === null ? null : new Date(now.getTime() + wanted.expiresInDays * DAY_MS)
  const key = await needs.database.inTransaction(async (handle) => {
    const prefix = secret.slice(0, PREFIX_LENGTH)
    const { memberId } = principal
    if (principal.credential.kind === 'local') await requireOwner(handle, memberId)
    const expiresAt = earlier(wantedEnd, await endOf(handle, principal))
    await insertKey(handle, {
      id,
      memberId,
      name: wanted.name,
      prefix,
      tokenHash: hashToken(secret),
      actions,
      now,
      expiresAt,
    })
    const detail = { name: wanted.name, prefix, actions, expiresAt: expiresAt?.toISOString() ?? null }
    await insertAudit(
      handle,
      { principal, action: 'key.create', targetKind: 'key', targetId: id, detail, correlationId },
      now,
    )
    return findKey(handle, id)
  })
  if (!key) throw new Error('the key just written cannot be read')
  return { key, secret }
}

/** On the command line somebody acts before anybody has signed in: a key needs an owner whom people know of. */
async function requireOwner(handle: Handle, memberId: string): Promise<void> {
  if ((await isPerson(handle, memberId)) || (await hasSettingsKey(handle, memberId))) return
  throw new SophiaError('CONFLICT', {
    detail:
      'A key acts for a member, and there is no owner yet. First sign in with the link told at start, or start Sophia with SOPHIA_ADMIN_API_KEY.',
  })
}

/** A narrowed key hands its own narrowing on; nobody names an action they may not take. */
function narrow(principal: Principal, wanted: readonly string[] | null): readonly Action[] | null {
  if (wanted === null) return principal.allowedActions
  const faults = wanted.flatMap((action, index) => {
    if (!isAction(action))
      return [{ path: `actions.${index}`, message: `there is no action ${JSON.stringify(action.slice(0, 60))}` }]
    return can(principal, action) ? [] : [{ path: `actions.${index}`, message: `you may not ${action} yourself` }]
  })
  if (faults.length > 0)
    throw new SophiaError('INVALID_INPUT', { detail: 'A key can do at most what you can.', faults })
  return [...new Set(wanted.filter(isAction))]
}

/** When the key ends that asks; null for one that does not, and for people. */
async function endOf(handle: Handle, { credential }: Principal): Promise<Date | null> {
  const parent = credential.kind === 'key' ? await findKey(handle, credential.id) : undefined
  return parent?.expiresAt ? new Date(parent.expiresAt) : null
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}
