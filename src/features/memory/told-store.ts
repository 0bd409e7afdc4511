import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const TellingRow = z.object({
  messageId: z.string(),
  seq: z.int(),
  text: z.string(),
  at: z.date(),
  aboutKind: z.enum(['deal', 'client']).nullable(),
  aboutId: z.string().nullable(),
})
export type TellingRow = z.infer<typeof TellingRow>

const TELLING = sql`q.id as "messageId", q.seq, q.text, q.created_at as at,
  coalesce(q.context -> 'about' ->> 'kind', c.about_kind) as "aboutKind", coalesce(q.context -> 'about' ->> 'id', c.about_id) as "aboutId"`

/** The message a turn answers, unless it was read for statements already: whoever ends the turn marks it as read. */
export async function takeTelling(handle: Handle, turnId: string): Promise<TellingRow | undefined> {
  return handle.first(
    TellingRow,
    sql`with question as (
        select q.*, t.conversation_id as conversation from turns t join messages q on q.id = t.message_id where t.id = ${turnId}::uuid),
      mark as (
        insert into memory_marks (conversation_id, stated_seq) select conversation, seq from question
        on conflict (conversation_id) do update set stated_seq = excluded.stated_seq, updated_at = now()
          where memory_marks.stated_seq < excluded.stated_seq
        returning conversation_id)
      select ${TELLING} from question q join mark on mark.conversation_id = q.conversation join conversations c on c.id = q.conversation`,
  )
}

const UnreadRow = z.object({
  memberId: z.string(),
  persona: z.string(),
  extractedSeq: z.int(),
  lastAt: z.date(),
  lastTurnId: z.string(),
})
export type UnreadRow = z.infer<typeof UnreadRow>

/** How far a conversation has been read, and when it last moved. */
export function findUnread(handle: Handle, conversationId: string): Promise<UnreadRow | undefined> {
  return handle.first(
    UnreadRow,
    sql`select c.member_id as "memberId", c.persona, coalesce(k.extracted_seq, 0) as "extractedSeq", last.created_at as "lastAt",
        last.turn_id as "lastTurnId"
      from conversations c left join memory_marks k on k.conversation_id = c.id
        join lateral (select created_at, turn_id from messages where conversation_id = c.id order by seq desc limit 1) last on true
      where c.id = ${conversationId}::uuid`,
  )
}

/** Conversations that moved in this span and hold a member's message that was not read, the last to move first. */
export async function listUnread(
  handle: Handle,
  { from, to, limit }: { readonly from: Date; readonly to: Date; readonly limit: number },
): Promise<string[]> {
  const rows = await handle.rows(
    z.object({ id: z.string() }),
    sql`select c.id from conversations c left join memory_marks k on k.conversation_id = c.id
      where c.updated_at between ${from} and ${to} and exists (select 1 from messages q
        where q.conversation_id = c.id and q.role = 'user' and q.seq > coalesce(k.extracted_seq, 0))
      order by c.updated_at desc limit ${limit}`,
  )
  return rows.map(({ id }) => id)
}

/** The member's own messages after `after`: never an answer, a tool's result or a recalled memory. */
export function selectTold(
  handle: Handle,
  conversationId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<TellingRow[]> {
  return handle.rows(
    TellingRow,
    sql`select ${TELLING} from messages q join conversations c on c.id = q.conversation_id
      where q.conversation_id = ${conversationId}::uuid and q.role = 'user' and q.seq > ${after} order by q.seq limit ${limit}`,
  )
}

/** False when another run has read this far already. */
export async function markExtracted(
  handle: Handle,
  conversationId: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<boolean> {
  const marked =
    await handle.run(sql`insert into memory_marks (conversation_id, extracted_seq) values (${conversationId}::uuid, ${to})
    on conflict (conversation_id) do update set extracted_seq = ${to}, updated_at = now() where memory_marks.extracted_seq = ${from}`)
  return marked > 0
}

const TranscriptRow = z.object({
  id: z.string(),
  body: z.string(),
  onDay: z.string(),
  dealId: z.string().nullable(),
  dealName: z.string().nullable(),
  clientId: z.string().nullable(),
  clientName: z.string().nullable(),
})
export type TranscriptRow = z.infer<typeof TranscriptRow>

/** Those of these calls that nothing was learnt from yet. */
export function selectUnreadTranscripts(handle: Handle, ids: readonly string[]): Promise<TranscriptRow[]> {
  return handle.rows(
    TranscriptRow,
    sql`select t.id, left(t.body, 100000) as body, t.on_day as "onDay", d.id as "dealId", d.name as "dealName", c.id as "clientId",
        c.name as "clientName"
      from transcripts t left join deals d on d.id = t.deal_id left join clients c on c.id = coalesce(t.client_id, d.client_id)
      where t.id = any(${ids}::text[])
        and not exists (select 1 from memories m where m.source_kind = 'transcript' and m.source_id = t.id)
      order by t.id`,
  )
}
