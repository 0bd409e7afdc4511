import { z } from 'zod'
import type { Briefing } from '#contract/briefings.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { CHANNELS, type Channel } from './briefing-needs.ts'

interface NewBriefing {
  readonly id: string
  readonly memberId: string
  readonly period: string
  readonly cadence: string
  readonly persona: string
  readonly channels: readonly Channel[]
  readonly now: Date
}

/**
 * False when the member's briefing of this period is there already. Its moment is the database's, as that of a restore is: the two are
 * held against each other.
 */
export async function insertBriefing(handle: Handle, row: NewBriefing): Promise<boolean> {
  const inserted = await handle.run(sql`insert into briefings (id, member_id, period, cadence, persona)
    values (${row.id}, ${row.memberId}, ${row.period}, ${row.cadence}, ${row.persona})
    on conflict (member_id, period) do nothing`)
  if (inserted === 0) return false
  await handle.run(sql`insert into briefing_deliveries (briefing_id, channel, changed_at)
    select ${row.id}, channel, ${row.now} from unnest(${[...row.channels]}::text[]) as channel`)
  return true
}

const DeliveryKey = z.object({ briefingId: z.uuid(), channel: z.enum(CHANNELS) })
export type DeliveryKey = z.infer<typeof DeliveryKey>
export const parseDeliveryKey = (payload: unknown): DeliveryKey => DeliveryKey.parse(payload)

const DeliveryRow = z
  .object({
    member_id: z.string(),
    period: z.string(),
    cadence: z.enum(['daily', 'weekly']),
    persona: z.string(),
    age_ms: z.number(),
    is_restored: z.boolean(),
    status: z.enum(['waiting', 'sending', 'sent', 'failed', 'skipped', 'unknown']),
    attempts: z.int(),
  })
  .transform((row) => ({
    memberId: row.member_id,
    period: row.period,
    cadence: row.cadence,
    persona: row.persona,
    ageMs: row.age_ms,
    /** Opened before this database began, so it came with a backup: what became of it since then is not known here. */
    isRestored: row.is_restored,
    status: row.status,
    attempts: row.attempts,
  }))
export type Delivery = z.infer<typeof DeliveryRow>

/** A delivery, locked; undefined when it or its member is gone. */
export async function lockDelivery(handle: Handle, key: DeliveryKey): Promise<Delivery | undefined> {
  return handle.first(
    DeliveryRow,
    sql`select b.member_id, b.period, b.cadence, b.persona, d.status, d.attempts,
        (extract(epoch from now() - b.created_at) * 1000)::float8 as age_ms,
        b.created_at < (select min(applied_at) from schema_migrations) as is_restored
      from briefing_deliveries d join briefings b on b.id = d.briefing_id
      where d.briefing_id = ${key.briefingId} and d.channel = ${key.channel} for update of d`,
  )
}

interface DeliveryChange {
  readonly status: Delivery['status']
  readonly detail: string | null
  /** Of the try that it is the end of: once another has begun, it changes nothing. */
  readonly attempt?: number
  readonly now: Date
}

/** Nothing leaves yet; the number of the try is what it goes by from here on. */
export async function countTry(handle: Handle, key: DeliveryKey, now: Date): Promise<void> {
  await handle.run(sql`update briefing_deliveries set attempts = attempts + 1, changed_at = ${now}
    where briefing_id = ${key.briefingId} and channel = ${key.channel}`)
}

/** Committed before anything leaves. False when another try has begun, or it has ended: then it is not this one that sends. */
export async function markSending(
  handle: Handle,
  key: DeliveryKey,
  { attempt, now }: { readonly attempt: number; readonly now: Date },
): Promise<boolean> {
  const marked = await handle.run(sql`update briefing_deliveries set status = 'sending', changed_at = ${now}
    where briefing_id = ${key.briefingId} and channel = ${key.channel} and attempts = ${attempt} and status in ('waiting', 'sending')`)
  return marked === 1
}

/** What was sent stays sent, whoever comes later with another word. */
export async function endDelivery(handle: Handle, key: DeliveryKey, change: DeliveryChange): Promise<void> {
  const { status, detail, attempt, now } = change
  const ofTry = attempt === undefined ? sql`` : sql`and attempts = ${attempt}`
  await handle.run(sql`update briefing_deliveries set status = ${status}, detail = ${detail}, changed_at = ${now},
      sent_at = ${status === 'sent' ? now : null}
    where briefing_id = ${key.briefingId} and channel = ${key.channel} and status <> 'sent' ${ofTry}`)
}

export async function noteSubject(handle: Handle, id: string, subject: string): Promise<void> {
  await handle.run(sql`update briefings set subject = ${subject} where id = ${id}`)
}

export async function noteConversation(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`update briefings set conversation_id = id
    where id = ${id} and exists (select 1 from conversations c where c.id = ${id})`)
}

const KeyRow = z
  .object({ briefing_id: z.string(), channel: z.enum(CHANNELS) })
  .transform((row): DeliveryKey => ({ briefingId: row.briefing_id, channel: row.channel }))

/** Deliveries that nobody has touched for so long that their job must be gone, after a restore for example. */
export async function findStale(handle: Handle, before: Date): Promise<DeliveryKey[]> {
  return handle.rows(
    KeyRow,
    sql`select briefing_id, channel from briefing_deliveries
      where status in ('waiting', 'sending') and changed_at < ${before} order by changed_at limit 500`,
  )
}

const Deliveries = z.array(
  z.object({
    channel: z.enum(CHANNELS),
    status: z.enum(['waiting', 'sending', 'sent', 'failed', 'skipped', 'unknown']),
    attempts: z.int(),
    detail: z.string().nullable(),
    sentAt: z.string().nullable(),
  }),
)

const BriefingRow = z
  .object({
    id: z.string(),
    period: z.string(),
    subject: z.string().nullable(),
    conversation_id: z.string().nullable(),
    created_at: z.date(),
    deliveries: Deliveries,
  })
  .transform((row): Briefing => ({
    id: row.id,
    period: row.period,
    subject: row.subject,
    conversationId: row.conversation_id,
    deliveries: row.deliveries.map((delivery) => ({
      ...delivery,
      sentAt: delivery.sentAt === null ? null : new Date(delivery.sentAt).toISOString(),
    })),
    createdAt: row.created_at.toISOString(),
  }))

/** A member's own, newest first. */
export async function selectBriefings(
  handle: Handle,
  page: { readonly memberId: string; readonly beforeId: string | undefined; readonly limit: number },
): Promise<Briefing[]> {
  const before = page.beforeId === undefined ? sql`` : sql`and b.id < ${page.beforeId}::uuid`
  return handle.rows(
    BriefingRow,
    sql`select b.id, b.period, b.subject, b.conversation_id, b.created_at,
        (select coalesce(jsonb_agg(jsonb_build_object('channel', d.channel, 'status', d.status, 'attempts', d.attempts,
            'detail', d.detail, 'sentAt', d.sent_at) order by d.channel), '[]')
          from briefing_deliveries d where d.briefing_id = b.id) as deliveries
      from briefings b where b.member_id = ${page.memberId} ${before} order by b.id desc limit ${page.limit}`,
  )
}
