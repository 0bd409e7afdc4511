import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

interface SessionToInsert {
  readonly tokenHash: Buffer
  readonly id: string
  readonly memberId: string
  readonly now: Date
  readonly expiresAt: Date
  readonly userAgent: string | null
}

export async function insertSession(handle: Handle, session: SessionToInsert): Promise<void> {
  await handle.run(
    sql`insert into sessions (token_hash, id, member_id, created_at, expires_at, last_seen_at, user_agent)
        values (${session.tokenHash}, ${session.id}, ${session.memberId}, ${session.now}, ${session.expiresAt},
          ${session.now}, ${session.userAgent})`,
  )
}

export async function removeSession(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`delete from sessions where id = ${id}::uuid`)
}

export async function removeSessionsOf(handle: Handle, memberId: string): Promise<void> {
  await handle.run(sql`delete from sessions where member_id = ${memberId}::uuid`)
}
