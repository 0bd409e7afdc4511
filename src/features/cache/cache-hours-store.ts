import { z } from 'zod'
import { CACHE_CLASSES } from '#domain/cache-policy/cache-class.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { ClassCounts } from './counts.ts'

const HourRow = z
  .object({
    hour: z.date(),
    class: z.enum(CACHE_CLASSES),
    l1_hits: z.number(),
    l2_hits: z.number(),
    stale: z.number(),
    joined: z.number(),
    misses: z.number(),
    failures: z.number(),
    evictions: z.number(),
    saved_ms: z.number(),
    saved_micros: z.number(),
    l1_saved_ms: z.number(),
    l1_saved_micros: z.number(),
    l2_saved_ms: z.number(),
    l2_saved_micros: z.number(),
  })
  .transform((row) => ({
    hour: row.hour,
    cacheClass: row.class,
    counts: {
      l1Hits: row.l1_hits,
      l2Hits: row.l2_hits,
      stale: row.stale,
      joined: row.joined,
      misses: row.misses,
      failures: row.failures,
      evictions: row.evictions,
      savedMs: row.saved_ms,
      savedMicros: row.saved_micros,
      l1SavedMs: row.l1_saved_ms,
      l1SavedMicros: row.l1_saved_micros,
      l2SavedMs: row.l2_saved_ms,
      l2SavedMicros: row.l2_saved_micros,
    },
  }))
export type HourRow = z.infer<typeof HourRow>

/** Adds what a process counted to the hour that it is now on the database's clock, so that all processes agree on it. */
export async function addToHour(handle: Handle, counted: ClassCounts): Promise<void> {
  const rows = [...counted].map(([name, counts]) => ({ class: name, ...counts }))
  if (rows.length === 0) return
  await handle.run(sql`insert into cache_hours as known
      (hour, class, l1_hits, l2_hits, stale, joined, misses, failures, evictions, saved_ms, saved_micros,
      l1_saved_ms, l1_saved_micros, l2_saved_ms, l2_saved_micros)
    select date_trunc('hour', now()), r.class, r."l1Hits", r."l2Hits", r.stale, r.joined, r.misses, r.failures, r.evictions,
      r."savedMs", r."savedMicros", r."l1SavedMs", r."l1SavedMicros", r."l2SavedMs", r."l2SavedMicros"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (class text, "l1Hits" bigint, "l2Hits" bigint, stale bigint,
      joined bigint, misses bigint, failures bigint, evictions bigint, "savedMs" float8, "savedMicros" float8,
      "l1SavedMs" float8, "l1SavedMicros" float8, "l2SavedMs" float8, "l2SavedMicros" float8)
    on conflict (hour, class) do update set l1_hits = known.l1_hits + excluded.l1_hits, l2_hits = known.l2_hits + excluded.l2_hits,
      stale = known.stale + excluded.stale, joined = known.joined + excluded.joined, misses = known.misses + excluded.misses,
      failures = known.failures + excluded.failures, evictions = known.evictions + excluded.evictions,
      saved_ms = known.saved_ms + excluded.saved_ms, saved_micros = known.saved_micros + excluded.saved_micros,
      l1_saved_ms = known.l1_saved_ms + excluded.l1_saved_ms, l1_saved_micros = known.l1_saved_micros + excluded.l1_saved_micros,
      l2_saved_ms = known.l2_saved_ms + excluded.l2_saved_ms, l2_saved_micros = known.l2_saved_micros + excluded.l2_saved_micros`)
}

/** Hours from an instant on, oldest first. */
export function listHours(handle: Handle, from: Date): Promise<HourRow[]> {
  return handle.rows(HourRow, sql`select * from cache_hours where hour >= ${from} order by hour, class`)
}

/** Answers how many rows went. */
export function dropHoursBefore(handle: Handle, before: Date): Promise<number> {
  return handle.run(sql`delete from cache_hours where hour < ${before}`)
}
