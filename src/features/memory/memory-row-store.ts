import { z } from 'zod'
import type { Memory } from '#contract/memory.ts'
import { dayOf, type Day } from '#domain/day.ts'
import { strengthOn } from '#domain/memory/strength.ts'
import type { Principal } from '#domain/permission.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { changeableMemories } from './memory-scope-store.ts'

const Kind = z.enum(['fact', 'episode', 'procedure'])
const SubjectKind = z.enum(['member', 'contact', 'rep', 'client', 'deal', 'company'])

export const MemoryRow = z.object({
  id: z.string(),
  kind: Kind,
  persona: z.string().nullable(),
  audience: z.enum(['member', 'record', 'team', 'company']),
  memberId: z.string().nullable(),
  memberName: z.string().nullable(),
  teamId: z.string().nullable(),
  subjectKind: SubjectKind.nullable(),
  subjectId: z.string().nullable(),
  subjectLabel: z.string().nullable(),
  slot: z.string().nullable(),
  slotValue: z.string().nullable(),
  text: z.string(),
  strength: z.number(),
  strengthAt: z.date(),
  useCount: z.int(),
  lastUsedAt: z.date().nullable(),
  isPinned: z.boolean(),
  isSensitive: z.boolean(),
  trust: z.enum(['stated', 'inferred', 'imported', 'untrusted']),
  status: z.enum(['active', 'quarantined', 'superseded', 'merged', 'forgotten']),
  sourceKind: z.enum(['message', 'transcript', 'import', 'manual']),
  sourceId: z.string(),
  sourceSeq: z.int().nullable(),
  conversationId: z.string().nullable(),
  conversationTitle: z.string().nullable(),
  transcriptTitle: z.string().nullable(),
  onDay: z.string(),
  expiresOn: z.string().nullable(),
  supersededBy: z.string().nullable(),
  changeSeq: z.int(),
  createdAt: z.date(),
  updatedAt: z.date(),
  mayChange: z.boolean(),
})
export type MemoryRow = z.infer<typeof MemoryRow>

/** Memories `m` with the names that people know them by. */
export const MEMORIES_JOINED = sql`memories m left join members o on o.id = m.member_id
  left join conversations v on v.id = m.conversation_id
  left join transcripts t on m.source_kind = 'transcript' and t.id = m.source_id`

/** The columns of MemoryRow as this principal may know them: the conversation is its owner's, even of a shared memory. */
export function memoryColumns(principal: Principal): Sql {
  const isOwn = sql`m.member_id = ${principal.memberId}::uuid`
  return sql`m.id, m.kind, m.persona, m.audience, m.member_id as "memberId", o.name as "memberName", m.team_id as "teamId",
    m.subject_kind as "subjectKind", m.subject_id as "subjectId", m.subject_label as "subjectLabel", m.slot,
    m.slot_value as "slotValue", m.text, m.strength, m.strength_at as "strengthAt", m.use_count as "useCount",
    m.last_used_at as "lastUsedAt", m.is_pinned as "isPinned", m.is_sensitive as "isSensitive", m.trust, m.status,
    m.source_kind as "sourceKind", m.source_id as "sourceId", m.source_seq as "sourceSeq",
    case when ${isOwn} then m.conversation_id end as "conversationId", case when ${isOwn} then v.title end as "conversationTitle",
    t.title as "transcriptTitle", m.on_day as "onDay", m.expires_on as "expiresOn", m.superseded_by as "supersededBy",
    m.change_seq as "changeSeq", m.created_at as "createdAt", m.updated_at as "updatedAt",
    ${changeableMemories(principal)} as "mayChange"`
}

/** Strength on a day by the rule of the domain. */
export function strengthToday(
  row: Pick<MemoryRow, 'kind' | 'strength' | 'strengthAt' | 'isPinned'>,
  today: Day,
): number {
  const { kind, strength, strengthAt, isPinned } = row
  return strengthOn({ kind, strength, strengthOn: dayOf(strengthAt), isPinned }, today)
}

/** A row as the contract shows it. */
export function presentMemory(row: MemoryRow, today: Day): Memory {
  const { id, kind, persona, audience, slot, text, isPinned, isSensitive, trust, status, useCount, mayChange } = row
  const subject =
    row.subjectKind === null || row.subjectId === null
      ? null
      : { kind: row.subjectKind, id: row.subjectId, label: row.subjectLabel ?? row.subjectId }
  return {
    id,
    kind,
    persona,
    audience,
    owner: row.memberId === null ? null : { memberId: row.memberId, name: row.memberName ?? '' },
    subject,
    slot,
    text,
    strength: Math.round(strengthToday(row, today) * 1000) / 1000,
    isPinned,
    isSensitive,
    trust,
    status,
    source: {
      kind: row.sourceKind,
      id: row.mayChange ? row.sourceId : '',
      conversationId: row.conversationId,
      label: sourceLabel(row),
      onDay: row.onDay,
    },
    expiresOn: row.expiresOn,
    useCount,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    mayChange,
  }
}

function sourceLabel(row: MemoryRow): string {
  const owner = row.memberName ?? 'a member'
  switch (row.sourceKind) {
    case 'message':
      return row.conversationTitle ?? `A conversation of ${owner}`
    case 'transcript':
      return row.transcriptTitle ?? 'A call'
    case 'import':
      return 'An import'
    case 'manual':
      return `Written by ${owner}`
  }
}
