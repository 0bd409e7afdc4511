import { SophiaError } from '#domain/errors.ts'
import type { AccessTools, Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { removeSession } from './session-store.ts'

/** Ends the session that asks. A key has none: it is revoked instead. */
export async function signOut(tools: AccessTools, { principal, correlationId }: Caller): Promise<void> {
  const { kind, id } = principal.credential
  if (kind !== 'session') {
    throw new SophiaError('INVALID_INPUT', { detail: 'Only a browser session can sign out. Revoke the key instead.' })
  }
  await tools.database.inTransaction(async (handle) => {
    await removeSession(handle, id)
    await insertAudit(
      handle,
      { principal, action: 'session.end', targetKind: 'member', targetId: principal.memberId, correlationId },
      tools.clock.now(),
    )
  })
  tools.forget()
}
