import { z } from 'zod'
import { DrillFigures, DrillStep, DrillVerdict } from '#contract/drills.ts'
import { DRILL_NAMES } from '#domain/drills/drill.ts'
import type { LastDrill } from '#domain/drills/next-drill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** SQL of drills: one row for each rehearsal that was asked for. They hold nothing of anybody. */

const Name = z.enum(DRILL_NAMES)
const Origin = z.enum(['screen', 'command', 'schedule'])

const Row = z.object({
  id: z.string(),
  name: z.string(),
  origin: Origin,
  state: z.enum(['waiting', 'running', 'ended']),
  asked_at: z.date(),
  began_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  host: z.string().nullable(),
  version: z.string().nullable(),
  step: z.string().nullable(),
  verdict: DrillVerdict.nullable(),
  reasons: z.array(z.string()),
  steps: z.array(DrillStep),
  figures: DrillFigures.nullable(),
})
export type DrillRow = z.infer<typeof Row>

/** The newest of each name. */
export function listRuns(handle: Handle, ofEach: number): Promise<DrillRow[]> {
  return handle.rows(
    Row,
    sql`select id, name, origin, state, asked_at, began_at, ended_at, host, version, step, verdict, reasons, steps, figures
      from (select *, row_number() over (partition by name order by asked_at desc, id desc) as place from drills) as placed
      where place <= ${ofEach} order by asked_at desc, id desc`,
  )
}

/** False when one of the name waits already. */
export async function addWaiting(
  handle: Handle,
  { id, name, origin, askedAt }: { id: string; name: string; origin: z.infer<typeof Origin>; askedAt: Date },
): Promise<boolean> {
  const added = await handle.run(
    sql`insert into drills (id, name, origin, state, asked_at) values (${id}, ${name}, ${origin}, 'waiting', ${askedAt})
      on conflict do nothing`,
  )
  return added > 0
}

/** Its id, or that of the one of its name that waits already and is taken over. */
export async function takeWaiting(handle: Handle, waiting: Parameters<typeof addWaiting>[1]): Promise<string> {
  if (await addWaiting(handle, waiting)) return waiting.id
  const there = await handle.first(
    z.object({ id: z.string() }),
    sql`select id from drills where state = 'waiting' and name = ${waiting.name}`,
  )
  return there?.id ?? waiting.id
}

export async function findWaiting(handle: Handle): Promise<{ id: string; name: z.infer<typeof Name> } | null> {
  const found = await handle.first(
    z.object({ id: z.string(), name: Name }),
    sql`select id, name from drills where state = 'waiting' order by asked_at, id limit 1`,
  )
  return found ?? null
}

/** When each last began, or was asked for. */
export async function listLast(handle: Handle): Promise<LastDrill[]> {
  const rows = await handle.rows(
    z.object({ name: Name, at: z.date() }),
    sql`select name, max(coalesce(began_at, asked_at)) as at from drills group by name`,
  )
  return rows.map(({ name, at }) => ({ name, beganMs: at.getTime() }))
}

/** Who runs one now. */
export async function findRunning(handle: Handle): Promise<{ name: string; host: string; beganAt: Date } | null> {
  const found = await handle.first(
    z.object({ name: z.string(), host: z.string().nullable(), began_at: z.date() }),
    sql`select name, host, began_at from drills where state = 'running'`,
  )
  return found ? { name: found.name, host: found.host ?? 'unknown', beganAt: found.began_at } : null
}

/** Notes of those whose process has not been heard of for so long, by the clock of the database, that they came to no end. */
export function endAbandoned(handle: Handle, { silenceMs, now }: { silenceMs: number; now: Date }): Promise<number> {
  const reasons = ['Its process ended before it was done.']
  return handle.run(
    sql`update drills set state = 'ended', verdict = 'inconclusive', ended_at = ${now}, step = null,
        reasons = ${JSON.stringify(reasons)}::jsonb
      where state = 'running' and seen_at < now() - ${silenceMs} * interval '1 millisecond'`,
  )
}

interface Begin {
  readonly id: string
  readonly now: Date
  readonly host: string
  readonly version: string
}

/** False when one runs already, or this one does not wait any more. */
export async function beginRun(handle: Handle, { id, now, host, version }: Begin): Promise<boolean> {
  // Whoever comes at the same moment sees this one running.
  await handle.run(sql`select pg_advisory_xact_lock(hashtext('sophia-drills'), 0)`)
  const begun = await handle.run(
    sql`update drills set state = 'running', began_at = ${now}, seen_at = now(), host = ${host}, version = ${version}
      where id = ${id} and state = 'waiting' and not exists (select from drills where state = 'running')`,
  )
  return begun > 0
}

/** What it does now, for whoever looks; also the sign that its process is there. */
export async function noteStep(
  handle: Handle,
  { id, step, steps }: { id: string; step: string; steps: readonly z.infer<typeof DrillStep>[] },
): Promise<void> {
  await handle.run(
    sql`update drills set seen_at = now(), step = ${step}, steps = ${JSON.stringify(steps)}::jsonb
      where id = ${id} and state = 'running'`,
  )
}

interface End {
  readonly id: string
  readonly now: Date
  readonly verdict: z.infer<typeof DrillVerdict>
  readonly reasons: readonly string[]
  readonly steps: readonly z.infer<typeof DrillStep>[]
  readonly figures: z.infer<typeof DrillFigures> | null
}

export async function endRun(handle: Handle, end: End): Promise<void> {
  const { id, now, verdict, reasons, steps, figures } = end
  await handle.run(
    sql`update drills set state = 'ended', ended_at = ${now}, step = null, verdict = ${verdict},
        reasons = ${JSON.stringify(reasons)}::jsonb, steps = ${JSON.stringify(steps)}::jsonb,
        figures = ${figures === null ? null : JSON.stringify(figures)}::jsonb
      where id = ${id} and state = 'running'`,
  )
  // Two years of a drill a day; a trend needs no more.
  await handle.run(
    sql`delete from drills where state = 'ended' and ended_at < ${now}::timestamptz - interval '2 years'`,
  )
}
