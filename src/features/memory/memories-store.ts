import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { afterCursor, encodeCursor, keysetOrder, type Keyset } from '#platform/postgres/keyset.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'
import { MEMORIES_JOINED, memoryColumns, MemoryRow } from './memory-row-store.ts'
import { visibleMemories } from './memory-scope-store.ts'

export interface MemoryFilter {
  /** Words that must all occur; the last one may be unfinished. */
  readonly words: readonly string[]
  readonly kind?: string | undefined
  readonly persona?: string | undefined
  readonly subjectKind?: string | undefined
  readonly subjectId?: string | undefined
  readonly conversationId?: string | undefined
  readonly status: string
  readonly cursor?: string | undefined
  readonly limit: number
  readonly today: Day
}

const LAST_CHANGED: Keyset = {
  sort: 'changed',
  direction: 'desc',
  key: sql`m.change_seq`,
  id: sql`m.id`,
  type: 'int8',
}

/** One page in the principal's sight, the last changed first. */
export async function selectMemories(
  handle: Handle,
  principal: Principal,
  filter: MemoryFilter,
): Promise<{ rows: MemoryRow[]; nextCursor: string | null }> {
  const found = await handle.rows(
    MemoryRow,
    sql`select ${memoryColumns(principal)} from ${MEMORIES_JOINED}
      where ${joinSql(conditionsOf(principal, filter), ' and ')} and ${afterCursor(LAST_CHANGED, filter.cursor)}
      order by ${keysetOrder(LAST_CHANGED)} limit ${filter.limit + 1}`,
  )
  const rows = found.slice(0, filter.limit)
  const last = rows.at(-1)
  const hasMore = found.length > rows.length && last !== undefined
  return { rows, nextCursor: hasMore ? encodeCursor(LAST_CHANGED, { key: String(last.changeSeq), id: last.id }) : null }
}

function conditionsOf(principal: Principal, filter: MemoryFilter): Sql[] {
  const { persona, subjectKind, subjectId, conversationId } = filter
  const conditions = [visibleMemories(principal), sql`m.status = ${filter.status}`]
  if (filter.status === 'active') conditions.push(sql`(m.expires_on is null or m.expires_on >= ${filter.today}::date)`)
  if (filter.kind !== undefined) conditions.push(sql`m.kind = ${filter.kind}`)
  if (persona !== undefined) conditions.push(sql`(m.persona is null or m.persona = ${persona})`)
  if (subjectKind !== undefined) conditions.push(sql`m.subject_kind = ${subjectKind}`)
  if (subjectId !== undefined) conditions.push(sql`m.subject_id = ${subjectId}`)
  // Conversations are private: what was learnt in another member's cannot be asked for by it.
  if (conversationId !== undefined)
    conditions.push(sql`m.conversation_id = ${conversationId}::uuid and m.member_id = ${principal.memberId}::uuid`)
  if (filter.words.length > 0) conditions.push(matching(filter.words))
  return conditions
}

function matching(words: readonly string[]): Sql {
  const query = words.map((word) => `${word}:*`).join(' & ')
  return sql`m.search @@ to_tsquery('english', ${query})`
}

/** The memory, when the principal sees it. */
export function findMemory(handle: Handle, principal: Principal, id: string): Promise<MemoryRow | undefined> {
  return handle.first(
    MemoryRow,
    sql`select ${memoryColumns(principal)} from ${MEMORIES_JOINED} where m.id = ${id}::uuid and ${visibleMemories(principal)}`,
  )
}

/** Those of these that the principal sees and that hold. */
export function selectMemoriesById(handle: Handle, principal: Principal, ids: readonly string[]): Promise<MemoryRow[]> {
  return handle.rows(
    MemoryRow,
    sql`select ${memoryColumns(principal)} from ${MEMORIES_JOINED}
      where m.id = any(${ids}::uuid[]) and m.status in ('active', 'superseded') and ${visibleMemories(principal)}`,
  )
}

/** As findMemory, and held until the transaction ends. */
export function lockMemory(handle: Handle, principal: Principal, id: string): Promise<MemoryRow | undefined> {
  return handle.first(
    MemoryRow,
    sql`select ${memoryColumns(principal)} from ${MEMORIES_JOINED}
      where m.id = ${id}::uuid and ${visibleMemories(principal)} for update of m`,
  )
}

const ReplacedRow = z.object({ id: z.string(), text: z.string() })

/** What a memory took the place of, the last one first. */
export function findReplaced(
  handle: Handle,
  principal: Principal,
  id: string,
): Promise<z.infer<typeof ReplacedRow> | undefined> {
  return handle.first(
    ReplacedRow,
    sql`select m.id, m.text from memories m where m.superseded_by = ${id}::uuid and m.status = 'superseded'
      and ${visibleMemories(principal)} order by m.change_seq desc limit 1`,
  )
}
