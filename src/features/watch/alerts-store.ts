import { z } from 'zod'
import type { ActiveAlert } from '#domain/alerts/advance-alert.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Row = z
  .object({
    id: z.string(),
    rule: z.string(),
    subject: z.string(),
    state: z.enum(['pending', 'firing', 'resolved']),
    since: z.date(),
    fired_at: z.date().nullable(),
    clear_since: z.date().nullable(),
    resolved_at: z.date().nullable(),
    value: z.number(),
    told_at: z.date().nullable(),
    told_by: z.string().nullable(),
  })
  .transform((row) => ({
    id: row.id,
    ruleId: row.rule,
    subject: row.subject,
    state: row.state,
    since: row.since,
    firedAt: row.fired_at,
    clearSince: row.clear_since,
    resolvedAt: row.resolved_at,
    value: row.value,
    isTold: row.told_at !== null,
    toldBy: row.told_by,
  }))
export type StoredAlert = z.infer<typeof Row>

const BETWEEN_ROUNDS_SECONDS = 4
/** A clock that ran ahead shall not keep the others from judging. */
const SKEW_SECONDS = 60

/** Takes this round for one process of all, until its transaction ends; false when another has it or just had it. */
export async function takeRound(handle: Handle, replica: string, now: Date): Promise<boolean> {
  const taken = await handle.run(sql`insert into watch_rounds (id, judged_at, judged_by) values (1, ${now}, ${replica})
    on conflict (id) do update set judged_at = excluded.judged_at, judged_by = excluded.judged_by
    where watch_rounds.judged_at <= excluded.judged_at - make_interval(secs => ${BETWEEN_ROUNDS_SECONDS})
      or watch_rounds.judged_at > excluded.judged_at + make_interval(secs => ${SKEW_SECONDS})`)
  return taken === 1
}

export function findRound(handle: Handle): Promise<{ judged_at: Date; judged_by: string } | undefined> {
  return handle.first(
    z.object({ judged_at: z.date(), judged_by: z.string() }),
    sql`select judged_at, judged_by from watch_rounds where id = 1`,
  )
}

/** Pending and firing, oldest first. */
export function listActive(handle: Handle): Promise<StoredAlert[]> {
  return handle.rows(Row, sql`select * from alerts where state <> 'resolved' order by since, id`)
}

/** The newest of those that are over. */
export function listResolved(handle: Handle, limit: number): Promise<StoredAlert[]> {
  return handle.rows(
    Row,
    sql`select * from alerts where state = 'resolved' order by resolved_at desc, id limit ${limit}`,
  )
}

export interface AlertKey {
  readonly id: string
  readonly ruleId: string
  readonly subject: string
}

export async function storeActive(
  handle: Handle,
  { id, ruleId, subject }: AlertKey,
  alert: ActiveAlert,
): Promise<void> {
  const { state, sinceMs, firedAtMs, clearSinceMs, value } = alert
  await handle.run(sql`insert into alerts (id, rule, subject, state, since, fired_at, clear_since, value)
    values (${id}, ${ruleId}, ${subject}, ${state}, ${new Date(sinceMs)}, ${dateOrNull(firedAtMs)},
      ${dateOrNull(clearSinceMs)}, ${value})
    on conflict (id) do update set state = excluded.state, fired_at = excluded.fired_at,
      clear_since = excluded.clear_since, value = excluded.value`)
}

export async function storeResolved(handle: Handle, id: string, now: Date): Promise<void> {
  await handle.run(sql`update alerts set state = 'resolved', resolved_at = ${now} where id = ${id}`)
}

/** A pending one that was over before it fired leaves no trace. */
export async function dropPending(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`delete from alerts where id = ${id} and state = 'pending'`)
}

/** `by`: the rule whose message stands for one about these; null when they were told themselves. */
export async function noteTold(
  handle: Handle,
  ids: readonly string[],
  { by, now }: { readonly by: string | null; readonly now: Date },
): Promise<void> {
  if (ids.length === 0) return
  await handle.run(sql`update alerts set told_at = ${now}, told_by = ${by} where id = any(${[...ids]}::uuid[])`)
}

export async function sweepAlerts(handle: Handle, now: Date): Promise<void> {
  await handle.run(
    sql`delete from alerts where state = 'resolved' and resolved_at < ${now}::timestamptz - interval '90 days'`,
  )
  await handle.run(sql`delete from alert_silences where until < ${now}::timestamptz - interval '1 day'`)
  await handle.run(
    // One that waits for a day has a way that no process has any more.
    sql`update alert_messages set status = 'failed', ended_at = ${now}, detail = 'This way is not set up any more.'
      where status = 'waiting' and created_at < ${now}::timestamptz - interval '1 day'`,
  )
  await handle.run(
    sql`delete from alert_messages where status <> 'waiting' and created_at < ${now}::timestamptz - interval '30 days'`,
  )
}

function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
