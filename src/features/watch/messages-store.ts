import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

export const CHANNELS = ['webhook', 'email'] as const
export type Channel = (typeof CHANNELS)[number]

export interface MessageToStore {
  readonly id: string
  readonly channel: Channel
  readonly subject: string
  readonly body: string
  readonly now: Date
}

export async function storeMessage(handle: Handle, message: MessageToStore): Promise<void> {
  const { id, channel, subject, body, now } = message
  await handle.run(sql`insert into alert_messages (id, channel, subject, body, status, next_try_at, created_at)
    values (${id}, ${channel}, ${subject}, ${body}, 'waiting', ${now}, ${now})`)
}

const Row = z.object({
  id: z.string(),
  channel: z.enum(CHANNELS),
  subject: z.string(),
  body: z.string(),
  attempts: z.number(),
})
export type DueMessage = z.infer<typeof Row>

/** Takes what is due by these ways, for one process at a time: nobody else takes it for the next minute. */
export function takeDue(handle: Handle, channels: readonly Channel[], now: Date): Promise<DueMessage[]> {
  return handle.rows(
    Row,
    sql`update alert_messages set attempts = attempts + 1, next_try_at = ${now}::timestamptz + interval '1 minute'
      where id in (select id from alert_messages where status = 'waiting' and channel = any(${[...channels]}::text[]) and next_try_at <= ${now}
        order by next_try_at, id limit 20 for update skip locked)
      returning id, channel, subject, body, attempts`,
  )
}

export interface Outcome {
  readonly status: 'waiting' | 'sent' | 'failed'
  readonly detail: string | null
  readonly nextTryAt: Date
  readonly now: Date
}

export async function endTry(handle: Handle, id: string, { status, detail, nextTryAt, now }: Outcome): Promise<void> {
  const endedAt = status === 'waiting' ? null : now
  await handle.run(sql`update alert_messages set status = ${status}, detail = ${detail}, next_try_at = ${nextTryAt},
    ended_at = ${endedAt} where id = ${id}`)
}
