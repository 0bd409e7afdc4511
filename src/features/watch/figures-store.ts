import { z } from 'zod'
import { HIGHEST_OF_ALL, widen, type Figures, type Slot } from '#domain/figures/figures.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import type { Batch } from './batches.ts'

const WIDTHS = [10, 300] as const
/** What is known by replica, and by spans of ten seconds, is known for so long. */
const FINE_HOURS = 25
const KEPT_DAYS = 90

const Named = z.record(z.string(), z.number())

/** Two records of figures as one; `joined` says how two values of a name become one. */
const together = (one: Sql, other: Sql, joined: Sql): Sql => sql`(
  select coalesce(jsonb_object_agg(key, value), '{}') from (
    select key, ${joined} as value
    from (select * from jsonb_each_text(${one}) union all select * from jsonb_each_text(${other})) as each (key, text)
    group by key) as total)`

/** Adds what a replica measured to its spans of both widths, in one statement and once, however often the batch comes. */
export async function addFigures(
  handle: Handle,
  { replica, origin, sequence, items }: Batch<Slot> & { readonly replica: string },
): Promise<void> {
  const rows = WIDTHS.flatMap((width) => widen(items, width * 1000).map((slot) => ({ width, ...slot })))
  await handle.run(sql`with taken as (
      insert into slo_flushes as known (origin, sequence, written_at) values (${origin}, ${sequence}, clock_timestamp())
      on conflict (origin) do update set sequence = excluded.sequence, written_at = excluded.written_at
        where known.sequence < excluded.sequence
      returning 1)
    insert into watch_figures as known (width, starts_at, replica, sums, peaks)
    select r.width, to_timestamp(r."startsMs" / 1000), ${replica}, r.sums, r.peaks
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (width smallint, "startsMs" float8, sums jsonb, peaks jsonb)
    where exists (select from taken)
    on conflict (width, starts_at, replica) do update set
      sums = ${together(sql`known.sums`, sql`excluded.sums`, sql`sum(text::float8)`)},
      peaks = ${together(sql`known.peaks`, sql`excluded.peaks`, sql`max(text::float8)`)}`)
}

const PointRow = z.object({ at: z.date(), sums: Named, peaks: Named })
/** One step of time, over all replicas. */
export interface StoredPoint {
  readonly at: Date
  readonly sums: Figures
  readonly peaks: Figures
}

/** Of several replicas: what each knows of all is that of the highest, the rest is added up. */
const overReplicas = sql`case when key = any(${[...HIGHEST_OF_ALL]}::text[]) then max(value) else sum(value) end`

/** The spans since the beginning of the step in which `from` lies, in steps of so many seconds, oldest first; steps in which nobody measured are absent. */
export function listFigures(
  handle: Handle,
  { from, now, stepSeconds }: { readonly from: Date; readonly now: Date; readonly stepSeconds: number },
): Promise<StoredPoint[]> {
  return handle.rows(
    PointRow,
    sql`with measured as materialized (
        select date_bin(make_interval(secs => ${stepSeconds}), starts_at, 'epoch') as at, replica, sums, peaks
        from watch_figures
        where width = ${stepSeconds < 300 ? 10 : 300} and starts_at <= ${now}
          and starts_at >= date_bin(make_interval(secs => ${stepSeconds}), ${from}::timestamptz, 'epoch')),
      counted as (
        select at, jsonb_object_agg(key, value) as sums from (
          select at, key, sum(text::float8) as value from measured, jsonb_each_text(sums) as each (key, text) group by 1, 2) as one
        group by at),
      seen as (
        select at, jsonb_object_agg(key, value) as peaks from (
          select at, key, ${overReplicas} as value from (
            select at, replica, key, max(text::float8) as value
            from measured, jsonb_each_text(peaks) as each (key, text) group by 1, 2, 3) as each
          group by 1, 2) as one
        group by at)
      select at, coalesce(sums, '{}') as sums, coalesce(peaks, '{}') as peaks
      from (select distinct at from measured) as step left join counted using (at) left join seen using (at) order by at`,
  )
}

const ReplicaRow = z.object({ replica: z.string(), seconds: z.coerce.number(), sums: Named, peaks: Named })
export type ReplicaFigures = z.infer<typeof ReplicaRow>

/** What each replica measured in spans that began in this time, and in how many seconds together. */
export function listReplicaFigures(
  handle: Handle,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<ReplicaFigures[]> {
  const ofReplica = (column: Sql, joined: Sql): Sql => sql`(
    select coalesce(jsonb_object_agg(key, value), '{}') from (
      select key, ${joined} as value from watch_figures as f, jsonb_each_text(${column}) as each (key, text)
      where f.width = 10 and f.starts_at between ${from} and ${until} and f.replica = r.replica group by key) as total)`
  return handle.rows(
    ReplicaRow,
    sql`select r.replica, 10 * count(*) as seconds, ${ofReplica(sql`f.sums`, sql`sum(text::float8)`)} as sums,
        ${ofReplica(sql`f.peaks`, sql`max(text::float8)`)} as peaks
      from watch_figures as r where r.width = 10 and r.starts_at between ${from} and ${until} and r.replica <> '' group by r.replica`,
  )
}

/** Lets go of what is past its time, and tells replicas apart for a day only, however many there were. */
export async function sweepFigures(handle: Handle, now: Date): Promise<void> {
  await handle.run(sql`delete from watch_figures
    where (width = 10 and starts_at < ${now}::timestamptz - make_interval(hours => ${FINE_HOURS}))
      or starts_at < ${now}::timestamptz - make_interval(days => ${KEPT_DAYS})`)
  await handle.run(sql`with gone as (
      delete from watch_figures where width = 300 and replica <> ''
        and starts_at < ${now}::timestamptz - make_interval(hours => ${FINE_HOURS})
      returning starts_at, sums, peaks),
    counted as (
      select starts_at, jsonb_object_agg(key, value) as sums from (
        select starts_at, key, sum(text::float8) as value from gone, jsonb_each_text(sums) as each (key, text) group by 1, 2) as one
      group by 1),
    seen as (
      select starts_at, jsonb_object_agg(key, value) as peaks from (
        select starts_at, key, ${overReplicas} as value
        from (select starts_at, key, text::float8 as value from gone, jsonb_each_text(peaks) as each (key, text)) as each
        group by 1, 2) as one
      group by 1)
    insert into watch_figures as known (width, starts_at, replica, sums, peaks)
    select 300, starts_at, '', coalesce(sums, '{}'), coalesce(peaks, '{}')
    from (select distinct starts_at from gone) as spans left join counted using (starts_at) left join seen using (starts_at)
    on conflict (width, starts_at, replica) do update set
      sums = ${together(sql`known.sums`, sql`excluded.sums`, sql`sum(text::float8)`)},
      peaks = ${together(
        sql`known.peaks`,
        sql`excluded.peaks`,
        sql`case when key = any(${[...HIGHEST_OF_ALL]}::text[]) then max(text::float8) else sum(text::float8) end`,
      )}`)
}
