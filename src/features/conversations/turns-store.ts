import { z } from 'zod'
import type { Turn } from '#contract/conversations.ts'
import type { TokenUsage } from '#domain/model.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const instant = z
  .date()
  .nullable()
  .transform((at) => at?.toISOString() ?? null)
const Status = z.enum(['queued', 'running', 'waiting', 'complete', 'failed', 'cancelled'])

const TurnRow = z
  .object({
    id: z.string(),
    conversation_id: z.string(),
    message_id: z.string(),
    persona: z.string(),
    status: Status,
    attempt: z.int(),
    error_code: z.string().nullable(),
    created_at: z.date(),
    started_at: instant,
    first_token_at: instant,
    ended_at: instant,
  })
  .transform((row): Turn => ({
    id: row.id,
    conversationId: row.conversation_id,
    messageId: row.message_id,
    persona: row.persona,
    status: row.status,
    attempt: row.attempt,
    errorCode: row.error_code,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at,
    firstTokenAt: row.first_token_at,
    endedAt: row.ended_at,
    queuePlace: null,
  }))

/** Turns that have not ended. */
export const OPEN = sql`('queued', 'running', 'waiting')`

/** So many milliseconds from now, on the database's clock, which is the same for all processes. */
export function fromNow(ms: number): Sql {
  return sql`clock_timestamp() + make_interval(secs => ${ms / 1000})`
}

/** A member's own turn; anybody else's is as absent as one that never was. */
export async function findTurn(handle: Handle, memberId: string, id: string): Promise<Turn | undefined> {
  return handle.first(
    TurnRow,
    sql`select id, conversation_id, message_id, persona, status, attempt, error_code, created_at, started_at, first_token_at, ended_at
      from turns where id = ${id} and member_id = ${memberId}`,
  )
}

export interface Held {
  readonly id: string
  readonly fence: string
}

const RenewedRow = z.object({ id: z.string(), is_cancelled: z.boolean(), renewed_at: z.date() })

/**
 * One update for all turns a process holds. What is not answered is held no more. A turn counts as cancelled, too, when
 * whoever asked may no longer use Sophia: it must not go on reading and spending for them.
 */
export async function renewLeases(
  handle: Handle,
  held: readonly Held[],
  leaseMs: number,
): Promise<z.infer<typeof RenewedRow>[]> {
  return handle.rows(
    RenewedRow,
    sql`update turns set lease_until = ${fromNow(leaseMs)}
      from unnest(${held.map((turn) => turn.id)}::uuid[], ${held.map((turn) => turn.fence)}::uuid[]) as h (id, fence)
      where turns.id = h.id and turns.fence = h.fence and turns.status in ('running', 'waiting')
      returning turns.id, turns.cancel_requested_at is not null
        or not exists (select 1 from members m where m.id = turns.member_id and m.status = 'active') as is_cancelled, clock_timestamp() as renewed_at`,
  )
}

/** Gives turns back at once; the next claim starts them afresh. */
export async function releaseTurns(handle: Handle, held: readonly Held[]): Promise<void> {
  await handle.run(sql`update turns set lease_until = null, owner = null, fence = gen_random_uuid()
    from unnest(${held.map((turn) => turn.id)}::uuid[], ${held.map((turn) => turn.fence)}::uuid[]) as h (id, fence)
    where turns.id = h.id and turns.fence = h.fence and turns.status in ('running', 'waiting')`)
}

/** False when the turn is held no more. */
export async function setWaiting(handle: Handle, held: Held, isWaiting: boolean): Promise<boolean> {
  const status = isWaiting ? 'waiting' : 'running'
  return (
    (await handle.run(
      sql`update turns set status = ${status} where id = ${held.id} and fence = ${held.fence} and status in ('running', 'waiting')`,
    )) > 0
  )
}

export async function requestCancel(handle: Handle, id: string): Promise<void> {
  await handle.run(
    sql`update turns set cancel_requested_at = coalesce(cancel_requested_at, now()) where id = ${id} and status in ${OPEN}`,
  )
}

export interface Answer {
  readonly messageId: string
  readonly status: 'complete' | 'failed' | 'cancelled'
  readonly errorCode: string | null
  readonly text: string
  readonly personaVersion: string | null
  readonly model: string | null
  readonly calls: readonly unknown[]
  readonly sources: readonly unknown[]
  readonly usage: TokenUsage
  readonly costMicros: number | null
  readonly firstTokenAt: Date | null
}

const SeqRow = z.object({ message_count: z.int() })

/**
 * Ends a turn: its status, the answer's message, the conversation's count. False when the fence is stale, and then
 * nothing may be committed. Locks the conversation before the turn, as everybody does.
 */
export async function storeAnswer(
  handle: Handle,
  turn: Held & { attempt: number; conversationId: string },
  answer: Answer,
): Promise<boolean> {
  const counted = await handle.first(
    SeqRow,
    sql`update conversations set message_count = message_count + 1, updated_at = now() where id = ${turn.conversationId} returning message_count`,
  )
  if (!counted) return false
  const stored = await handle.run(sql`with ended as (
      update turns set status = ${answer.status}, error_code = ${answer.errorCode}, ended_at = now(), lease_until = null,
        first_token_at = ${answer.firstTokenAt}
      where id = ${turn.id} and fence = ${turn.fence} and attempt = ${turn.attempt} and status in ('running', 'waiting') returning id)
    insert into messages (id, conversation_id, seq, role, text, turn_id, status, error_code, persona_version, model, tools, sources, usage, cost_micros)
    select ${answer.messageId}, ${turn.conversationId}, ${counted.message_count}, 'assistant', ${answer.text}, ended.id, ${answer.status},
      ${answer.errorCode}, ${answer.personaVersion}, ${answer.model}, ${JSON.stringify(answer.calls)}, ${JSON.stringify(answer.sources)},
      ${JSON.stringify(answer.usage)}, ${answer.costMicros} from ended`)
  return stored > 0
}

/** True when this very answer was committed: for a commit whose outcome was lost with the connection. */
export async function hasAnswer(handle: Handle, messageId: string): Promise<boolean> {
  return (
    (await handle.first(z.object({ id: z.string() }), sql`select id from messages where id = ${messageId}`)) !==
    undefined
  )
}

/** Turns that wait or are answered, over all processes; those that wait for a person count as well. */
export async function countOpenTurns(handle: Handle): Promise<number> {
  const row = await handle.first(
    z.object({ open: z.number() }),
    sql`select count(*) as open from turns where status in ${OPEN}`,
  )
  return row?.open ?? 0
}
