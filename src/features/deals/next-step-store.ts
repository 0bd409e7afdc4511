import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'

const LockedRow = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  clientId: z.string().nullable(),
  repId: z.string().nullable(),
  nextStep: z.string().nullable(),
  nextStepOn: z.string().nullable(),
  source: z.string(),
})
export type LockedDeal = z.infer<typeof LockedRow>

/** The deal, held until the transaction ends; undefined when the principal sees none with this id. */
export function lockDeal(handle: Handle, visible: VisibleReps, id: string): Promise<LockedDeal | undefined> {
  return handle.first(
    LockedRow,
    sql`select d.id, d.name, d.status, d.client_id as "clientId", d.rep_id as "repId", d.next_step as "nextStep",
        d.next_step_on as "nextStepOn", d.source
      from deals d where d.id = ${id} and ${visibleDeals(visible)} for update`,
  )
}

/** What was recorded, kept with the activity so that a repeat gives the first answer. */
const RecordedRow = z.object({
  dealId: z.string(),
  origin: z.object({
    nextStep: z.string(),
    dueOn: z.string(),
    memberId: z.string(),
    previous: z.string().nullable(),
    previousOn: z.string().nullable(),
  }),
})
export type RecordedStep = z.infer<typeof RecordedRow>

export function findRecordedStep(handle: Handle, activityId: string): Promise<RecordedStep | undefined> {
  return handle.first(RecordedRow, sql`select deal_id as "dealId", origin from activities where id = ${activityId}`)
}

export interface NewStep {
  readonly activityId: string
  readonly deal: LockedDeal
  readonly nextStep: string
  readonly dueOn: Day
  readonly asOf: Day
  readonly memberId: string
}

/**
 * Sets the step, keeps the old one in the history and adds the activity. Rows take the deal's source, so that they go
 * when the sample company goes; who wrote them stands in the activity's origin.
 */
export async function insertStep(
  handle: Handle,
  { activityId, deal, nextStep, dueOn, asOf, memberId }: NewStep,
): Promise<void> {
  const origin = { nextStep, dueOn, memberId, previous: deal.nextStep, previousOn: deal.nextStepOn }
  await handle.run(
    sql`insert into activities (id, kind, on_day, client_id, deal_id, rep_id, subject, source, origin)
      values (${activityId}, 'next-step', ${asOf}::date, ${deal.clientId}, ${deal.id}, ${deal.repId},
        ${`Next step until ${dueOn}: ${nextStep}`.slice(0, 500)}, ${deal.source}, ${JSON.stringify(origin)}::jsonb)`,
  )
  await handle.run(
    sql`insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
      select 'deals', ${deal.id}, changed.field, changed.old_value, changed.new_value, ${asOf}::date, ${deal.source}
      from (values ('next_step', ${deal.nextStep}::text, ${nextStep}::text), ('next_step_on', ${deal.nextStepOn}::text, ${dueOn}::text))
        as changed (field, old_value, new_value) where changed.old_value is distinct from changed.new_value`,
  )
  await handle.run(
    sql`update deals set next_step = ${nextStep}, next_step_on = ${dueOn}::date, updated_at = now() where id = ${deal.id}`,
  )
}
