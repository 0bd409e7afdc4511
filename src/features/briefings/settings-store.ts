import { z } from 'zod'
import type { BriefingSchedule } from '#domain/briefing/schedule.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** A member's wishes as stored. */
export interface StoredSettings extends BriefingSchedule {
  readonly memberId: string
  readonly persona: string
  readonly byEmail: boolean
  readonly byWebhook: boolean
  readonly nextAt: Date | null
}

const SettingsRow = z
  .object({
    member_id: z.string(),
    cadence: z.enum(['off', 'daily', 'weekly']),
    weekday: z.int(),
    hour: z.int(),
    time_zone: z.string(),
    persona: z.string(),
    by_email: z.boolean(),
    by_webhook: z.boolean(),
    next_at: z.date().nullable(),
  })
  .transform((row): StoredSettings => ({
    memberId: row.member_id,
    cadence: row.cadence,
    weekday: row.weekday,
    hour: row.hour,
    timeZone: row.time_zone,
    persona: row.persona,
    byEmail: row.by_email,
    byWebhook: row.by_webhook,
    nextAt: row.next_at,
  }))

const COLUMNS = sql`member_id, cadence, weekday, hour, time_zone, persona, by_email, by_webhook, next_at`

export async function findSettings(handle: Handle, memberId: string): Promise<StoredSettings | undefined> {
  return handle.first(SettingsRow, sql`select ${COLUMNS} from briefing_settings where member_id = ${memberId}`)
}

export async function upsertSettings(handle: Handle, row: StoredSettings): Promise<void> {
  await handle.run(sql`insert into briefing_settings (${COLUMNS})
    values (${row.memberId}, ${row.cadence}, ${row.weekday}, ${row.hour}, ${row.timeZone}, ${row.persona}, ${row.byEmail}, ${row.byWebhook}, ${row.nextAt})
    on conflict (member_id) do update set cadence = excluded.cadence, weekday = excluded.weekday, hour = excluded.hour,
      time_zone = excluded.time_zone, persona = excluded.persona, by_email = excluded.by_email, by_webhook = excluded.by_webhook,
      next_at = excluded.next_at, updated_at = now()`)
}

const DueRow = z.intersection(
  SettingsRow,
  z.object({ begun_at: z.date() }).transform((row) => ({ begunAt: row.begun_at })),
)
/** With when this database began, by the clock that says what is owed: what was owed before came with a backup. */
export type DueSettings = z.infer<typeof DueRow>

/** One whose time has come, locked; what another process holds is passed over. */
export async function takeDueSettings(handle: Handle, now: Date): Promise<DueSettings | undefined> {
  return handle.first(
    DueRow,
    sql`select ${COLUMNS}, ${now}::timestamptz - (now() - (select min(applied_at) from schema_migrations)) as begun_at
      from briefing_settings where next_at <= ${now} order by next_at limit 1 for update skip locked`,
  )
}

export async function moveNext(handle: Handle, memberId: string, nextAt: Date | null): Promise<void> {
  await handle.run(sql`update briefing_settings set next_at = ${nextAt} where member_id = ${memberId}`)
}

export async function insertUnsubscribeLink(
  handle: Handle,
  link: { readonly tokenHash: Buffer; readonly memberId: string; readonly createdAt: Date },
): Promise<void> {
  await handle.run(sql`insert into briefing_unsubscribe_links (token_hash, member_id, created_at)
    values (${link.tokenHash}, ${link.memberId}, ${link.createdAt})`)
}

/** Ends the e-mails of whoever the link was sent to; false for an unknown one. The same again changes nothing. */
export async function endEmails(handle: Handle, tokenHash: Buffer): Promise<boolean> {
  const link = await handle.first(
    z.object({ member_id: z.string() }),
    sql`select member_id from briefing_unsubscribe_links where token_hash = ${tokenHash}`,
  )
  if (!link) return false
  await handle.run(
    sql`update briefing_settings set by_email = false, updated_at = now() where member_id = ${link.member_id}`,
  )
  return true
}

export async function removeOldLinks(handle: Handle, before: Date): Promise<void> {
  await handle.run(sql`delete from briefing_unsubscribe_links where created_at < ${before}`)
}
