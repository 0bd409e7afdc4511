import { z } from 'zod'
import { dayOf, type Day } from '#domain/day.ts'
import { embedHashed } from '#domain/memory/embed-hashed.ts'
import type { KnownMemory, MemoryAudience, MemorySubjectRef } from '#domain/memory/memory.ts'
import { strengthOn } from '#domain/memory/strength.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const KnownRow = z.object({
  id: z.string(),
  kind: z.enum(['fact', 'episode', 'procedure']),
  subjectKind: z.enum(['member', 'contact', 'rep', 'client', 'deal', 'company']).nullable(),
  subjectId: z.string().nullable(),
  slot: z.string().nullable(),
  slotValue: z.string().nullable(),
  text: z.string(),
  onDay: z.string(),
  strength: z.number(),
  strengthAt: z.date(),
  isPinned: z.boolean(),
})

const KNOWN = sql`m.id, m.kind, m.subject_kind as "subjectKind", m.subject_id as "subjectId", m.slot, m.slot_value as "slotValue",
  m.text, m.on_day as "onDay", m.strength, m.strength_at as "strengthAt", m.is_pinned as "isPinned"`

export interface Circle {
  /** null: of no member. */
  readonly memberId: string | null
  readonly audience: MemoryAudience
}

function inCircle({ memberId, audience }: Circle): Sql {
  return sql`m.status = 'active' and m.member_id is not distinct from ${memberId}::uuid and m.audience = ${audience}`
}

/** One at a time writes what a member said, so that a slot never gets two values at once. */
export async function lockCircle(handle: Handle, { memberId, audience }: Circle): Promise<void> {
  await handle.run(
    sql`select pg_advisory_xact_lock(hashtextextended(${`sophia memories ${memberId ?? ''} ${audience}`}, 0))`,
  )
}

interface Likeness {
  readonly subject: MemorySubjectRef | null
  readonly slot: string | null
  readonly text: string
}

const LIKE_ROWS = 20

/** What is known already of the same thing: the slot's values, and what shares most words about the same subject. */
export async function selectKnown(
  handle: Handle,
  circle: Circle,
  { like, today }: { readonly like: Likeness; readonly today: Day },
): Promise<KnownMemory[]> {
  const { subject, slot } = like
  const about = sql`m.subject_kind is not distinct from ${subject?.kind ?? null} and m.subject_id is not distinct from ${subject?.id ?? null}`
  const words = like.text.match(/[\p{L}\p{N}]{2,}/gu) ?? []
  const query = words.length === 0 ? 'nothing' : [...new Set(words)].join(' | ')
  const rows = await handle.rows(
    KnownRow,
    sql`(select ${KNOWN} from memories m where ${inCircle(circle)} and ${about} and m.slot = ${slot})
      union (select ${KNOWN} from memories m where ${inCircle(circle)} and ${about} and m.search @@ to_tsquery('english', ${query})
        order by ts_rank(m.search, to_tsquery('english', ${query})) desc, m.id limit ${LIKE_ROWS})`,
  )
  return rows.map((row) => toKnown(row, today))
}

/** Everything active of a circle about one subject, for the nightly look; the weakest are left out beyond `limit`. */
export async function selectCircle(
  handle: Handle,
  circle: Circle,
  { subject, today, limit }: { readonly subject: MemorySubjectRef | null; readonly today: Day; readonly limit: number },
): Promise<KnownMemory[]> {
  const rows = await handle.rows(
    KnownRow,
    sql`select ${KNOWN} from memories m where ${inCircle(circle)}
        and m.subject_kind is not distinct from ${subject?.kind ?? null} and m.subject_id is not distinct from ${subject?.id ?? null}
      order by m.strength desc, m.id limit ${limit}`,
  )
  return rows.map((row) => toKnown(row, today))
}

function toKnown(row: z.infer<typeof KnownRow>, today: Day): KnownMemory {
  const { subjectKind, subjectId, strengthAt, ...rest } = row
  return {
    ...rest,
    subject: subjectKind === null || subjectId === null ? null : { kind: subjectKind, id: subjectId },
    strength: strengthOn({ ...rest, strengthOn: dayOf(strengthAt) }, today),
    // Whatever model recall uses: likeness is judged by the one that is the same everywhere.
    embedding: embedHashed(row.text),
  }
}
