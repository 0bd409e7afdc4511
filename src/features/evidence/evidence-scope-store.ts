import type { VisibleReps } from '#domain/permission.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

/** Row scope of every kind of record, as conditions over its alias; the rules of the deals and clients rooms. */

/** Products `p` of a deal in sight. */
export function visibleProducts(visible: VisibleReps): Sql {
  if (visible.kind === 'all') return sql`true`
  return sql`exists (select 1 from deals d where d.product_id = p.id and ${visibleDeals(visible)})`
}
