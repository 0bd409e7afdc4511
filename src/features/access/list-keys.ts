import type { ApiKey } from '#contract/access.ts'
import { can } from '#domain/permission.ts'
import type { AccessNeeds, Caller } from './access-needs.ts'
import { selectKeys } from './key-store.ts'
import { cursorId, toPage, type PageRequest } from './page-cursor.ts'

/** Own keys, or everybody's for whoever manages them; never a secret. */
export async function listKeys(
  needs: AccessNeeds,
  { principal }: Caller,
  page: PageRequest,
): Promise<{ items: ApiKey[]; nextCursor: string | null }> {
  const memberId = can(principal, 'key:manage') ? null : principal.memberId
  const after = cursorId(page.cursor)
  const rows = await needs.database.read((handle) => selectKeys(handle, { memberId, after, limit: page.limit + 1 }))
  return toPage(rows, page.limit)
}
