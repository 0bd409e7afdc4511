import { z } from 'zod'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { afterCursor, encodeCursor, keysetOrder, type Keyset } from '#platform/postgres/keyset.ts'
import { visibleReps } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'

/** A rep as lists and pages show them. */
export const RepRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  kind: z.enum(['rep', 'csm']),
  manager: z.string().nullable(),
  region: z.string().nullable(),
})
export type RepRow = z.infer<typeof RepRow>

const KEYSET: Keyset = {
  sort: 'name',
  direction: 'asc',
  key: sql`left(lower(r.name), 60)`,
  id: sql`r.id`,
  type: 'text',
}

/** One page of reps by name. */
export async function listRepRows(
  handle: Handle,
  visible: VisibleReps,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: RepRow[]; nextCursor: string | null }> {
  const found = await handle.rows(
    RepRow.extend({ sortKey: z.string().nullable() }),
    sql`select r.id, r.name, r.email, r.kind, r.manager, r.region, ${KEYSET.key} as "sortKey" from reps r
      where ${visibleReps(visible)} and ${afterCursor(KEYSET, page.cursor)} order by ${keysetOrder(KEYSET)} limit ${page.limit + 1}`,
  )
  const items = found.slice(0, page.limit)
  const last = found.length > page.limit ? items.at(-1) : undefined
  return {
    items: items.map(({ id, name, email, kind, manager, region }) => ({ id, name, email, kind, manager, region })),
    nextCursor: last ? encodeCursor(KEYSET, { key: last.sortKey, id: last.id }) : null,
  }
}

const NamedRow = z.object({ id: z.string(), name: z.string() })

/** Reps by id or name: an exact match alone if there is one, else every name that holds the text. At most nine. */
export async function findReps(
  handle: Handle,
  visible: VisibleReps,
  text: string,
): Promise<z.infer<typeof NamedRow>[]> {
  const wanted = text.trim().toLowerCase()
  const exact = await handle.rows(
    NamedRow,
    sql`select r.id, r.name from reps r
      where ${visibleReps(visible)} and (lower(r.id) = ${wanted} or lower(r.name) = ${wanted}) order by r.id limit 9`,
  )
  if (exact.length > 0) return exact
  return handle.rows(
    NamedRow,
    sql`select r.id, r.name from reps r where ${visibleReps(visible)} and strpos(lower(r.name), ${wanted}) > 0 order by r.name, r.id limit 9`,
  )
}

/** True when the principal sees this rep's own figures. */
export function isRepVisible(visible: VisibleReps, id: string): boolean {
  return visible.kind === 'all' || visible.repIds.includes(id)
}
