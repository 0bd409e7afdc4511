import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { identifier, joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  source: z.string(),
  stage: z.string().nullable(),
  next_step: z.string().nullable(),
  next_step_on: z.string().nullable(),
  expected_close_on: z.string().nullable(),
  competitor: z.string().nullable(),
  decision_criteria: z.string().nullable(),
  timeline: z.string().nullable(),
})
export type UpdatableDeal = z.infer<typeof Row>

/** The deal, held until the transaction ends; undefined when the principal sees none with this id. */
export function lockUpdatableDeal(
  handle: Handle,
  visible: VisibleReps,
  id: string,
): Promise<UpdatableDeal | undefined> {
  return handle.first(
    Row,
    sql`select id, name, status, source, stage, next_step, next_step_on, expected_close_on, competitor, decision_criteria, timeline
      from deals d where d.id = ${id} and ${visibleDeals(visible)} for update`,
  )
}

export interface StoredChange {
  readonly field: string
  readonly from: string | null
  readonly to: string | null
}

/**
 * Writes the fields and keeps what they held in the history. Rows take the deal's source, so that they go when the sample
 * company goes. A close that moves later counts as pushed, a new stage begins today.
 */
export async function updateDealFields(
  handle: Handle,
  deal: UpdatableDeal,
  { changes, asOf }: { readonly changes: readonly StoredChange[]; readonly asOf: Day },
): Promise<void> {
  if (changes.length === 0) return
  await handle.run(
    sql`insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
      select 'deals', ${deal.id}, c.field, c."from", c."to", ${asOf}::date, ${deal.source}
      from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c(field text, "from" text, "to" text)`,
  )
  const sets = changes.flatMap(({ field, to }) => assignments(field, to, asOf))
  await handle.run(sql`update deals set ${joinSql([...sets, sql`updated_at = now()`], ', ')} where id = ${deal.id}`)
}

function assignments(field: string, to: string | null, asOf: Day): Sql[] {
  switch (field) {
    case 'next_step_on':
      return [sql`next_step_on = ${to}::date`]
    case 'expected_close_on':
      return [
        sql`expected_close_on = ${to}::date`,
        sql`pushed_count = pushed_count + (case when ${to}::date > expected_close_on then 1 else 0 end)`,
      ]
    case 'stage':
      return [sql`stage = ${to}`, sql`stage_entered_on = ${asOf}::date`]
    default:
      return [sql`${identifier(field)} = ${to}`]
  }
}
