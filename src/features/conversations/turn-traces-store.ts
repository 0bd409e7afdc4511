import { z } from 'zod'
import { TraceStep, type TurnTrace } from '#contract/traces.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { OPEN } from './turns-store.ts'

/** The course of one attempt at a turn, as it is stored. */
export interface TurnTraceRow {
  readonly turnId: string
  readonly attempt: number
  readonly traceId: string
  readonly totalMs: number
  readonly firstWordMs: number | null
  readonly leftOut: number
  readonly steps: readonly TraceStep[]
}

/** Stores those whose turns are still there; of two attempts the later stays. */
export async function insertTurnTraces(handle: Handle, rows: readonly TurnTraceRow[]): Promise<void> {
  await handle.run(sql`insert into turn_traces (turn_id, attempt, trace_id, total_ms, first_word_ms, left_out, steps)
    select distinct on (b.turn_id) b.turn_id, b.attempt, b.trace_id, b.total_ms, b.first_word_ms, b.left_out, b.steps::jsonb
    from unnest(${rows.map((row) => row.turnId)}::uuid[], ${rows.map((row) => row.attempt)}::int[],
        ${rows.map((row) => row.traceId)}::text[], ${rows.map((row) => row.totalMs)}::float8[],
        ${rows.map((row) => row.firstWordMs)}::float8[], ${rows.map((row) => row.leftOut)}::int[],
        ${rows.map((row) => JSON.stringify(row.steps))}::text[])
      as b (turn_id, attempt, trace_id, total_ms, first_word_ms, left_out, steps)
    join turns t on t.id = b.turn_id
    order by b.turn_id, b.attempt desc
    on conflict (turn_id) do update set attempt = excluded.attempt, trace_id = excluded.trace_id, total_ms = excluded.total_ms,
      first_word_ms = excluded.first_word_ms, left_out = excluded.left_out, steps = excluded.steps, at = now()
    where turn_traces.attempt <= excluded.attempt`)
}

const KEPT_DAYS = 7
/** Ended so short a time ago, its course may still be on its way into the table. */
const SOON_SECONDS = 10

const TraceRow = z
  .object({
    id: z.string(),
    attempt: z.int(),
    created_at: z.date(),
    state: z.enum(['kept', 'answering', 'soon', 'expired', 'missing']),
    trace_id: z.string().nullable(),
    total_ms: z.number().nullable(),
    first_word_ms: z.number().nullable(),
    left_out: z.int().nullable(),
    steps: z.array(TraceStep).nullable(),
  })
  .transform((row): TurnTrace => ({
    turnId: row.id,
    state: row.state,
    traceId: row.trace_id,
    acceptedAt: row.created_at.toISOString(),
    totalMs: row.total_ms,
    firstWordMs: row.first_word_ms,
    attempt: row.attempt,
    leftOut: row.left_out ?? 0,
    steps: row.steps ?? [],
  }))

/** The course of a member's own turn; undefined for anybody else's. What is past its days is not shown, also before it is swept. */
export async function findTurnTrace(handle: Handle, memberId: string, turnId: string): Promise<TurnTrace | undefined> {
  return handle.first(
    TraceRow,
    sql`select t.id, coalesce(r.attempt, t.attempt) as attempt, t.created_at, r.trace_id, r.total_ms, r.first_word_ms, r.left_out, r.steps,
        case when r.turn_id is not null then 'kept'
          when t.status in ${OPEN} then 'answering'
          when t.ended_at > now() - make_interval(secs => ${SOON_SECONDS}) then 'soon'
          when t.ended_at < now() - make_interval(days => ${KEPT_DAYS}) then 'expired'
          else 'missing' end as state
      from turns t left join turn_traces r on r.turn_id = t.id and r.at >= now() - make_interval(days => ${KEPT_DAYS})
      where t.id = ${turnId} and t.member_id = ${memberId}`,
  )
}

/** In portions, so that no statement holds on for long. */
const SWEPT_AT_ONCE = 5000

/** Removes what is past its days; answers how many. */
export function sweepTurnTraces(handle: Handle): Promise<number> {
  return handle.run(sql`delete from turn_traces where turn_id = any(array(
    select turn_id from turn_traces where at < now() - make_interval(days => ${KEPT_DAYS}) limit ${SWEPT_AT_ONCE}))`)
}
