import { z } from 'zod'
import { MessageCall, MessageContext, type Message, type MessageAccepted } from '#contract/conversations.ts'
import { TokenUsage } from '#contract/turn-events.ts'
import type { PastMessage } from '#domain/turn/history.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { TraceContext } from '#platform/tracing/trace-context.ts'

const Source = z.object({ kind: z.string(), id: z.string(), label: z.string() })

const MessageRow = z
  .object({
    id: z.string(),
    seq: z.int(),
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    turn_id: z.string(),
    created_at: z.date(),
    status: z.enum(['complete', 'failed', 'cancelled']).nullable(),
    error_code: z.string().nullable(),
    persona_version: z.string().nullable(),
    model: z.string().nullable(),
    tools: z.array(MessageCall),
    sources: z.array(Source),
    usage: TokenUsage.nullable(),
    cost_micros: z.int().nullable(),
    rating: z.enum(['up', 'down']).nullable(),
  })
  .transform((row): Message => ({
    id: row.id,
    seq: row.seq,
    role: row.role,
    text: row.text,
    turnId: row.turn_id,
    createdAt: row.created_at.toISOString(),
    status: row.status,
    errorCode: row.error_code,
    personaVersion: row.persona_version,
    model: row.model,
    calls: row.tools,
    sources: row.sources,
    usage: row.usage,
    cost: row.role === 'assistant' ? { amountMicros: row.cost_micros, currency: 'USD' } : null,
    feedback: row.rating,
  }))

/** Newest first, older than `beforeSeq`. */
export async function selectMessages(
  handle: Handle,
  page: { conversationId: string; beforeSeq: number; limit: number },
): Promise<Message[]> {
  return handle.rows(
    MessageRow,
    sql`select m.id, m.seq, m.role, m.text, m.turn_id, m.created_at, m.status, m.error_code, m.persona_version, m.model, m.tools, m.sources,
        m.usage, m.cost_micros, f.rating
      from messages m left join message_feedback f on f.message_id = m.id
      where m.conversation_id = ${page.conversationId} and m.seq < ${page.beforeSeq} order by m.seq desc limit ${page.limit}`,
  )
}

const LockedRow = z.object({
  persona: z.string(),
  message_count: z.int(),
  has_own_title: z.boolean(),
  /** Of the member, in all conversations. */
  open_turns: z.int(),
  /** Of everybody; counted no further than the limit. */
  queued_turns: z.int(),
})

/** Locks the conversation, which orders everything written into it. Absent and another member's look the same. */
export async function lockConversation(
  handle: Handle,
  { memberId, id, queueLimit = 0 }: { readonly memberId: string; readonly id: string; readonly queueLimit?: number },
): Promise<z.infer<typeof LockedRow> | undefined> {
  return handle.first(
    LockedRow,
    sql`select persona, message_count, has_own_title,
        (select count(*)::int from turns t where t.member_id = ${memberId} and t.status in ('queued', 'running', 'waiting')) as open_turns,
        (select count(*)::int from (select from turns t where t.status = 'queued' limit ${queueLimit}) as waiting) as queued_turns
      from conversations where id = ${id} and member_id = ${memberId} for update`,
  )
}

const AcceptedRow = z
  .object({ id: z.string(), turn_id: z.string(), seq: z.int(), conversation_id: z.string(), role: z.string() })
  .transform((row) => ({
    accepted: { messageId: row.id, turnId: row.turn_id, seq: row.seq } satisfies MessageAccepted,
    conversationId: row.conversation_id,
    role: row.role,
  }))

export async function findAccepted(
  handle: Handle,
  messageId: string,
): Promise<z.infer<typeof AcceptedRow> | undefined> {
  return handle.first(
    AcceptedRow,
    sql`select id, turn_id, seq, conversation_id, role from messages where id = ${messageId}`,
  )
}

interface QuestionInsert {
  readonly id: string
  readonly conversationId: string
  readonly memberId: string
  readonly turnId: string
  readonly seq: number
  readonly persona: string
  readonly text: string
  readonly context: MessageContext | undefined
  readonly correlationId: string
  readonly allowedActions: readonly string[] | null
  /** Where the request stands in its trace; undefined when nobody outside would find it. */
  readonly traceContext: TraceContext | undefined
  /** Set when the first message names the conversation. */
  readonly title: string | undefined
}

