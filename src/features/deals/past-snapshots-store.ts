import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { gapNames } from './standings-store.ts'

const KnownRow = z.object({ day: z.string().nullable() })

/**
 * The first day for which the changes of every deal are known: the sample's history is whole; for records of one's own
 * it begins with the first import of deals. Null when there is neither.
 */
export async function findHistoryStart(handle: Handle): Promise<Day | null> {
  const row = await handle.first(
    KnownRow,
    sql`select case when exists (select 1 from deals where source = 'sample') then (select min(created_on) from deals)
        else (select min(coalesce(as_of, started_at::date)) from imports where kind = 'deals' and status = 'complete' and not is_dry_run) end as day`,
  )
  return row?.day ?? null
}

/** Fields as text, as `record_changes` keeps them. */
const FIELDS = [
  'stage',
  'value_micros',
  'currency',
  'expected_close_on',
  'next_step',
  'next_step_on',
  'rep_id',
  'client_id',
  'champion_contact_id',
  'economic_buyer_contact_id',
  'decision_criteria',
  'timeline',
]

/** The field as it was at the end of the day: what the first later change replaced, else what it is now. */
function fieldThen(name: string, now: Sql): Sql {
  return sql`case when past_fields.fields ? ${name}::text then past_fields.fields ->> ${name}::text else ${now} end`
}

/**
 * Writes the rows of a past day from the recorded changes: deals that existed and were open then, with what each field
 * was before its later changes. Risk is left empty: it was not computed then.
 */
export async function reconstructSnapshots(
  handle: Handle,
  { day, tracked }: { readonly day: Day; readonly tracked: readonly string[] },
): Promise<number> {
  const missing = gapNames(tracked, {
    champion: sql`past.champion`,
    client: sql`past.client_id`,
    'decision criteria': sql`past.criteria`,
    'economic buyer': sql`past.buyer`,
    'expected close': sql`past.expected_close_on`,
    'next step': sql`past.next_step`,
    timeline: sql`past.timeline`,
    value: sql`coalesce(past.value_micros, case when past.may_estimate then past.list_price end)`,
  })
  return handle.run(
    sql`with earlier as (
        select h.record_id, jsonb_object_agg(h.field, h.old_value) as fields
        from (select distinct on (record_id, field) record_id, field, old_value from record_changes
          where kind = 'deals' and as_of > ${day}::date and field = any(${FIELDS}::text[]) order by record_id, field, as_of, id) h
        group by h.record_id),
      past as (
        select d.id, ${fieldThen('stage', sql`d.stage`)} as stage, (${fieldThen('value_micros', sql`d.value_micros::text`)})::bigint as value_micros,
          ${fieldThen('currency', sql`d.currency`)} as currency, (${fieldThen('expected_close_on', sql`d.expected_close_on::text`)})::date as expected_close_on,
          ${fieldThen('next_step', sql`d.next_step`)} as next_step, (${fieldThen('next_step_on', sql`d.next_step_on::text`)})::date as next_step_on,
          ${fieldThen('rep_id', sql`d.rep_id`)} as rep_id, ${fieldThen('client_id', sql`d.client_id`)} as client_id,
          ${fieldThen('champion_contact_id', sql`d.champion_contact_id`)} as champion,
          ${fieldThen('economic_buyer_contact_id', sql`d.economic_buyer_contact_id`)} as buyer,
          ${fieldThen('decision_criteria', sql`d.decision_criteria`)} as criteria, ${fieldThen('timeline', sql`d.timeline`)} as timeline,
          p.list_price_micros as list_price, d.value_estimate is not null as may_estimate
        from deals d left join products p on p.id = d.product_id
        left join earlier on earlier.record_id = d.id
        cross join lateral (select coalesce(earlier.fields, '{}'::jsonb) as fields) past_fields
        where d.created_on <= ${day}::date and (d.closed_on is null or d.closed_on > ${day}::date))
      insert into deal_snapshots (deal_id, day, stage, value_micros, is_estimated, currency, expected_close_on, next_step, next_step_on,
        rep_id, missing, last_activity_on)
      select past.id, ${day}::date, past.stage, coalesce(past.value_micros, case when past.may_estimate then past.list_price end),
        past.value_micros is null and past.may_estimate and past.list_price is not null, past.currency, past.expected_close_on,
        past.next_step, past.next_step_on, past.rep_id,
        ${missing},
        (select max(a.on_day) from activities a where a.deal_id = past.id and a.on_day <= ${day}::date)
      from past where past.stage not in ('won', 'lost') on conflict (deal_id, day) do nothing`,
  )
}
