import { z } from 'zod'
import type { MemoryAudience, MemorySubjectRef } from '#domain/memory/memory.ts'
import type { Day } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const IdRow = z.object({ id: z.string() })

/** Active memories whose last day has passed. */
export async function selectExpiredIds(handle: Handle, today: Day, limit: number): Promise<string[]> {
  const rows = await handle.rows(
    IdRow,
    sql`select id from memories where status = 'active' and expires_on < ${today}::date order by id limit ${limit}`,
  )
  return rows.map((row) => row.id)
}

const GroupRow = z.object({
  memberId: z.string().nullable(),
  audience: z.enum(['member', 'record', 'team', 'company']),
  subjectKind: z.enum(['member', 'contact', 'rep', 'client', 'deal', 'company']).nullable(),
  subjectId: z.string().nullable(),
})

export interface SubjectGroup {
  readonly circle: { readonly memberId: string | null; readonly audience: MemoryAudience }
  readonly subject: MemorySubjectRef | null
}

/** Owners' subjects with more than one memory, the last changed first. */
export async function selectGroups(handle: Handle, limit: number): Promise<SubjectGroup[]> {
  const rows = await handle.rows(
    GroupRow,
    sql`select member_id as "memberId", audience, subject_kind as "subjectKind", subject_id as "subjectId" from memories
      where status = 'active' and audience <> 'team' group by 1, 2, 3, 4 having count(*) > 1 order by max(change_seq) desc limit ${limit}`,
  )
  return rows.map(({ memberId, audience, subjectKind, subjectId }) => ({
    circle: { memberId, audience },
    subject: subjectKind === null || subjectId === null ? null : { kind: subjectKind, id: subjectId },
  }))
}

const OwnerRow = z.object({ memberId: z.string(), persona: z.string().nullable(), count: z.int() })

/** Members with more memories of one colleague than `least`. */
export function selectFullOwners(handle: Handle, least: number): Promise<z.infer<typeof OwnerRow>[]> {
  return handle.rows(
    OwnerRow,
    sql`select member_id as "memberId", persona, count(*)::int as count from memories
      where status = 'active' and member_id is not null group by 1, 2 having count(*) > ${least}`,
  )
}

const EvictableRow = z.object({
  id: z.string(),
  kind: z.enum(['fact', 'episode', 'procedure']),
  strength: z.number(),
  strengthAt: z.date(),
  isPinned: z.boolean(),
  expiresOn: z.string().nullable(),
})

export function selectEvictable(
  handle: Handle,
  owner: { readonly memberId: string; readonly persona: string | null },
): Promise<z.infer<typeof EvictableRow>[]> {
  return handle.rows(
    EvictableRow,
    sql`select id, kind, strength, strength_at as "strengthAt", is_pinned as "isPinned", expires_on as "expiresOn" from memories
      where status = 'active' and member_id = ${owner.memberId}::uuid and persona is not distinct from ${owner.persona}`,
  )
}

/** What the subject of a memory is called. */
export async function findLabel(handle: Handle, id: string): Promise<string> {
  const Row = z.object({ label: z.string() })
  const row = await handle.first(
    Row,
    sql`select coalesce(subject_label, '') as label from memories where id = ${id}::uuid`,
  )
  return row?.label ?? ''
}

/** A summary goes when one of those it was made from goes. */
export async function insertOrigins(handle: Handle, memoryId: string, originIds: readonly string[]): Promise<void> {
  await handle.run(
    sql`insert into memory_origins (memory_id, origin_id) select ${memoryId}::uuid, unnest(${originIds}::uuid[])`,
  )
}

const QuietRow = z.object({
  conversationId: z.string(),
  memberId: z.string(),
  persona: z.string(),
  title: z.string(),
  day: z.string(),
})

/** Long conversations that came to rest before `before` and have no episode that was made after their last message. */
export function selectQuiet(
  handle: Handle,
  wish: { readonly before: Date; readonly messages: number; readonly limit: number },
): Promise<z.infer<typeof QuietRow>[]> {
  return handle.rows(
    QuietRow,
    sql`select c.id as "conversationId", c.member_id as "memberId", c.persona, c.title, (c.updated_at at time zone 'UTC')::date as day
      from conversations c where c.updated_at < ${wish.before} and c.message_count >= ${wish.messages}
        and not exists (select 1 from memories m where m.conversation_id = c.id and m.kind = 'episode' and m.created_at > c.updated_at)
      order by c.updated_at limit ${wish.limit}`,
  )
}

const SaidRow = z.object({ text: z.string() })

/** What the member said in a conversation, the first first. */
export function selectSaid(handle: Handle, conversationId: string): Promise<z.infer<typeof SaidRow>[]> {
  return handle.rows(
    SaidRow,
    sql`select left(text, 4000) as text from messages where conversation_id = ${conversationId}::uuid and role = 'user' order by seq limit 60`,
  )
}
