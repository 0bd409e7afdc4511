import { z } from 'zod'
import { MessageCall } from '#contract/conversations.ts'
import { TurnEvent } from '#contract/turn-events.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { StoredState } from './history.ts'

const MessageRow = z
  .object({
    id: z.string(),
    conversation_id: z.string(),
    seq: z.int(),
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    turn_id: z.string(),
    status: z.string().nullable(),
    tokens: z.int().nullable(),
    calls: z.array(MessageCall),
  })
  .transform(({ conversation_id, turn_id, ...row }) => ({ ...row, conversationId: conversation_id, turnId: turn_id }))
const TurnRow = z
  .object({
    id: z.string(),
    message_id: z.string(),
    status: z.string(),
    attempt: z.int(),
    error_code: z.string().nullable(),
  })
  .transform(({ message_id, error_code, ...row }) => ({ ...row, messageId: message_id, errorCode: error_code }))
const EventRow = z
  .object({ turn_id: z.string(), attempt: z.int(), n: z.int(), event: TurnEvent })
  .transform(({ turn_id, ...row }) => ({ ...row, turnId: turn_id }))
const LedgerRow = z
  .object({ turn_id: z.string().nullable(), tokens: z.int() })
  .transform(({ turn_id, tokens }) => ({ turnId: turn_id, tokens }))

const DraftRow = z.object({ id: z.string(), status: z.string(), failure: z.string().nullable() })

/** What the database holds of conversations, as of one moment. */
export async function readStored(database: Database): Promise<StoredState> {
  return database.inSnapshot(async (handle) => ({
    messages: await handle.rows(
      MessageRow,
      sql`select id, conversation_id, seq, role, text, turn_id, status, tools as calls,
        ((usage ->> 'input')::int + (usage ->> 'output')::int) as tokens from messages`,
    ),
    turns: await handle.rows(TurnRow, sql`select id, message_id, status, attempt, error_code from turns`),
    events: await handle.rows(EventRow, sql`select turn_id, attempt, n, event from turn_events`),
    ledger: await handle.rows(
      LedgerRow,
      sql`select turn_id, sum(input_tokens + output_tokens)::int as tokens from usage_entries group by turn_id`,
    ),
    drafts: await handle.rows(DraftRow, sql`select id, status, failure from drafts`),
  }))
}
