import { SophiaError } from '#domain/errors.ts'
import { can } from '#domain/permission.ts'
import type { AccessTools, Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { findKey, setRevoked } from './key-store.ts'

/** Ends a key for good; harmless when repeated. Another member's key is NOT_FOUND for whoever does not manage keys. */
export async function revokeKey(
  tools: AccessTools,
  { principal, correlationId }: Caller,
  keyId: string,
): Promise<void> {
  await tools.database.inTransaction(async (handle) => {
    const key = await findKey(handle, keyId)
    if (!key || !(key.memberId === principal.memberId || can(principal, 'key:manage')))
      throw new SophiaError('NOT_FOUND')
    const now = tools.clock.now()
    await setRevoked(handle, keyId, now)
    const detail = { name: key.name, prefix: key.prefix }
    await insertAudit(
      handle,
      { principal, action: 'key.revoke', targetKind: 'key', targetId: keyId, detail, correlationId },
      now,
    )
  })
  tools.forget()
}
