import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/**
 * SQL of backups by schedule: one row for each try, in all processes. What runs is its process's until the time in `ended_at`, by the
 * clock of the database: it moves that on for as long as it lives.
 */

const RunRow = z.object({
  id: z.string(),
  started_at: z.date(),
  host: z.string(),
  status: z.enum(['running', 'verified', 'failed']),
  detail: z.string().nullable(),
})
export type RunRow = z.infer<typeof RunRow>

/** The last one that was proven by now: one of a later time was noted by a clock that was wrong. */
export async function findVerifiedRun(handle: Handle, now: Date): Promise<RunRow | null> {
  const row = await handle.first(
    RunRow,
    sql`select id, started_at, host, status, detail from backup_runs
      where status = 'verified' and started_at <= ${now} order by started_at desc, id desc limit 1`,
  )
  return row ?? null
}

/** What is told of a try whose process died. */
const DIED = 'Its process ended before it was done.'

/**
 * Tries after that one and by now, newest first: so few that all may be read, as each is followed by a pause. One whose process gives no sign
 * of life any more has failed, from then on and not from when the next begins.
 */
export function listRunsSince(handle: Handle, verified: RunRow | null, now: Date): Promise<RunRow[]> {
  const from = verified?.started_at ?? new Date(0)
  return handle.rows(
    RunRow,
    sql`select id, started_at, host, case when is_dead then 'failed' else status end as status,
        case when is_dead then ${DIED} else detail end as detail
      from backup_runs cross join lateral (
        select status = 'running' and (ended_at > clock_timestamp()) is not true as is_dead) as its_process
      where started_at >= ${from} and started_at <= ${now} and status <> 'verified' order by started_at desc, id desc limit 200`,
  )
}

/** To the end of the transaction nobody else begins one. */
export async function holdRuns(handle: Handle): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtext('sophia-backup-runs'), 0)`)
}

/** The one that a living process makes now. */
export async function findHeldRun(handle: Handle): Promise<Pick<RunRow, 'started_at' | 'host'> | null> {
  const row = await handle.first(
    RunRow.pick({ started_at: true, host: true }),
    sql`select started_at, host from backup_runs where status = 'running' and ended_at > now() order by started_at limit 1`,
  )
  return row ?? null
}

/**
 * Notes that a try begins, to be asked where the runs are held and no living process is at one: what still runs is of one that died. Nothing is
 * heard of this one for so long, and it counts as dead, too.
 */
export async function beginRun(
  handle: Handle,
  run: Pick<RunRow, 'id' | 'started_at' | 'host'>,
  leaseMs: number,
): Promise<void> {
  await handle.run(
    sql`update backup_runs set status = 'failed', ended_at = ${run.started_at}, detail = ${DIED}
      where status = 'running'`,
  )
  await handle.run(
    sql`insert into backup_runs (id, started_at, host, status, ended_at)
      values (${run.id}, ${run.started_at}, ${run.host}, 'running', now() + ${leaseMs} * interval '1 millisecond')`,
  )
}

/** Its process lives. */
export async function keepRun(handle: Handle, id: string, leaseMs: number): Promise<void> {
  await handle.run(
    sql`update backup_runs set ended_at = now() + ${leaseMs} * interval '1 millisecond' where id = ${id} and status = 'running'`,
  )
}

export async function endRun(
  handle: Handle,
  { id, endedAt, status, detail }: Pick<RunRow, 'id' | 'status' | 'detail'> & { readonly endedAt: Date },
): Promise<void> {
  await handle.run(
    sql`update backup_runs set status = ${status}, ended_at = ${endedAt}, detail = ${detail} where id = ${id}`,
  )
  if (status !== 'verified') return
  // What led up to it is settled.
  await handle.run(
    sql`delete from backup_runs where id <> ${id} and started_at < ${endedAt}::timestamptz - interval '60 days'`,
  )
}
