import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  rule: z.string(),
  subject: z.string(),
  until: z.date(),
  reason: z.string(),
  by: z.string().nullable(),
})
export type Silence = z.infer<typeof Row>

/** Those in force. */
export function listSilences(handle: Handle, now: Date): Promise<Silence[]> {
  return handle.rows(
    Row,
    sql`select s.rule, s.subject, s.until, s.reason, m.name as by from alert_silences s
      left join members m on m.id = s.member_id where s.until > ${now} order by s.until, s.rule, s.subject`,
  )
}

export interface SilenceToStore {
  readonly rule: string
  /** Empty: all of the rule. */
  readonly subject: string
  readonly until: Date
  readonly reason: string
  readonly memberId: string
  readonly now: Date
}

/** In place of the one that was; an `until` that is past ends it. */
export async function storeSilence(handle: Handle, silence: SilenceToStore): Promise<void> {
  const { rule, subject, until, reason, memberId, now } = silence
  await handle.run(sql`insert into alert_silences (rule, subject, until, reason, member_id, created_at)
    values (${rule}, ${subject}, ${until}, ${reason}, ${memberId}, ${now})
    on conflict (rule, subject) do update set until = excluded.until, reason = excluded.reason,
      member_id = excluded.member_id, created_at = excluded.created_at`)
}
