import { z } from 'zod'
import { Recipient } from '#contract/drafts.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const OutgoingRow = z.object({
  id: z.string(),
  recipients: z.array(Recipient),
  subject: z.string(),
  body: z.string(),
  attempts: z.int(),
  isUnderWay: z.boolean(),
  /** Approved before this database began, so it came with a backup: what became of it since then is not known here. */
  isRestored: z.boolean(),
  memberName: z.string(),
  memberEmail: z.string(),
})
export type Outgoing = z.infer<typeof OutgoingRow>

/** An approved mail, held until the transaction ends; undefined when it is none any more: sent, failed, discarded. */
export function lockOutgoing(handle: Handle, id: string): Promise<Outgoing | undefined> {
  return handle.first(
    OutgoingRow,
    sql`select d.id, d.recipients, d.subject, d.body, d.attempts, d.sending_since is not null as "isUnderWay",
        d.decided_at < (select min(applied_at) from schema_migrations) as "isRestored",
        m.name as "memberName", m.email as "memberEmail"
      from drafts d join members m on m.id = d.member_id
      where d.id = ${id} and d.status = 'approved' and d.kind = 'email' for update of d`,
  )
}

/** Mails that are to leave, longest approved first. */
export async function listApproved(handle: Handle, limit: number): Promise<string[]> {
  const rows = await handle.rows(
    z.object({ id: z.string() }),
    sql`select id from drafts where status = 'approved' and kind = 'email' order by decided_at, id limit ${limit}`,
  )
  return rows.map(({ id }) => id)
}

/** A try begins; it is committed before the mail server hears of it. */
export async function beginTry(handle: Handle, id: string, now: Date): Promise<void> {
  await handle.run(
    sql`update drafts set attempts = attempts + 1, sending_since = ${now}, updated_at = ${now} where id = ${id}`,
  )
}

/** Sent is sent, also where another try has given it up as unknown meanwhile. */
export async function markSent(handle: Handle, id: string, now: Date): Promise<void> {
  await handle.run(
    sql`update drafts set status = 'sent', failure = null, sending_since = null, sent_at = ${now}, updated_at = ${now}
      where id = ${id} and status in ('approved', 'failed')`,
  )
}

interface NotSent {
  readonly failure: string
  /** Ends the tries. */
  readonly isFinal: boolean
  /** When the try began that this is the end of; its mail is not held, and whatever was begun or decided since then stays. */
  readonly since?: Date
  readonly now: Date
}

/** The server did not take it, or nobody asked it. */
export async function markNotSent(handle: Handle, id: string, fault: NotSent): Promise<void> {
  const { failure, isFinal, since, now } = fault
  const ofTry = since === undefined ? sql`` : sql`and sending_since = ${since}`
  await handle.run(
    sql`update drafts set status = ${isFinal ? 'failed' : 'approved'}, failure = ${failure}, sending_since = null,
      updated_at = ${now} where id = ${id} and status = 'approved' ${ofTry}`,
  )
}
