import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { FollowUpFacts } from '#domain/draft/follow-up.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'

const DealRow = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  stage: z.string(),
  clientId: z.string().nullable(),
  clientName: z.string().nullable(),
  nextStep: z.string().nullable(),
  nextStepOn: z.string().nullable(),
  competitor: z.string().nullable(),
  decisionCriteria: z.string().nullable(),
})

export function findFollowUpDeal(
  handle: Handle,
  visible: VisibleReps,
  id: string,
): Promise<z.infer<typeof DealRow> | undefined> {
  return handle.first(
    DealRow,
    sql`select d.id, d.name, d.status, d.stage, d.client_id as "clientId", c.name as "clientName", d.next_step as "nextStep",
        d.next_step_on as "nextStepOn", d.competitor, d.decision_criteria as "decisionCriteria"
      from deals d left join clients c on c.id = d.client_id where d.id = ${id} and ${visibleDeals(visible)}`,
  )
}

const ContactRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  hasLeft: z.boolean(),
})

/** People of the client, for a deal that was found under the principal's scope before. */
export function listFollowUpContacts(
  handle: Handle,
  clientId: string | null,
  asOf: Day,
): Promise<z.infer<typeof ContactRow>[]> {
  return handle.rows(
    ContactRow,
    sql`select id, name, email, coalesce(left_on <= ${asOf}::date, false) as "hasLeft"
      from contacts where client_id = ${clientId} order by name, id limit 500`,
  )
}

const ActivityRow = z.object({
  id: z.string(),
  kind: z.string(),
  onDay: z.string(),
  subject: z.string().nullable(),
  contactName: z.string().nullable(),
})

/** The deal's latest touch up to the day; what colleagues noted in the record is none. */
export function findLastTouch(
  handle: Handle,
  dealId: string,
  asOf: Day,
): Promise<FollowUpFacts['activity'] | undefined> {
  return handle.first(
    ActivityRow,
    sql`select a.id, a.kind, a.on_day as "onDay", a.subject, k.name as "contactName"
      from activities a left join contacts k on k.id = a.contact_id
      where a.deal_id = ${dealId} and a.on_day <= ${asOf}::date and a.kind <> 'next-step' order by a.on_day desc, a.id desc limit 1`,
  )
}

const CallRow = z.object({ id: z.string(), dealId: z.string().nullable() })

/** The deal's latest call up to the day. */
export function findLastCall(handle: Handle, dealId: string, asOf: Day): Promise<z.infer<typeof CallRow> | undefined> {
  return handle.first(
    CallRow,
    sql`select id, deal_id as "dealId" from transcripts where deal_id = ${dealId} and on_day <= ${asOf}::date order by on_day desc, id desc limit 1`,
  )
}
