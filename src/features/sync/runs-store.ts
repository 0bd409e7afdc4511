import { z } from 'zod'
import { Finding, SyncRun } from '#contract/sync.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  id: z.string(),
  syncId: z.string(),
  status: SyncRun.shape.status,
  isFull: z.boolean(),
  wantsFull: z.boolean(),
  isDryRun: z.boolean(),
  acceptsRemovals: z.boolean(),
  memberId: z.string().nullable(),
  counts: SyncRun.shape.counts,
  calls: z.int(),
  waitedMs: z.int(),
  faults: z.int(),
  conflicts: z.int(),
  errorDetail: z.string().nullable(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
})
export type RunRow = z.infer<typeof Row>

const COLUMNS = sql`id, sync_id as "syncId", status, is_full as "isFull", wants_full as "wantsFull", is_dry_run as "isDryRun",
  accepts_removals as "acceptsRemovals", member_id as "memberId", counts, calls, waited_ms as "waitedMs", faults, conflicts,
  error_detail as "errorDetail", created_at as "createdAt", started_at as "startedAt", ended_at as "endedAt"`

/** Findings kept per run; the rest are counted. */
const MAX_FINDINGS = 1000
const KEPT_RUNS = 50

export async function insertRun(
  handle: Handle,
  run: Pick<
    RunRow,
    'id' | 'syncId' | 'isFull' | 'wantsFull' | 'isDryRun' | 'acceptsRemovals' | 'memberId' | 'createdAt'
  >,
): Promise<void> {
  await handle.run(
    sql`insert into sync_runs (id, sync_id, is_full, wants_full, is_dry_run, accepts_removals, member_id, created_at)
      values (${run.id}, ${run.syncId}, ${run.isFull}, ${run.wantsFull}, ${run.isDryRun}, ${run.acceptsRemovals},
        (select m.id from members m where m.id::text = ${run.memberId}), ${run.createdAt})`,
  )
  await handle.run(
    sql`delete from sync_runs where sync_id = ${run.syncId} and id not in
      (select id from sync_runs where sync_id = ${run.syncId} order by id desc limit ${KEPT_RUNS})`,
  )
}

export function findRun(handle: Handle, id: string): Promise<RunRow | undefined> {
  return handle.first(Row, sql`select ${COLUMNS} from sync_runs where id = ${id}`)
}

/** Newest first. */
export function listRuns(handle: Handle, syncId: string, limit: number): Promise<RunRow[]> {
  return handle.rows(
    Row,
    sql`select ${COLUMNS} from sync_runs where sync_id = ${syncId} order by id desc limit ${limit}`,
  )
}

/** The last run of each sync. */
export function listLastRuns(handle: Handle): Promise<RunRow[]> {
  return handle.rows(
    Row,
    sql`select r.* from syncs s
      cross join lateral (select ${COLUMNS} from sync_runs where sync_id = s.id order by id desc limit 1) r`,
  )
}

export async function beginRun(handle: Handle, id: string, at: Date): Promise<void> {
  await handle.run(
    sql`update sync_runs set status = 'running', started_at = coalesce(started_at, ${at}::timestamptz) where id = ${id}`,
  )
}

export type RunCounts = RunRow['counts'][string]

export interface RunProgress {
  readonly readName: string
  /** Added to what is counted already. */
  readonly counts: RunCounts
  readonly calls: number
  readonly waitedMs: number
  readonly findings: readonly z.infer<typeof Finding>[]
}

export const NO_COUNTS: RunCounts = { read: 0, created: 0, changed: 0, unchanged: 0, removed: 0, merged: 0, faulty: 0 }

/** Adds what one page brought. */
export async function addProgress(handle: Handle, run: RunRow, progress: RunProgress): Promise<void> {
  const { readName, findings } = progress
  const before = await findRun(handle, run.id)
  const known = before?.counts[readName] ?? NO_COUNTS
  const counts = Object.fromEntries(
    Object.entries(known).map(([key, value]) => [key, value + (progress.counts[key as keyof RunCounts] ?? 0)]),
  )
  const faults = findings.filter(({ sort }) => sort === 'fault').length
  const conflicts = findings.filter(({ sort }) => sort === 'conflict').length
  await handle.run(
    sql`update sync_runs set counts = counts || ${JSON.stringify({ [readName]: counts })}::jsonb, calls = calls + ${progress.calls},
      waited_ms = waited_ms + ${progress.waitedMs}, faults = faults + ${faults}, conflicts = conflicts + ${conflicts} where id = ${run.id}`,
  )
  const room = MAX_FINDINGS - (before ? before.faults + before.conflicts : 0)
  await insertFindings(handle, run.id, findings.slice(0, Math.max(0, room)))
}

async function insertFindings(handle: Handle, runId: string, findings: RunProgress['findings']): Promise<void> {
  if (findings.length === 0) return
  await handle.run(
    sql`insert into sync_findings (run_id, sort, kind, source_id, field, reason, value)
      select ${runId}, f.sort, f.kind, f."sourceId", f.field, f.reason, f.value
      from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb)
        as f(sort text, kind text, "sourceId" text, field text, reason text, value text)`,
  )
}

const StoredFinding = Finding.extend({ runId: z.string() })

/** The first hundred of each run. */
export function listFindings(handle: Handle, runIds: readonly string[]): Promise<z.infer<typeof StoredFinding>[]> {
  return handle.rows(
    StoredFinding,
    sql`select run_id as "runId", sort, kind, source_id as "sourceId", field, reason, value from (
        select f.*, row_number() over (partition by run_id order by (sort = 'fault'), n) as place from sync_findings f
        where run_id = any(${runIds}::uuid[])) numbered where place <= 100 order by run_id, place`,
  )
}

export async function endRun(
  handle: Handle,
  id: string,
  ending: { readonly status: 'complete' | 'failed'; readonly at: Date; readonly errorDetail: string | null },
): Promise<void> {
  await handle.run(
    sql`update sync_runs set status = ${ending.status}, ended_at = ${ending.at}, error_detail = ${ending.errorDetail} where id = ${id}`,
  )
}
