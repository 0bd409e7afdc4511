import { z } from 'zod'
import type { ObjectionDeal } from '#domain/deal/objection.ts'
import type { VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'
import { DEAL_VALUE, DEALS_JOINED } from './deals-store.ts'

const DealRow = z.object({
  id: z.string(),
  name: z.string(),
  stage: z.string(),
  status: z.enum(['open', 'won', 'lost']),
  clientName: z.string().nullable(),
  productName: z.string().nullable(),
  competitor: z.string().nullable(),
  hasEconomicBuyer: z.boolean(),
  hasChampion: z.boolean(),
  hasDecisionCriteria: z.boolean(),
  hasTimeline: z.boolean(),
  hasValue: z.boolean(),
})

/** What of a deal bears on an objection; undefined when the principal sees no such deal. */
export function findObjectionDeal(
  handle: Handle,
  visible: VisibleReps,
  id: string,
): Promise<ObjectionDeal | undefined> {
  return handle.first(
    DealRow,
    sql`select d.id, d.name, d.stage, d.status, c.name as "clientName", p.name as "productName", d.competitor,
        d.economic_buyer_contact_id is not null as "hasEconomicBuyer", d.champion_contact_id is not null as "hasChampion",
        d.decision_criteria is not null as "hasDecisionCriteria", d.timeline is not null as "hasTimeline",
        ${DEAL_VALUE} is not null as "hasValue"
      from ${DEALS_JOINED} where d.id = ${id} and ${visibleDeals(visible)}`,
  )
}

const ReasonRow = z.object({
  reason: z.string(),
  lost: z.number(),
  ids: z.array(z.string()),
  names: z.array(z.string()),
})
export type ReasonRow = z.infer<typeof ReasonRow>
/** Reasons beyond these are as good as free text; the most frequent ones carry the count. */
const MOST_REASONS = 300

/** Reasons of lost deals in sight with how often each was given, most frequent first. */
export function listReasons(handle: Handle, visible: VisibleReps): Promise<ReasonRow[]> {
  return handle.rows(
    ReasonRow,
    sql`select d.lost_reason as reason, count(*) as lost,
        (array_agg(d.id order by d.closed_on desc nulls last, d.id))[1:4] as ids,
        (array_agg(d.name order by d.closed_on desc nulls last, d.id))[1:4] as names
      from deals d where d.status = 'lost' and d.lost_reason is not null and ${visibleDeals(visible)}
      group by 1 order by 2 desc, 1 limit ${MOST_REASONS}`,
  )
}

const RivalRow = z.object({
  won: z.number(),
  lost: z.number(),
  wonChampion: z.number(),
  lostChampion: z.number(),
  wonBuyer: z.number(),
  lostBuyer: z.number(),
  wonCriteria: z.number(),
  lostCriteria: z.number(),
  wonTimeline: z.number(),
  lostTimeline: z.number(),
  wonUnpushed: z.number(),
  lostUnpushed: z.number(),
  ids: z.array(z.string()).nullable(),
  names: z.array(z.string()).nullable(),
})
export type RivalRow = z.infer<typeof RivalRow>

/** Decided deals in sight with the same competitor, and what the won and the lost ones had on record. */
export async function findRivalDeals(handle: Handle, visible: VisibleReps, competitor: string): Promise<RivalRow> {
  const won = sql`d.status = 'won'`
  const lost = sql`d.status = 'lost'`
  const champion = sql`d.champion_contact_id is not null`
  const buyer = sql`d.economic_buyer_contact_id is not null`
  const row = await handle.first(
    RivalRow,
    sql`select count(*) filter (where ${won}) as won, count(*) filter (where ${lost}) as lost,
        count(*) filter (where ${won} and ${champion}) as "wonChampion", count(*) filter (where ${lost} and ${champion}) as "lostChampion",
        count(*) filter (where ${won} and ${buyer}) as "wonBuyer", count(*) filter (where ${lost} and ${buyer}) as "lostBuyer",
        count(*) filter (where ${won} and d.decision_criteria is not null) as "wonCriteria",
        count(*) filter (where ${lost} and d.decision_criteria is not null) as "lostCriteria",
        count(*) filter (where ${won} and d.timeline is not null) as "wonTimeline",
        count(*) filter (where ${lost} and d.timeline is not null) as "lostTimeline",
        count(*) filter (where ${won} and d.pushed_count = 0) as "wonUnpushed",
        count(*) filter (where ${lost} and d.pushed_count = 0) as "lostUnpushed",
        (array_agg(d.id order by d.status desc, d.closed_on desc nulls last, d.id))[1:6] as ids,
        (array_agg(d.name order by d.status desc, d.closed_on desc nulls last, d.id))[1:6] as names
      from deals d where d.status <> 'open' and lower(d.competitor) = lower(${competitor}) and ${visibleDeals(visible)}`,
  )
  if (row === undefined) throw new Error('an aggregate without groups gives one row')
  return row
}
