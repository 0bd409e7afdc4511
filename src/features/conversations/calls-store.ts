import { z } from 'zod'
import { CALL_STATUSES, type CallStatus } from '#domain/turn/approval.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { fromNow, type Held } from './turns-store.ts'

/** What came of a call: `content` is what the model reads, `summary` what a person reads. */
export const StoredResult = z.object({
  ok: z.boolean(),
  content: z.string(),
  summary: z.string(),
  sources: z.array(z.object({ kind: z.string(), id: z.string(), label: z.string() })),
})
export type StoredResult = z.infer<typeof StoredResult>

/** What is known of a call whose owner died while it ran; whatever a person decides about a repeat, this stays true of the first try. */
export const OUTCOME_UNKNOWN: StoredResult = {
  ok: false,
  content: JSON.stringify({
    error: { code: 'TOOL_OUTCOME_UNKNOWN', detail: 'An earlier try broke off while this ran; it may have happened.' },
  }),
  summary: 'An earlier try broke off while this ran: it is not known whether it happened.',
  sources: [],
}

const CallRow = z
  .object({
    call_index: z.int(),
    call_id: z.string(),
    tool: z.string(),
    input: z.unknown(),
    input_hash: z.string(),
    status: z.enum(CALL_STATUSES),
    result: StoredResult.nullable(),
    expires_at: z.date(),
    is_expired: z.boolean(),
  })
  .transform((row) => ({
    index: row.call_index,
    callId: row.call_id,
    tool: row.tool,
    input: row.input,
    inputHash: row.input_hash,
    status: row.status,
    result: row.result,
    expiresAt: row.expires_at,
    isExpired: row.is_expired,
  }))

/** `isExpired` is as of when it was read, on the database's clock: what one process refuses as late no other waits for. */
export type StoredCall = z.infer<typeof CallRow>

const COLUMNS = sql`call_index, call_id, tool, input, input_hash, status, result, expires_at, expires_at <= clock_timestamp() as is_expired`

/** Only the turn's present owner may touch its calls. */
function heldBy(turn: Held): Sql {
  return sql`exists (select 1 from turns where turns.id = ${turn.id} and turns.fence = ${turn.fence} and turns.status in ('running', 'waiting'))`
}

/**
 * The calls of earlier attempts, for a new owner. What was running is now unknown, and their ids are retired, so that
 * an approval meant for an old call cannot reach a new one that bears the same id.
 */
export async function adoptCalls(
  handle: Handle,
  turn: Held & { attempt: number },
  approvalMs: number,
): Promise<StoredCall[]> {
  return handle.rows(
    CallRow,
    sql`update tool_calls set call_id = call_id || '@' || ${turn.attempt}::text,
        status = case when status = 'running' then 'unknown' else status end,
        result = case when status = 'running' then ${JSON.stringify(OUTCOME_UNKNOWN)}::jsonb else result end,
        expires_at = case when status in ('running', 'unknown') then ${fromNow(approvalMs)} else expires_at end
      where turn_id = ${turn.id} and ${heldBy(turn)} returning ${COLUMNS}`,
  )
}

type FreshCall = Pick<StoredCall, 'index' | 'callId' | 'tool' | 'input' | 'inputHash'> & { readonly approvalMs: number }

/** A call that waits for a person for so long; undefined when the turn is held by somebody else. */
export async function insertCall(handle: Handle, turn: Held, call: FreshCall): Promise<StoredCall | undefined> {
  const { index, callId, tool, input, inputHash, approvalMs } = call
  return handle.first(
    CallRow,
    sql`insert into tool_calls (turn_id, call_index, call_id, tool, input, input_hash, status, expires_at)
      select ${turn.id}, ${index}, ${callId}, ${tool}, ${JSON.stringify(input)}::jsonb, ${inputHash}, 'waiting', ${fromNow(approvalMs)}
      where ${heldBy(turn)} returning ${COLUMNS}`,
  )
}

/** Gives a call of an earlier attempt the id under which it is asked for now. */
export async function bindCall(handle: Handle, turn: Held, call: { index: number; callId: string }): Promise<boolean> {
  return (
    (await handle.run(
      sql`update tool_calls set call_id = ${call.callId} where turn_id = ${turn.id} and call_index = ${call.index} and ${heldBy(turn)}`,
    )) > 0
  )
}

interface Move {
  readonly index: number
  readonly from: readonly CallStatus[]
  readonly to: CallStatus
  readonly result?: StoredResult
}

/**
 * Moves a call on if it is where it is thought to be; false otherwise, and then nothing may be done. The id of one whose outcome is
 * unknown is retired: the yes it had is used up, and said again by a line that lost its answer it must not approve a repeat.
 */
export async function moveCall(handle: Handle, turn: Held, move: Move): Promise<boolean> {
  const callId = move.to === 'unknown' ? sql`call_id || '@'` : sql`call_id`
  const moved = await handle.run(sql`update tool_calls set status = ${move.to}, call_id = ${callId}, updated_at = now(),
      result = coalesce(${move.result ? JSON.stringify(move.result) : null}::jsonb, result)
    where turn_id = ${turn.id} and call_index = ${move.index} and status = any(${[...move.from]}) and ${heldBy(turn)}`)
  return moved > 0
}

export async function findCall(handle: Handle, turnId: string, index: number): Promise<StoredCall | undefined> {
  return handle.first(
    CallRow,
    sql`select ${COLUMNS} from tool_calls where turn_id = ${turnId} and call_index = ${index}`,
  )
}

/** A call of a member's own turn by the id shown to them. */
export async function lockMemberCall(
  handle: Handle,
  request: { memberId: string; turnId: string; callId: string },
): Promise<StoredCall | undefined> {
  return handle.first(
    CallRow,
    sql`select ${COLUMNS} from tool_calls
      where turn_id = ${request.turnId} and call_id = ${request.callId}
        and exists (select 1 from turns t where t.id = ${request.turnId} and t.member_id = ${request.memberId})
      for update`,
  )
}

export async function decideCall(
  handle: Handle,
  decision: { turnId: string; index: number; to: CallStatus; memberId: string | null },
): Promise<void> {
  await handle.run(sql`update tool_calls set status = ${decision.to}, decided_by = ${decision.memberId}, updated_at = now()
    where turn_id = ${decision.turnId} and call_index = ${decision.index}`)
}
