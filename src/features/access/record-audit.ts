import type { AccessNeeds } from './access-needs.ts'
import { insertAudit, type AuditRecord } from './audit-store.ts'

/** Notes what somebody did in another room: an import, an approval, a persona's activation. Throws when it cannot be written. */
export async function recordAudit(needs: AccessNeeds, record: AuditRecord): Promise<void> {
  await needs.database.read((handle) => insertAudit(handle, record, needs.clock.now()))
}
