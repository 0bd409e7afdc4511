import { z } from 'zod'
import type { Counts } from '#domain/objectives/budget.ts'
import { OBJECTIVE_IDS, type ObjectiveId } from '#domain/objectives/objectives.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { SlotCounts } from './tally.ts'

const slo = z.enum(OBJECTIVE_IDS)
const Count = z.coerce.number()

/** A version that came after may count what this one does not know. */
const KNOWN = [...OBJECTIVE_IDS]
/** Up to this span the counts of ten seconds are summed, beyond it those of five minutes. */
const FINE_SECONDS = 3600

/** What is added at once. */
export interface CountBatch {
  readonly replica: string
  /** Who adds it, in which order: numbers of one origin only grow. */
  readonly origin: string
  readonly sequence: number
  readonly counts: readonly SlotCounts[]
}

/**
 * Adds what a replica saw to its spans of ten seconds and of five minutes, in one statement and once: of a batch that was stored already,
 * because the answer to it was lost, nothing is added.
 */
export async function addCounts(handle: Handle, { replica, origin, sequence, counts }: CountBatch): Promise<void> {
  if (counts.length === 0) return
  await handle.run(sql`with taken as (
      insert into slo_flushes as known (origin, sequence, written_at) values (${origin}, ${sequence}, clock_timestamp())
      on conflict (origin) do update set sequence = excluded.sequence, written_at = excluded.written_at
        where known.sequence < excluded.sequence
      returning 1)
    insert into slo_counts as known (width, starts_at, slo, replica, good, bad)
    select w.width, to_timestamp(floor(r."startsMs" / 1000 / w.width) * w.width), r.slo, ${replica}, sum(r.good), sum(r.bad)
    from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as r (slo text, "startsMs" float8, good bigint, bad bigint),
      (values (10), (300)) as w (width)
    where exists (select from taken)
    group by 1, 2, 3
    on conflict (width, starts_at, slo, replica)
      do update set good = known.good + excluded.good, bad = known.bad + excluded.bad`)
}

const SumRow = z.object({ seconds: z.number(), slo, good: Count, bad: Count })

/** By objective and span in seconds, what all replicas counted until now. */
export type Sums = ReadonlyMap<ObjectiveId, ReadonlyMap<number, Counts>>

/** Sums of the last so many seconds each. */
export async function sumSpans(handle: Handle, spans: readonly number[], now: Date): Promise<Sums> {
  const rows = await handle.rows(
    SumRow,
    sql`select w.seconds, c.slo, c.good, c.bad
      from unnest(${[...spans]}::int[]) as w (seconds)
      cross join lateral (
        select slo, sum(good) as good, sum(bad) as bad from slo_counts
        where width = case when w.seconds <= ${FINE_SECONDS} then 10 else 300 end
          and starts_at > ${now}::timestamptz - make_interval(secs => w.seconds) and starts_at <= ${now}
          and slo = any(${KNOWN}::text[])
        group by slo) c`,
  )
  const sums = new Map<ObjectiveId, Map<number, Counts>>()
  for (const { seconds, slo: id, good, bad } of rows) {
    const ofObjective = sums.get(id) ?? new Map<number, Counts>()
    sums.set(id, ofObjective.set(seconds, { good, bad }))
  }
  return sums
}

const ReplicaRow = z.object({ slo, replica: z.string(), good: Count, bad: Count })

/** The last hour by replica. */
export function sumReplicas(handle: Handle, now: Date): Promise<z.infer<typeof ReplicaRow>[]> {
  return handle.rows(
    ReplicaRow,
    sql`select slo, replica, sum(good) as good, sum(bad) as bad from slo_counts
      where width = 10 and starts_at > ${now}::timestamptz - interval '1 hour' and starts_at <= ${now}
        and slo = any(${KNOWN}::text[])
      group by 1, 2 order by 1, 2`,
  )
}

const HistoryRow = z.object({ slo, at: z.date(), good: Count, bad: Count })

/** The last `hours` in steps of so many seconds, oldest first; steps without events are absent. */
export function listHistory(
  handle: Handle,
  { hours, stepSeconds, now }: { readonly hours: number; readonly stepSeconds: number; readonly now: Date },
): Promise<z.infer<typeof HistoryRow>[]> {
  const width = stepSeconds < 300 ? 10 : 300
  return handle.rows(
    HistoryRow,
    sql`select slo, date_bin(make_interval(secs => ${stepSeconds}), starts_at, 'epoch') as at, sum(good) as good, sum(bad) as bad
      from slo_counts where width = ${width} and starts_at > ${now}::timestamptz - make_interval(hours => ${hours})
        and slo = any(${KNOWN}::text[])
      group by 1, 2 order by 1, 2`,
  )
}

/** Lets go of what is past its time, and tells replicas apart for a day only, however many there were. */
export async function sweepCounts(handle: Handle, now: Date): Promise<void> {
  // Whoever wrote nothing for so long has nothing of that time left to repeat.
  await handle.run(sql`delete from slo_flushes where written_at < clock_timestamp() - interval '2 days'`)
  await handle.run(sql`delete from slo_counts where (width = 10 and starts_at < ${now}::timestamptz - interval '25 hours')
    or starts_at < ${now}::timestamptz - interval '90 days'`)
  await handle.run(sql`with gone as (
      delete from slo_counts where width = 300 and replica <> '' and starts_at < ${now}::timestamptz - interval '25 hours'
      returning slo, starts_at, good, bad)
    insert into slo_counts as known (width, starts_at, slo, replica, good, bad)
    select 300, starts_at, slo, '', sum(good), sum(bad) from gone group by starts_at, slo
    on conflict (width, starts_at, slo, replica)
      do update set good = known.good + excluded.good, bad = known.bad + excluded.bad`)
}
