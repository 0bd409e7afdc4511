import { createId, hashToken } from '#platform/crypto/ids.ts'
import type { AccessTools } from './access-needs.ts'
import { addAutomation } from './add-automation.ts'
import { insertAudit } from './audit-store.ts'
import { insertKey, restoreKey, revokeFormer, SETTINGS_KEY } from './key-store.ts'
import { findAutomation, lockMembers } from './member-store.ts'

/**
 * Makes the key of SOPHIA_ADMIN_API_KEY work, for a member of its own named "Automation" with the role owner, so that it
 * shares nobody's conversations and the first person still becomes owner by link. A key that was set earlier stops working;
 * null (the setting is gone) stops them all. Keys that were made for that member besides are ended by hand alone.
 */
export async function ensureAdminKey(tools: AccessTools, secret: string | null): Promise<void> {
  await tools.database.inTransaction(async (handle) => {
    await lockMembers(handle)
    const now = tools.clock.now()
    const memberId = (await findAutomation(handle))?.id ?? (secret === null ? null : await addAutomation(handle, now))
    if (memberId === null) return
    const tokenHash = secret === null ? Buffer.alloc(0) : hashToken(secret)
    await revokeFormer(handle, { memberId, tokenHash, now })
    if (secret === null) return
    const id = createId(now.getTime())
    const name = SETTINGS_KEY
    const key = { id, memberId, name, prefix: secret.slice(0, 16), tokenHash, actions: null, now, expiresAt: null }
    if (await insertKey(handle, key)) {
      await insertAudit(
        handle,
        { principal: null, action: 'key.create', targetKind: 'key', targetId: id, detail: { name } },
        now,
      )
    } else await restoreKey(handle, { memberId, tokenHash })
  })
  tools.forget()
}
