import type { Member } from '#contract/access.ts'
import type { AccessNeeds } from './access-needs.ts'
import { selectMembers } from './member-store.ts'
import { cursorId, toPage, type PageRequest } from './page-cursor.ts'

/** Members in the order in which they joined. */
export async function listMembers(
  needs: AccessNeeds,
  page: PageRequest,
): Promise<{ items: Member[]; nextCursor: string | null }> {
  const after = cursorId(page.cursor)
  const rows = await needs.database.read((handle) => selectMembers(handle, { after, limit: page.limit + 1 }))
  return toPage(rows, page.limit)
}
