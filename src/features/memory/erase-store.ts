import { z } from 'zod'
import type { MemorySubjectRef } from '#domain/memory/memory.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const GoneRow = z.object({
  id: z.string(),
  audience: z.string(),
  subjectKind: z.string().nullable(),
  subjectId: z.string().nullable(),
})
export type GoneRow = z.infer<typeof GoneRow>

const GONE = sql`m.id, m.audience, m.subject_kind as "subjectKind", m.subject_id as "subjectId"`

/** The name of a person, by which memories about other things speak of them. */
function personName({ kind, id }: MemorySubjectRef): Sql {
  switch (kind) {
    case 'contact':
      return sql`(select name from contacts where id = ${id})`
    case 'rep':
      return sql`(select name from reps where id = ${id})`
    case 'member':
      return sql`(select name from members where id::text = ${id})`
    case 'client':
    case 'deal':
    case 'company':
      return sql`null::text`
  }
}

/**
 * Deletes everything about a subject: what is filed under it, what names a person in its words or its history, and what a
 * member told only about themselves. History, marks of use and vectors go with the rows; triggers do the rest.
 */
export async function eraseSubject(handle: Handle, subject: MemorySubjectRef): Promise<GoneRow[]> {
  const ownWords =
    subject.kind === 'member' ? sql`m.member_id::text = ${subject.id} and m.subject_id is null` : sql`false`
  return handle.rows(
    GoneRow,
    sql`with person as (select lower(${personName(subject)}) as name)
      delete from memories m using person
      where (m.subject_kind = ${subject.kind} and m.subject_id = ${subject.id}) or (${ownWords})
        or (person.name <> '' and (strpos(lower(m.text), person.name) > 0 or lower(m.slot_value) = person.name
          or exists (select 1 from memory_history h where h.memory_id = m.id
            and (strpos(lower(h.before ->> 'text'), person.name) > 0 or strpos(lower(h.after ->> 'text'), person.name) > 0))))
      returning ${GONE}`,
  )
}

export interface MemorySource {
  readonly kind: 'message' | 'transcript' | 'import' | 'conversation' | 'member'
  readonly id: string
}

/** Deletes everything that was learnt from a source. */
export async function eraseSource(handle: Handle, { kind, id }: MemorySource): Promise<GoneRow[]> {
  return handle.rows(GoneRow, sql`delete from memories m where ${cameFrom(kind, id)} returning ${GONE}`)
}

function cameFrom(kind: MemorySource['kind'], id: string): Sql {
  if (kind === 'conversation') return sql`m.conversation_id::text = ${id}`
  if (kind === 'member') return sql`m.member_id::text = ${id}`
  // An import's calls are its own: what was learnt from them came from it too.
  if (kind === 'import')
    return sql`((m.source_kind = 'import' and m.source_id = ${id}) or (m.source_kind = 'transcript'
      and exists (select 1 from transcripts t where t.id = m.source_id and t.source = ${id})))`
  return sql`m.source_kind = ${kind} and m.source_id = ${id}`
}

/** Deletes what was let go of before `before`, and marks of deletion that every process has long seen. */
export async function removeOld(handle: Handle, before: Date): Promise<number> {
  const removed = await handle.run(sql`delete from memories where status = 'forgotten' and updated_at < ${before}`)
  await handle.run(sql`delete from memory_tombstones where at < ${before}`)
  return removed
}
