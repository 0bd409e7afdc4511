import { z } from 'zod'
import type { Conversation } from '#contract/conversations.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const ConversationRow = z
  .object({
    id: z.string(),
    persona: z.string(),
    title: z.string(),
    about_kind: z.string().nullable(),
    about_id: z.string().nullable(),
    message_count: z.int(),
    active_turn_id: z.string().nullable(),
    created_at: z.date(),
    updated_at: z.date(),
    place: z.string(),
  })
  .transform((row): { conversation: Conversation; place: string } => ({
    place: row.place,
    conversation: {
      id: row.id,
      persona: row.persona,
      title: row.title,
      about: row.about_kind !== null && row.about_id !== null ? { kind: row.about_kind, id: row.about_id } : null,
      messageCount: row.message_count,
      activeTurnId: row.active_turn_id,
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    },
  }))

// `place` keeps the microseconds that a JavaScript date would lose; the page cursor needs them.
const COLUMNS = sql`c.id, c.persona, c.title, c.about_kind, c.about_id, c.message_count, c.created_at, c.updated_at,
  c.updated_at::text as place,
  (select t.id from turns t where t.conversation_id = c.id and t.status in ('queued', 'running', 'waiting')
   order by t.created_at, t.id limit 1) as active_turn_id`

interface ConversationInsert {
  readonly id: string
  readonly memberId: string
  readonly persona: string
  readonly title: string
  readonly hasOwnTitle: boolean
  readonly about: { readonly kind: string; readonly id: string } | undefined
}

export async function insertConversation(handle: Handle, row: ConversationInsert): Promise<void> {
  await handle.run(sql`insert into conversations (id, member_id, persona, title, has_own_title, about_kind, about_id)
    values (${row.id}, ${row.memberId}, ${row.persona}, ${row.title}, ${row.hasOwnTitle}, ${row.about?.kind ?? null}, ${row.about?.id ?? null})`)
}

export async function findConversation(
  handle: Handle,
  memberId: string,
  id: string,
): Promise<Conversation | undefined> {
  const found = await handle.first(
    ConversationRow,
    sql`select ${COLUMNS} from conversations c where c.id = ${id} and c.member_id = ${memberId}`,
  )
  return found?.conversation
}

interface ConversationFilter {
  readonly memberId: string
  readonly persona: string | undefined
  /** Full words, the last of which may be unfinished. */
  readonly words: readonly string[]
  readonly before: { readonly place: string; readonly id: string } | undefined
  readonly limit: number
}

/** Newest change first; one row more than a page tells whether another follows. */
export async function selectConversations(
  handle: Handle,
  filter: ConversationFilter,
): Promise<{ conversation: Conversation; place: string }[]> {
  const persona = filter.persona === undefined ? sql`` : sql`and c.persona = ${filter.persona}`
  const before = filter.before
    ? sql`and (c.updated_at, c.id) < (${filter.before.place}::timestamptz, ${filter.before.id}::uuid)`
    : sql``
  return handle.rows(
    ConversationRow,
    sql`select ${COLUMNS} from conversations c where c.member_id = ${filter.memberId} ${persona} ${before} ${matching(filter.words)}
      order by c.updated_at desc, c.id desc limit ${filter.limit}`,
  )
}

function matching(words: readonly string[]): Sql {
  if (words.length === 0) return sql``
  const query = words.map((word) => `${word}:*`).join(' & ')
  return sql`and (c.search @@ to_tsquery('simple', ${query})
    or exists (select 1 from messages m where m.conversation_id = c.id and m.search @@ to_tsquery('simple', ${query})))`
}

export async function updateTitle(
  handle: Handle,
  change: { memberId: string; id: string; title: string },
): Promise<boolean> {
  const changed =
    await handle.run(sql`update conversations set title = ${change.title}, has_own_title = true, updated_at = now()
    where id = ${change.id} and member_id = ${change.memberId}`)
  return changed > 0
}

/** Removes a conversation with all that hangs on it, its journal included; answers the turns that were still open. */
export async function removeConversation(handle: Handle, memberId: string, id: string): Promise<string[] | undefined> {
  const locked = await handle.first(
    z.object({ id: z.string() }),
    sql`select id from conversations where id = ${id} and member_id = ${memberId} for update`,
  )
  if (!locked) return undefined
  const open = await handle.rows(
    z.object({ id: z.string() }),
    sql`select id from turns where conversation_id = ${id} and status in ('queued', 'running', 'waiting')`,
  )
  await handle.run(sql`delete from turn_events where turn_id in (select id from turns where conversation_id = ${id})`)
  await handle.run(sql`delete from conversations where id = ${id}`)
  return open.map((turn) => turn.id)
}
