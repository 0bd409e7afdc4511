import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { Principal, VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { afterCursor, encodeCursor, keysetOrder, type Keyset } from '#platform/postgres/keyset.ts'
import { visibleWork } from '#platform/postgres/row-scope.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

/** A commitment as it is stored; `id` is made of its words, so that reading the call again finds it. */
export interface NewCommitment {
  readonly id: string
  readonly transcriptId: string
  readonly dealId: string | null
  readonly clientId: string | null
  readonly repId: string | null
  readonly side: 'us' | 'them' | 'unknown'
  readonly speaker: string | null
  readonly text: string
  readonly quote: string
  readonly line: number
  readonly saidOn: Day
  readonly dueOn: Day | null
}

const COLUMNS = sql`transcript_id, deal_id, client_id, rep_id, side, speaker, text, quote, line, said_on, due_on`

/** What these calls hold now takes the place of what they held; what a person marked done stays done. Answers how many there are. */
export async function replaceCommitments(
  handle: Handle,
  transcriptIds: readonly string[],
  commitments: readonly NewCommitment[],
): Promise<number> {
  await handle.run(
    sql`delete from commitments where transcript_id = any(${transcriptIds}::text[]) and id <> all(${commitments.map((one) => one.id)}::text[])`,
  )
  const rows = commitments.map((one) => ({
    id: one.id,
    transcript_id: one.transcriptId,
    deal_id: one.dealId,
    client_id: one.clientId,
    rep_id: one.repId,
    side: one.side,
    speaker: one.speaker,
    text: one.text,
    quote: one.quote,
    line: one.line,
    said_on: one.saidOn,
    due_on: one.dueOn,
  }))
  await handle.run(
    sql`insert into commitments as t (id, ${COLUMNS})
      select id, ${COLUMNS} from jsonb_populate_recordset(null::commitments, ${JSON.stringify(rows)}::jsonb)
      on conflict (id) do update set (${COLUMNS}) = (select ${EXCLUDED}), updated_at = now()
      where (${OLD}) is distinct from (${EXCLUDED})`,
  )
  return rows.length
}

const EXCLUDED = sql`excluded.transcript_id, excluded.deal_id, excluded.client_id, excluded.rep_id, excluded.side, excluded.speaker, excluded.text, excluded.quote, excluded.line, excluded.said_on, excluded.due_on`
const OLD = sql`t.transcript_id, t.deal_id, t.client_id, t.rep_id, t.side, t.speaker, t.text, t.quote, t.line, t.said_on, t.due_on`

/** Commitments whose call is gone: with the sample company, or erased. */
export function deleteOrphans(handle: Handle): Promise<number> {
  return handle.run(
    sql`delete from commitments m where not exists (select 1 from transcripts t where t.id = m.transcript_id)`,
  )
}

const Row = z.object({
  id: z.string(),
  transcriptId: z.string(),
  transcriptTitle: z.string(),
  line: z.int(),
  dealId: z.string().nullable(),
  dealName: z.string().nullable(),
  clientId: z.string().nullable(),
  clientName: z.string().nullable(),
  side: z.enum(['us', 'them', 'unknown']),
  speaker: z.string().nullable(),
  text: z.string(),
  quote: z.string(),
  saidOn: z.string(),
  dueOn: z.string().nullable(),
  doneAt: z.date().nullable(),
  doneBy: z.string().nullable(),
})
export type CommitmentRow = z.infer<typeof Row>

const SHOWN = sql`w.id, w.transcript_id as "transcriptId", t.title as "transcriptTitle", w.line, d.id as "dealId", d.name as "dealName",
  c.id as "clientId", c.name as "clientName", w.side, w.speaker, w.text, w.quote, w.said_on as "saidOn", w.due_on as "dueOn",
  w.done_at as "doneAt", m.name as "doneBy"`
const TABLES = sql`commitments w join transcripts t on t.id = w.transcript_id left join deals d on d.id = w.deal_id
  left join clients c on c.id = w.client_id left join members m on m.id = w.done_by`

export interface CommitmentFilter {
  readonly status: 'open' | 'done' | 'all'
  /** Due on or before this day. */
  readonly dueBy?: Day | undefined
  readonly isUndated?: boolean | undefined
  readonly side?: 'us' | 'them' | 'unknown' | undefined
  readonly dealId?: string | undefined
  readonly clientId?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

const KeyedRow = Row.extend({ sortKey: z.string().nullable() })
const KEYSET: Keyset = { sort: 'due', direction: 'asc', key: sql`w.due_on`, id: sql`w.id`, type: 'date' }

/** One page of the commitments in sight, soonest due first, with how many there are in all. */
export async function listCommitmentRows(
  handle: Handle,
  visible: VisibleReps,
  filter: CommitmentFilter,
): Promise<{ rows: CommitmentRow[]; total: number; nextCursor: string | null }> {
  const where = joinSql([visibleWork(visible), ...conditions(filter)], ' and ')
  const counted = await handle.first(
    z.object({ count: z.int() }),
    sql`select count(*)::int as count from ${TABLES} where ${where}`,
  )
  const found = await handle.rows(
    KeyedRow,
    sql`select ${SHOWN}, w.due_on::text as "sortKey" from ${TABLES} where ${where} and ${afterCursor(KEYSET, filter.cursor)}
      order by ${keysetOrder(KEYSET)} limit ${filter.limit + 1}`,
  )
  const rows = found.slice(0, filter.limit)
  const last = found.length > filter.limit ? rows.at(-1) : undefined
  const nextCursor = last ? encodeCursor(KEYSET, { key: last.sortKey, id: last.id }) : null
  return { rows, total: counted?.count ?? 0, nextCursor }
}

function conditions(filter: CommitmentFilter): Sql[] {
  const found: Sql[] = []
  if (filter.status !== 'all')
    found.push(filter.status === 'open' ? sql`w.done_at is null` : sql`w.done_at is not null`)
  if (filter.dueBy !== undefined) found.push(sql`w.due_on <= ${filter.dueBy}::date`)
  if (filter.isUndated) found.push(sql`w.due_on is null`)
  if (filter.side !== undefined) found.push(sql`w.side = ${filter.side}`)
  if (filter.dealId !== undefined) found.push(sql`w.deal_id = ${filter.dealId}`)
  if (filter.clientId !== undefined) found.push(sql`w.client_id = ${filter.clientId}`)
  return found
}

/** Marks one in sight done or open again; what is so already keeps its day and name. Undefined when there is none in sight. */
export async function markCommitment(
  handle: Handle,
  principal: Principal,
  mark: { readonly id: string; readonly isDone: boolean; readonly now: Date },
): Promise<CommitmentRow | undefined> {
  const set = mark.isDone
    ? sql`done_at = coalesce(done_at, ${mark.now}), done_by = case when done_at is null then ${principal.memberId}::uuid else done_by end`
    : sql`done_at = null, done_by = null`
  await handle.run(
    sql`update commitments set ${set}, updated_at = now() where id = ${mark.id} and exists (
      select 1 from commitments w left join deals d on d.id = w.deal_id left join clients c on c.id = w.client_id
      where w.id = ${mark.id} and ${visibleWork(principal.visible)})`,
  )
  return handle.first(
    Row,
    sql`select ${SHOWN} from ${TABLES} where w.id = ${mark.id} and ${visibleWork(principal.visible)}`,
  )
}
