import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import { SILENT_AFTER_DAYS } from '#domain/deal/deal-signals.ts'
import { STEP_GRACE_DAYS, type DealPair } from '#domain/deal/pipeline-changes.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, IS_ESTIMATED } from './deals-store.ts'
import { missingFields } from './standings-store.ts'

const LookedRow = z.object({
  first: z.string().nullable(),
  compared: z.string().nullable(),
  isReconstructed: z.boolean().nullable(),
})

/** The first day that was looked at, and the last one up to `since`; null where there is none. */
export async function findSnapshotDays(
  handle: Handle,
  since: Day,
): Promise<{ first: Day | null; compared: Day | null; isReconstructed: boolean }> {
  const row = await handle.first(
    LookedRow,
    sql`select (select min(day) from snapshot_days where kind = 'deals') as first, last.day as compared, last.is_reconstructed as "isReconstructed"
      from (select 1) one left join lateral (select day, is_reconstructed from snapshot_days where kind = 'deals' and day <= ${since}::date
        order by day desc limit 1) last on true`,
  )
  return {
    first: row?.first ?? null,
    compared: row?.compared ?? null,
    isReconstructed: row?.isReconstructed ?? false,
  }
}

const PairRow = z.object({
  id: z.string(),
  name: z.string(),
  repName: z.string().nullable(),
  clientName: z.string().nullable(),
  amountMicros: z.number().nullable(),
  currency: z.string(),
  isEstimated: z.boolean(),
  stage: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  createdOn: z.string().nullable(),
  expectedCloseOn: z.string().nullable(),
  nextStepOn: z.string().nullable(),
  lastActivityOn: z.string().nullable(),
  missing: z.array(z.string()),
  thenDay: z.string().nullable(),
  thenStage: z.string().nullable(),
  thenExpectedCloseOn: z.string().nullable(),
  thenNextStep: z.string().nullable(),
  thenNextStepOn: z.string().nullable(),
  thenMissing: z.array(z.string()).nullable(),
  stepActivityId: z.string().nullable(),
  stepActivityOn: z.string().nullable(),
  stepActivityLabel: z.string().nullable(),
})

interface PairTerms {
  readonly since: Day
  readonly asOf: Day
  /** Names of the gaps that are looked at. */
  readonly tracked: readonly string[]
}

/**
 * Deals of a scope that were open on the stored day or came since, beside how they stood then: only those where something
 * may have happened. A last activity is the one kept with the standing, where there is one. Rows of the very day are read
 * together; only deals without one have their earlier rows looked through.
 */
export async function listPairs(handle: Handle, scope: Sql, terms: PairTerms): Promise<DealPair[]> {
  const { since, asOf, tracked } = terms
  const rows = await handle.rows(
    PairRow,
    sql`with seen as (
        select d.id, d.name, d.client_id, r.name as rep_name, ${DEAL_VALUE} as amount, ${DEAL_CURRENCY} as currency, ${IS_ESTIMATED} as is_estimated,
          d.stage, d.status, d.created_on, d.expected_close_on, d.next_step_on,
          case when s.deal_id is null then (select max(a.on_day) from activities a where a.deal_id = d.id and a.on_day <= ${asOf}::date)
            else s.last_activity_on end as last_activity_on,
          ${missingFields(tracked)} as missing, coalesce(that.day, n.day) as then_day, coalesce(that.stage, n.stage) as then_stage,
          coalesce(that.expected_close_on, n.expected_close_on) as then_close, coalesce(that.next_step, n.next_step) as then_step,
          coalesce(that.next_step_on, n.next_step_on) as then_step_on, coalesce(that.missing, n.missing) as then_missing
        from ${DEALS_JOINED} left join deal_standings s on s.deal_id = d.id
        left join deal_snapshots that on that.deal_id = d.id and that.day = ${since}::date
        left join lateral (select * from deal_snapshots o where that.deal_id is null and o.deal_id = d.id and o.day < ${since}::date
          order by o.day desc limit 1) n on true
        where ${scope} and (d.status = 'open' or (d.status <> 'open' and d.closed_on > ${since}::date))
          and coalesce(d.created_on, ${asOf}::date) <= ${asOf}::date offset 0)
      select seen.id, seen.name, rep_name as "repName", c.name as "clientName", amount as "amountMicros", seen.currency,
        is_estimated as "isEstimated", stage, status, created_on as "createdOn", expected_close_on as "expectedCloseOn",
        next_step_on as "nextStepOn", last_activity_on as "lastActivityOn", missing, then_day as "thenDay",
        then_stage as "thenStage", then_close as "thenExpectedCloseOn", then_step as "thenNextStep", then_step_on as "thenNextStepOn",
        then_missing as "thenMissing", kept.id as "stepActivityId", kept.on_day as "stepActivityOn", kept.label as "stepActivityLabel"
      from seen left join clients c on c.id = seen.client_id
      left join lateral (select a.id, a.on_day, coalesce(a.subject, a.kind) as label from activities a
        where then_step_on >= ${since}::date and then_step_on < ${asOf}::date and last_activity_on > ${since}::date
          and a.deal_id = seen.id and a.kind <> 'next-step' and a.on_day > ${since}::date and a.on_day <= least(then_step_on + ${STEP_GRACE_DAYS}::int, ${asOf}::date)
        order by a.on_day, a.id limit 1) kept on true
      where coalesce(then_stage, '') not in ('won', 'lost')
        and (then_day is null or status <> 'open' or stage <> then_stage or expected_close_on > then_close
        or (expected_close_on >= ${since}::date and expected_close_on < ${asOf}::date)
        or (then_step_on >= ${since}::date and then_step_on < ${asOf}::date) or missing <> then_missing
        or (coalesce(last_activity_on, created_on) >= ${addDays(since, -SILENT_AFTER_DAYS)}::date
          and coalesce(last_activity_on, created_on) < ${addDays(asOf, -SILENT_AFTER_DAYS)}::date))`,
  )
  return rows.map((row) => pairOf(row, tracked))
}

function pairOf(row: z.infer<typeof PairRow>, tracked: readonly string[]): DealPair {
  const { id, name, amountMicros, currency, stepActivityId, stepActivityOn } = row
  return {
    deal: { kind: 'deal', id, label: name },
    repName: row.repName,
    clientName: row.clientName,
    value: amountMicros === null ? null : { amountMicros, currency },
    isEstimated: row.isEstimated,
    stage: row.stage,
    status: row.status,
    createdOn: row.createdOn,
    expectedCloseOn: row.expectedCloseOn,
    nextStepOn: row.nextStepOn,
    lastActivityOn: row.lastActivityOn,
    missing: row.missing,
    stored:
      row.thenDay === null || row.thenStage === null
        ? null
        : {
            day: row.thenDay,
            stage: row.thenStage,
            expectedCloseOn: row.thenExpectedCloseOn,
            nextStep: row.thenNextStep,
            nextStepOn: row.thenNextStepOn,
            missing: (row.thenMissing ?? []).filter((name) => tracked.includes(name)),
          },
    stepActivity:
      stepActivityId === null || stepActivityOn === null
        ? null
        : { id: stepActivityId, onDay: stepActivityOn, label: row.stepActivityLabel ?? 'activity' },
  }
}
