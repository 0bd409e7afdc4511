import { z } from 'zod'
import { Day, Instant, PageQuery, Uuid, pageOf } from './common.ts'

/** What Sophia remembers. The conversation itself is the working memory and is not listed here. */
export const MemoryKind = z.enum(['fact', 'episode', 'procedure'])
export type MemoryKind = z.infer<typeof MemoryKind>

/** Who may see it: only its member, everyone who sees the record it is about, the member's team, or the company. */
export const MemoryAudience = z.enum(['member', 'record', 'team', 'company'])
export type MemoryAudience = z.infer<typeof MemoryAudience>

export const MemorySubject = z.strictObject({
  kind: z.enum(['member', 'contact', 'rep', 'client', 'deal', 'company']),
  id: z.string().min(1).max(200),
  label: z.string().max(300),
})
export type MemorySubject = z.infer<typeof MemorySubject>

export const MemoryStatus = z.enum(['active', 'quarantined', 'superseded', 'merged', 'forgotten'])

export const Memory = z.strictObject({
  id: Uuid,
  kind: MemoryKind,
  /** null: every colleague knows it. */
  persona: z.string().nullable(),
  audience: MemoryAudience,
  /** Whose memory it is; null for what an import brought. */
  owner: z.strictObject({ memberId: Uuid, name: z.string() }).nullable(),
  subject: MemorySubject.nullable(),
  /** What about the subject, when it is a thing that has one value at a time: `champion`, `budget`. */
  slot: z.string().nullable(),
  text: z.string(),
  /** 0 to 1 today: what it was worth, faded since it was last used. */
  strength: z.number(),
  isPinned: z.boolean(),
  isSensitive: z.boolean(),
  /** How it was learnt; `untrusted` came from a tool, an import or a page and is quarantined until a person says yes. */
  trust: z.enum(['stated', 'inferred', 'imported', 'untrusted']),
  status: MemoryStatus,
  source: z.strictObject({
    kind: z.enum(['message', 'transcript', 'import', 'manual']),
    id: z.string(),
    conversationId: Uuid.nullable(),
    label: z.string(),
    onDay: Day,
  }),
  expiresOn: Day.nullable(),
  useCount: z.int(),
  lastUsedAt: Instant.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
  /** Whether the asker may edit, pin, share or forget it. */
  mayChange: z.boolean(),
})
export type Memory = z.infer<typeof Memory>
export const MemoryPage = pageOf(Memory)

export const MemoryQuery = PageQuery.extend({
  search: z.string().trim().max(400).optional(),
  kind: MemoryKind.optional(),
  persona: z.string().max(100).optional(),
  subjectKind: MemorySubject.shape.kind.optional(),
  subjectId: z.string().max(200).optional(),
  /** What was learnt in this conversation. */
  conversationId: Uuid.optional(),
  status: MemoryStatus.default('active'),
})

export const MemoryHistoryEntry = z.strictObject({
  n: z.int(),
  at: Instant,
  by: z.string(),
  change: z.enum([
    'added',
    'edited',
    'superseded',
    'merged',
    'pinned',
    'unpinned',
    'shared',
    'approved',
    'forgotten',
    'restored',
    'expired',
    'evicted',
  ]),
  before: z.string().nullable(),
  after: z.string().nullable(),
  reason: z.string().nullable(),
})
export const MemoryDetail = Memory.extend({
  history: z.array(MemoryHistoryEntry),
  /** What it replaced and what replaced it. */
  supersedes: z.strictObject({ id: Uuid, text: z.string() }).nullable(),
  supersededBy: z.strictObject({ id: Uuid, text: z.string() }).nullable(),
})
export type MemoryDetail = z.infer<typeof MemoryDetail>

export const NewMemory = z.strictObject({
  text: z.string().trim().min(2).max(2000),
  kind: MemoryKind.default('fact'),
  persona: z.string().max(100).nullable().default(null),
  subject: MemorySubject.omit({ label: true }).nullable().default(null),
  audience: MemoryAudience.default('member'),
  isPinned: z.boolean().default(false),
  expiresOn: Day.nullable().default(null),
})
export const MemoryChange = z.strictObject({
  text: z.string().trim().min(2).max(2000).optional(),
  audience: MemoryAudience.optional(),
  isPinned: z.boolean().optional(),
  isSensitive: z.boolean().optional(),
  expiresOn: Day.nullable().optional(),
  /** `active` lets a quarantined one in or brings a forgotten one back. */
  status: z.literal('active').optional(),
})
/** `POST /api/memories/erase`: everything remembered about this person or record, with its history, for good. */
export const MemoryErasure = z.strictObject({ subject: MemorySubject.omit({ label: true }) })
export const MemoryErased = z.strictObject({ memories: z.int() })
