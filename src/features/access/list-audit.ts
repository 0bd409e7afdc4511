import type { AuditEntry } from '#contract/access.ts'
import type { AccessNeeds } from './access-needs.ts'
import { selectAudit } from './audit-store.ts'
import { cursorId, toPage, type PageRequest } from './page-cursor.ts'

/** Who did what, newest first. */
export async function listAudit(
  needs: AccessNeeds,
  page: PageRequest,
): Promise<{ items: AuditEntry[]; nextCursor: string | null }> {
  const before = cursorId(page.cursor)
  const rows = await needs.database.read((handle) => selectAudit(handle, { before, limit: page.limit + 1 }))
  return toPage(rows, page.limit)
}
