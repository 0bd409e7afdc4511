import { z } from 'zod'
import { MemoryHistoryEntry } from '#contract/memory.ts'
import type { MemoryAudience, MemoryKind, MemoryStatus, MemoryTrust } from '#domain/memory/memory.ts'
import type { Day } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** The columns that a change may touch, by their own names: what memory_snapshot() keeps. */
export const Snapshot = z.object({
  text: z.string(),
  slot_value: z.string().nullable(),
  audience: z.enum(['member', 'record', 'team', 'company']),
  team_id: z.string().nullable(),
  is_pinned: z.boolean(),
  is_sensitive: z.boolean(),
  expires_on: z.string().nullable(),
  trust: z.enum(['stated', 'inferred', 'imported', 'untrusted']),
  status: z.enum(['active', 'quarantined', 'superseded', 'merged', 'forgotten']),
  superseded_by: z.string().nullable(),
})
export type Snapshot = z.infer<typeof Snapshot>

export interface ChangeNote {
  readonly change: z.infer<typeof MemoryHistoryEntry>['change']
  /** null: Sophia herself. */
  readonly memberId: string | null
  /** Never text of another memory: it would outlive that one's erasure. */
  readonly reason: string | null
  readonly at: Date
}

export interface MemoryToInsert {
  readonly id: string
  readonly kind: MemoryKind
  readonly persona: string | null
  readonly audience: MemoryAudience
  readonly memberId: string | null
  readonly teamId: string | null
  readonly subject: { readonly kind: string; readonly id: string; readonly label: string } | null
  readonly slot: string | null
  readonly slotValue: string | null
  readonly text: string
  readonly strength: number
  readonly isPinned: boolean
  readonly isSensitive: boolean
  readonly trust: MemoryTrust
  readonly status: Extract<MemoryStatus, 'active' | 'quarantined'>
  readonly source: {
    readonly kind: 'message' | 'transcript' | 'import' | 'manual'
    readonly id: string
    readonly seq: number | null
    readonly conversationId: string | null
  }
  readonly onDay: Day
  readonly expiresOn: Day | null
}

export async function insertMemory(handle: Handle, memory: MemoryToInsert, note: ChangeNote): Promise<void> {
  const { subject, source } = memory
  await handle.run(sql`insert into memories (id, kind, persona, audience, member_id, team_id, subject_kind, subject_id, subject_label,
      slot, slot_value, text, strength, strength_at, is_pinned, is_sensitive, trust, status, source_kind, source_id, source_seq,
      conversation_id, on_day, expires_on, created_at, updated_at)
    values (${memory.id}, ${memory.kind}, ${memory.persona}, ${memory.audience}, ${memory.memberId}, ${memory.teamId},
      ${subject?.kind ?? null}, ${subject?.id ?? null}, ${subject?.label ?? null}, ${memory.slot}, ${memory.slotValue}, ${memory.text},
      ${memory.strength}, ${note.at}, ${memory.isPinned}, ${memory.isSensitive}, ${memory.trust}, ${memory.status}, ${source.kind},
      ${source.id}, ${source.seq}, ${source.conversationId}, ${memory.onDay}::date, ${memory.expiresOn}::date, ${note.at}, ${note.at})`)
  await handle.run(sql`insert into memory_history (memory_id, n, at, member_id, change, after, reason)
    select m.id, 1, ${note.at}, ${note.memberId}::uuid, ${note.change}, memory_snapshot(m), ${note.reason}
    from memories m where m.id = ${memory.id}::uuid`)
}

/**
 * Sets the named columns of these memories, keeps what they were, and gives each a new place in the sequence of changes.
 * A changed text loses its vector. Answers how many changed.
 */
export async function changeMemories(
  handle: Handle,
  ids: readonly string[],
  { patch, note }: { readonly patch: Partial<Snapshot>; readonly note: ChangeNote },
): Promise<number> {
  if (ids.length === 0) return 0
  return handle.run(sql`with old as (
      select m.id, memory_snapshot(m) as before,
        (select coalesce(max(h.n), 0) + 1 from memory_history h where h.memory_id = m.id) as n
      from memories m where m.id = any(${ids}::uuid[]) order by m.id for update of m),
    changed as (
      update memories m set
        (text, slot_value, audience, team_id, is_pinned, is_sensitive, expires_on, trust, status, superseded_by, embedding, embedding_model) =
        (select p.text, p.slot_value, p.audience, p.team_id, p.is_pinned, p.is_sensitive, p.expires_on, p.trust, p.status, p.superseded_by,
          case when p.text = m.text then m.embedding end, case when p.text = m.text then m.embedding_model end
         from jsonb_populate_record(m, ${JSON.stringify(patch)}::jsonb) p),
        change_seq = nextval('memory_changes_seq'), updated_at = ${note.at}
      from old where m.id = old.id
      returning m.id, old.n, old.before, memory_snapshot(m) as after)
    insert into memory_history (memory_id, n, at, member_id, change, before, after, reason)
    select id, n, ${note.at}, ${note.memberId}::uuid, ${note.change}, before, after, ${note.reason} from changed`)
}

/** Worth anew as of `at`, without history: said or used again. */
export async function setStrength(
  handle: Handle,
  rows: readonly { readonly id: string; readonly strength: number; readonly uses: number }[],
  at: Date,
): Promise<void> {
  if (rows.length === 0) return
  await handle.run(sql`update memories m set strength = w.strength, strength_at = ${at}, use_count = m.use_count + w.uses,
      last_used_at = case when w.uses > 0 then ${at} else m.last_used_at end
    from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.strength)}::real[], ${rows.map((row) => row.uses)}::int[])
      as w (id, strength, uses) where m.id = w.id`)
}

const HistoryRow = z.object({
  n: z.int(),
  at: z.date(),
  by: z.string().nullable(),
  change: MemoryHistoryEntry.shape.change,
  before: Snapshot.nullable(),
  after: Snapshot.nullable(),
  reason: z.string().nullable(),
})
export type HistoryRow = z.infer<typeof HistoryRow>

/** Every change of a memory, the first one first. */
export function selectHistory(handle: Handle, id: string): Promise<HistoryRow[]> {
  return handle.rows(
    HistoryRow,
    sql`select h.n, h.at, p.name as by, h.change, h.before, h.after, h.reason from memory_history h
      left join members p on p.id = h.member_id where h.memory_id = ${id}::uuid order by h.n`,
  )
}

const IdRow = z.object({ id: z.string() })

/** The memories that this one took the place of. */
export async function selectReplacedIds(handle: Handle, id: string): Promise<string[]> {
  const rows = await handle.rows(
    IdRow,
    sql`select id from memories where superseded_by = ${id}::uuid and status in ('superseded', 'merged')`,
  )
  return rows.map((row) => row.id)
}

/** Active memories of the same owner and audience that hold another value of the same thing. */
export async function selectRivalIds(handle: Handle, id: string): Promise<string[]> {
  const rows = await handle.rows(
    IdRow,
    sql`select r.id from memories m join memories r on r.id <> m.id and r.status = 'active' and r.slot = m.slot
        and r.subject_kind = m.subject_kind and r.subject_id = m.subject_id and r.audience = m.audience
        and r.member_id is not distinct from m.member_id
      where m.id = ${id}::uuid and m.slot is not null`,
  )
  return rows.map((row) => row.id)
}
