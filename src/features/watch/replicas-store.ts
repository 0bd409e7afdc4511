import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** By rule and subject, what one process measured. */
export type Signals = Readonly<Record<string, Readonly<Record<string, number>>>>

const Row = z.object({
  replica: z.string(),
  address: z.string(),
  version: z.string(),
  started_at: z.date(),
  seen_at: z.date(),
  signals: z.record(z.string(), z.record(z.string(), z.number())),
  is_silent: z.boolean(),
})
export type ReplicaRow = z.infer<typeof Row>

export interface Beat {
  readonly replica: string
  readonly address: string
  readonly version: string
  readonly startedAt: Date
  readonly signals: Signals
  readonly now: Date
}

/** Two beats missed and a little: with the five seconds until somebody looks, no more than 17 s. */
export const SILENT_AFTER_SECONDS = 12
/** Whoever was not heard of for so long is no longer expected. */
const EXPECTED_MINUTES = 10

export async function storeBeat(handle: Handle, beat: Beat): Promise<void> {
  const { replica, address, version, startedAt, signals, now } = beat
  await handle.run(sql`insert into watch_replicas (replica, address, version, started_at, seen_at, signals)
    values (${replica}, ${address}, ${version}, ${startedAt}, ${now}, ${JSON.stringify(signals)}::jsonb)
    on conflict (replica) do update set address = excluded.address, version = excluded.version,
      started_at = excluded.started_at, seen_at = excluded.seen_at, signals = excluded.signals, left_at = null`)
}

/** It stops in an orderly way: nobody shall miss it. */
export async function storeLeaving(handle: Handle, replica: string, now: Date): Promise<void> {
  await handle.run(sql`update watch_replicas set left_at = ${now} where replica = ${replica}`)
}

/** All that take part, the silent ones among them. */
export function listReplicas(handle: Handle, now: Date): Promise<ReplicaRow[]> {
  return handle.rows(
    Row,
    sql`select replica, address, version, started_at, seen_at, signals,
        seen_at < ${now}::timestamptz - make_interval(secs => ${SILENT_AFTER_SECONDS}) as is_silent
      from watch_replicas
      where left_at is null and seen_at > ${now}::timestamptz - make_interval(mins => ${EXPECTED_MINUTES})
      order by replica`,
  )
}

export async function sweepReplicas(handle: Handle, now: Date): Promise<void> {
  await handle.run(sql`delete from watch_replicas where seen_at < ${now}::timestamptz - interval '1 day'`)
}