/** Message, turn and the conversation's count in one statement; false when the id is taken elsewhere. Needs the conversation's lock. */
export async function insertQuestion(handle: Handle, row: QuestionInsert): Promise<boolean> {
  // clock_timestamp: taken under the lock, so that turns of a conversation queue in the order of their messages.
  const inserted = await handle.run(sql`with message as (
      insert into messages (id, conversation_id, seq, role, text, turn_id, context)
      values (${row.id}, ${row.conversationId}, ${row.seq}, 'user', ${row.text}, ${row.turnId}, ${row.context ? JSON.stringify(row.context) : null})
      on conflict (id) do nothing returning id),
    turn as (
      insert into turns (id, conversation_id, member_id, message_id, persona, correlation_id, allowed_actions, trace_context, created_at)
      select ${row.turnId}, ${row.conversationId}, ${row.memberId}, message.id, ${row.persona}, ${row.correlationId},
        ${row.allowedActions ? [...row.allowedActions] : null}::text[], ${row.traceContext ? JSON.stringify(row.traceContext) : null}::jsonb,
        clock_timestamp() from message returning id)
    update conversations set message_count = ${row.seq}, updated_at = now(), title = coalesce(${row.title ?? null}, title)
    where id = ${row.conversationId} and exists (select 1 from turn)`)
  return inserted > 0
}

const HistoryRow = z.object({ role: z.enum(['user', 'assistant']), text: z.string() })
const QuestionRow = z
  .object({
    seq: z.int(),
    text: z.string(),
    context: MessageContext.nullable(),
    about_kind: z.enum(['deal', 'client']).nullable(),
    about_id: z.string().nullable(),
    deals_day: z.string(),
    clients_day: z.string(),
  })
  .transform((row) => ({
    seq: row.seq,
    text: row.text,
    about:
      row.context?.about ??
      (row.about_kind !== null && row.about_id !== null ? { kind: row.about_kind, id: row.about_id } : undefined),
    dealsDay: row.deals_day,
    clientsDay: row.clients_day,
  }))

export type Question = z.infer<typeof QuestionRow> & { readonly history: readonly PastMessage[] }

/** The question of a turn with what was said before it, oldest first; messages queued behind it are left out. */
export async function findQuestion(
  handle: Handle,
  turn: { id: string; today: string; historyMessages: number },
): Promise<Question | undefined> {
  const question = await handle.first(
    QuestionRow,
    sql`select m.seq, m.text, m.context, c.about_kind, c.about_id, data_day('deals', ${turn.today}::date)::text as deals_day,
        data_day('clients', ${turn.today}::date)::text as clients_day
      from turns t join messages m on m.id = t.message_id join conversations c on c.id = t.conversation_id where t.id = ${turn.id}`,
  )
  if (!question) return undefined
  if (question.seq === 1) return { ...question, history: [] }
  const rows = await handle.rows(
    HistoryRow,
    sql`select m.role, m.text from turns own join messages m on m.conversation_id = own.conversation_id
        left join turns t on t.id = m.turn_id
      -- a briefing has no turn; it stands where it was written
      where own.id = ${turn.id} and m.text <> ''
        and (coalesce(t.created_at, m.created_at), coalesce(t.id, m.id)) < (own.created_at, own.id)
      order by coalesce(t.created_at, m.created_at) desc, m.role, m.seq desc limit ${turn.historyMessages}`,
  )
  return { ...question, history: rows.toReversed() }
}

/** False when there is no such answer of this member's. */
export async function upsertFeedback(
  handle: Handle,
  row: { messageId: string; memberId: string; rating: string; note: string | null },
): Promise<boolean> {
  const written = await handle.run(sql`insert into message_feedback (message_id, member_id, rating, note)
    select m.id, ${row.memberId}, ${row.rating}, ${row.note} from messages m join conversations c on c.id = m.conversation_id
    where m.id = ${row.messageId} and m.role = 'assistant' and c.member_id = ${row.memberId}
    on conflict (message_id) do update set rating = excluded.rating, note = excluded.note, at = now()`)
  return written > 0
}
