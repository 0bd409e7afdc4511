import { z } from 'zod'
import { Question } from '#contract/questions.ts'
import type { AnswerContent } from '#domain/question.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { fromNow, type Held } from './turns-store.ts'

export type QuestionStatus = 'waiting' | 'accepted' | 'declined' | 'expired' | 'withdrawn'

const Content = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))

const QuestionRow = z
  .object({
    id: z.string(),
    call_id: z.string(),
    question: Question,
    status: z.enum(['waiting', 'accepted', 'declined', 'expired', 'withdrawn']),
    content: Content.nullable(),
    expires_at: z.date(),
    is_expired: z.boolean(),
  })
  .transform((row) => ({
    id: row.id,
    callId: row.call_id,
    question: row.question,
    status: row.status,
    content: row.content,
    expiresAt: row.expires_at,
    isExpired: row.is_expired,
  }))

/** `isExpired` is as of when it was read, on the database's clock, as of a call. */
export type StoredQuestion = z.infer<typeof QuestionRow>

const COLUMNS = sql`id, call_id, question, status, content, expires_at, expires_at <= clock_timestamp() as is_expired`

type FreshQuestion = Pick<StoredQuestion, 'id' | 'callId' | 'question'> & { readonly approvalMs: number }

/** A question that waits for so long; undefined when the turn is held by somebody else, and then nobody may be asked. */
export async function insertQuestion(
  handle: Handle,
  turn: Held,
  asked: FreshQuestion,
): Promise<StoredQuestion | undefined> {
  const { id, callId, question, approvalMs } = asked
  return handle.first(
    QuestionRow,
    sql`insert into tool_questions (id, turn_id, call_id, question, expires_at)
      select ${id}, ${turn.id}, ${callId}, ${JSON.stringify(question)}::jsonb, ${fromNow(approvalMs)}
      where exists (select 1 from turns where id = ${turn.id} and fence = ${turn.fence} and status in ('running', 'waiting'))
      returning ${COLUMNS}`,
  )
}

export async function findQuestion(handle: Handle, id: string): Promise<StoredQuestion | undefined> {
  return handle.first(QuestionRow, sql`select ${COLUMNS} from tool_questions where id = ${id}`)
}

/** A question of a member's own turn. */
export async function lockMemberQuestion(
  handle: Handle,
  request: { readonly memberId: string; readonly turnId: string; readonly questionId: string },
): Promise<StoredQuestion | undefined> {
  return handle.first(
    QuestionRow,
    sql`select ${COLUMNS} from tool_questions
      where id = ${request.questionId} and turn_id = ${request.turnId}
        and exists (select 1 from turns t where t.id = ${request.turnId} and t.member_id = ${request.memberId})
      for update`,
  )
}

export async function answerStoredQuestion(
  handle: Handle,
  answer: { readonly id: string; readonly status: QuestionStatus; readonly content: AnswerContent | null },
): Promise<void> {
  await handle.run(sql`update tool_questions
    set status = ${answer.status}, content = ${answer.content === null ? null : JSON.stringify(answer.content)}::jsonb
    where id = ${answer.id}`)
}

/** Nobody waits for it any more: what was answered is forgotten, and what was not is over. */
export async function closeQuestion(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`update tool_questions set content = null,
      status = case when status <> 'waiting' then status when expires_at <= clock_timestamp() then 'expired' else 'withdrawn' end
    where id = ${id}`)
}

/** Those of earlier attempts: whoever asked them is gone. */
export async function withdrawQuestions(handle: Handle, turnId: string): Promise<void> {
  await handle.run(sql`update tool_questions
    set status = case when status = 'waiting' then 'withdrawn' else status end, content = null
    where turn_id = ${turnId} and (status = 'waiting' or content is not null)`)
}
