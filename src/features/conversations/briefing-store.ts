import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

interface BriefingRow {
  readonly id: string
  readonly memberId: string
  readonly persona: string
  readonly title: string
  readonly markdown: string
}

/** Conversation and first message; false when they are there. The message names itself as its turn, which is none: no such turn exists. */
export async function insertBriefingConversation(handle: Handle, row: BriefingRow): Promise<boolean> {
  const inserted =
    await handle.run(sql`insert into conversations (id, member_id, persona, title, has_own_title, message_count)
    values (${row.id}, ${row.memberId}, ${row.persona}, ${row.title}, true, 1) on conflict (id) do nothing`)
  if (inserted === 0) return false
  const messageId = createId()
  await handle.run(sql`insert into messages (id, conversation_id, seq, role, text, turn_id, status)
    values (${messageId}, ${row.id}, 1, 'assistant', ${row.markdown}, ${messageId}, 'complete')`)
  return true
}
