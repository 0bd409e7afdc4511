import { z } from 'zod'
import { DraftStatus, FieldChange, Recipient } from '#contract/drafts.ts'
import { EvidenceRef } from '#contract/personas.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  id: z.string(),
  memberId: z.string(),
  kind: z.enum(['email', 'record_update']),
  status: DraftStatus,
  persona: z.string(),
  aboutKind: z.string().nullable(),
  aboutId: z.string().nullable(),
  aboutLabel: z.string().nullable(),
  recipients: z.array(Recipient),
  subject: z.string(),
  body: z.string(),
  changes: z.array(FieldChange),
  sources: z.array(EvidenceRef),
  notes: z.array(z.string()),
  failure: z.string().nullable(),
  attempts: z.int(),
  sendingSince: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
  decidedAt: z.date().nullable(),
  sentAt: z.date().nullable(),
})
export type DraftRow = z.infer<typeof Row>

const COLUMNS = sql`id, member_id as "memberId", kind, status, persona, about_kind as "aboutKind", about_id as "aboutId",
  about_label as "aboutLabel", recipients, subject, body, changes, sources, notes, failure, attempts,
  sending_since as "sendingSince", created_at as "createdAt", updated_at as "updatedAt", decided_at as "decidedAt", sent_at as "sentAt"`

export interface NewDraft {
  readonly id: string
  readonly memberId: string
  readonly kind: 'email' | 'record_update'
  readonly persona: string
  readonly about: { readonly kind: string; readonly id: string; readonly label: string }
  readonly recipients: readonly { readonly name: string; readonly email: string }[]
  readonly subject: string
  readonly body: string
  readonly changes: readonly object[]
  readonly sources: readonly object[]
  readonly notes: readonly string[]
  readonly idempotencyKey: string | null
  readonly now: Date
}

/** Stores a draft, or answers the one that an earlier call with the same key stored. */
export async function insertDraft(handle: Handle, draft: NewDraft): Promise<DraftRow | undefined> {
  const { about, now } = draft
  await handle.run(
    sql`insert into drafts (id, member_id, kind, persona, about_kind, about_id, about_label, recipients, subject, body, changes,
        sources, notes, idempotency_key, created_at, updated_at)
      values (${draft.id}, ${draft.memberId}, ${draft.kind}, ${draft.persona}, ${about.kind}, ${about.id}, ${about.label},
        ${JSON.stringify(draft.recipients)}::jsonb, ${draft.subject}, ${draft.body}, ${JSON.stringify(draft.changes)}::jsonb,
        ${JSON.stringify(draft.sources)}::jsonb, ${JSON.stringify(draft.notes)}::jsonb, ${draft.idempotencyKey}, ${now}, ${now})
      on conflict (idempotency_key) do nothing`,
  )
  return handle.first(
    Row,
    sql`select ${COLUMNS} from drafts where member_id = ${draft.memberId}
      and (id = ${draft.id} or idempotency_key = ${draft.idempotencyKey})`,
  )
}

/** Drafts that calls with these keys stored for the member. */
export function findDraftsByKey(handle: Handle, memberId: string, keys: readonly string[]): Promise<DraftRow[]> {
  return handle.rows(
    Row,
    sql`select ${COLUMNS} from drafts where member_id = ${memberId} and idempotency_key = any(${keys}::text[]) order by kind`,
  )
}

export interface DraftFilter {
  readonly status?: z.infer<typeof DraftStatus> | undefined
  readonly aboutId?: string | undefined
  readonly before: { readonly updatedAt: string; readonly id: string } | null
  readonly limit: number
}

const PlacedRow = Row.extend({ place: z.string() })

/** The member's own drafts, last touched first. `place` is the microsecond the order goes by. */
export function listDraftRows(
  handle: Handle,
  memberId: string,
  filter: DraftFilter,
): Promise<z.infer<typeof PlacedRow>[]> {
  const { before } = filter
  const conditions: Sql[] = [sql`member_id = ${memberId}`]
  if (filter.status !== undefined) conditions.push(sql`status = ${filter.status}`)
  if (filter.aboutId !== undefined) conditions.push(sql`about_id = ${filter.aboutId}`)
  if (before !== null) conditions.push(sql`(updated_at, id) < (${before.updatedAt}::timestamptz, ${before.id}::uuid)`)
  return handle.rows(
    PlacedRow,
    sql`select ${COLUMNS}, updated_at::text as place from drafts where ${joinSql(conditions, ' and ')}
      order by updated_at desc, id desc limit ${filter.limit}`,
  )
}

export function findDraft(handle: Handle, memberId: string, id: string): Promise<DraftRow | undefined> {
  return handle.first(Row, sql`select ${COLUMNS} from drafts where id = ${id} and member_id = ${memberId}`)
}

/** The member's draft, held until the transaction ends. */
export function lockDraft(handle: Handle, memberId: string, id: string): Promise<DraftRow | undefined> {
  return handle.first(Row, sql`select ${COLUMNS} from drafts where id = ${id} and member_id = ${memberId} for update`)
}

export async function saveDraftText(
  handle: Handle,
  id: string,
  text: Pick<DraftRow, 'recipients' | 'subject' | 'body' | 'changes'> & { readonly now: Date },
): Promise<void> {
  await handle.run(
    sql`update drafts set recipients = ${JSON.stringify(text.recipients)}::jsonb, subject = ${text.subject}, body = ${text.body},
      changes = ${JSON.stringify(text.changes)}::jsonb, updated_at = ${text.now} where id = ${id}`,
  )
}

/** The moment of the word is the database's, as that of a restore is: the two are held against each other. */
export async function decideDraft(
  handle: Handle,
  id: string,
  decision: { readonly status: DraftRow['status']; readonly how?: 'deliver' | 'outside'; readonly now: Date },
): Promise<void> {
  const { status, how, now } = decision
  await handle.run(
    sql`update drafts set status = ${status}, sent_how = ${how ?? null}, failure = null, attempts = 0, sending_since = null,
      decided_at = now(), updated_at = ${now}, sent_at = case when ${status}::text = 'sent' then ${now}::timestamptz end where id = ${id}`,
  )
}

const CountRow = z.object({ count: z.number() })

/** Drafts of the member that wait for their word. */
export async function countWaitingDrafts(handle: Handle, memberId: string): Promise<number> {
  const found = await handle.first(
    CountRow,
    sql`select count(*) as count from drafts where member_id = ${memberId} and status in ('draft', 'failed')`,
  )
  return found?.count ?? 0
}
