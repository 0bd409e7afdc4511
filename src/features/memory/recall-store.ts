import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { MemorySubjectRef } from '#domain/memory/memory.ts'
import type { RecallPlan } from '#domain/memory/recall.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, joinSql, type Sql } from '#platform/postgres/sql.ts'
import { visibleMemories } from './memory-scope-store.ts'

const CandidateRow = z.object({
  id: z.string(),
  kind: z.enum(['fact', 'episode', 'procedure']),
  status: z.enum(['active', 'superseded']),
  text: z.string(),
  subjectKind: z.enum(['member', 'contact', 'rep', 'client', 'deal', 'company']).nullable(),
  subjectId: z.string().nullable(),
  subjectLabel: z.string().nullable(),
  onDay: z.string(),
  expiresOn: z.string().nullable(),
  strength: z.number(),
  strengthAt: z.date(),
  useCount: z.int(),
  isPinned: z.boolean(),
  slot: z.string().nullable(),
  thread: z.string().nullable(),
  position: z.int().nullable(),
  hasWords: z.boolean(),
})
export type CandidateRow = z.infer<typeof CandidateRow>

export interface CandidateWish {
  readonly principal: Principal
  readonly persona: string
  readonly lookup: RecallPlan['lookup']
  /** Found by this process's vectors; rows out of sight or gone fall out here. */
  readonly nearIds: readonly string[]
  readonly subjects: readonly MemorySubjectRef[]
  readonly period: RecallPlan['period']
  readonly today: Day
}

const LEXICAL_ROWS = 60
const SUBJECT_ROWS = 30

/**
 * All that may be worth recalling: by words (the heaviest first), by sense, and by the records in question. The predicate of
 * sight stands in every branch, so nothing out of sight is even ranked. What is sensitive comes only when its words are asked for.
 */
export function selectCandidates(handle: Handle, wish: CandidateWish): Promise<CandidateRow[]> {
  const { principal, nearIds } = wish
  const isIn = permitted(wish)
  return handle.rows(
    CandidateRow,
    sql`with lexical as materialized (${lexicalRows(wish, isIn)}),
      filed as materialized (${subjectRows(wish, isIn)}),
      found as (select id from lexical union select id from filed
        union select m.id from memories m where m.id = any(${nearIds}::uuid[]) and ${isIn})
    select m.id, m.kind, m.status, m.text, m.subject_kind as "subjectKind", m.subject_id as "subjectId", m.subject_label as "subjectLabel",
      m.on_day as "onDay", m.expires_on as "expiresOn", m.strength, m.strength_at as "strengthAt", m.use_count as "useCount",
      m.is_pinned as "isPinned", m.slot,
      case when m.member_id = ${principal.memberId}::uuid then m.conversation_id end as thread, m.source_seq as position,
      exists (select 1 from lexical l where l.id = m.id) as "hasWords"
    from memories m join found on found.id = m.id
      where (not m.is_sensitive or exists (select 1 from lexical l where l.id = m.id))`,
  )
}

/** In sight, of this colleague or of all, and still or once true: what was replaced answers only questions about its time. */
function permitted({ principal, persona, period, today }: CandidateWish): Sql {
  const status = period === null ? sql`m.status = 'active'` : sql`m.status in ('active', 'superseded')`
  return sql`${status} and (m.persona is null or m.persona = ${persona})
    and (m.expires_on is null or m.expires_on >= ${today}::date) and ${visibleMemories(principal)}`
}

function lexicalRows({ lookup }: CandidateWish, isIn: Sql): Sql {
  if (lookup.length === 0) return sql`select null::uuid as id where false`
  const any = lookup.map(({ word }) => word).join(' | ')
  const weights = lookup.map(
    ({ word, weight }) => sql`${weight}::real * (m.search @@ to_tsquery('english', ${word}))::int`,
  )
  const score = weights.reduce((sum, weight) => sql`${sum} + ${weight}`)
  return sql`select m.id from memories m where m.search @@ to_tsquery('english', ${any}) and ${isIn}
    order by ${score} desc, m.id limit ${LEXICAL_ROWS}`
}

function subjectRows({ subjects }: CandidateWish, isIn: Sql): Sql {
  if (subjects.length === 0) return sql`select null::uuid as id where false`
  const any = subjects.map(({ kind, id }) => sql`(m.subject_kind = ${kind} and m.subject_id = ${id})`)
  return sql`select m.id from memories m where (${joinSql(any, ' or ')}) and ${isIn}
    order by m.is_pinned desc, m.strength desc, m.id limit ${SUBJECT_ROWS}`
}
