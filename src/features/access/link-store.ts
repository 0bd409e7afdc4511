import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

export type LinkKind = 'owner' | 'invitation' | 'sign-in'

const Row = z.object({
  kind: z.enum(['owner', 'invitation', 'sign-in']),
  memberId: z.string().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  status: z.string().nullable(),
  expiresAt: z.date(),
  usedAt: z.date().nullable(),
})

export async function insertLink(
  handle: Handle,
  link: { tokenHash: Buffer; kind: LinkKind; memberId: string | null; now: Date; expiresAt: Date },
): Promise<void> {
  await handle.run(
    sql`insert into sign_in_links (token_hash, kind, member_id, created_at, expires_at)
        values (${link.tokenHash}, ${link.kind}, ${link.memberId}, ${link.now}, ${link.expiresAt})`,
  )
}

/** A link whether or not it still holds. */
export async function findLink(handle: Handle, tokenHash: Buffer): Promise<z.infer<typeof Row> | undefined> {
  return handle.first(
    Row,
    sql`select l.kind, l.member_id as "memberId", m.email, m.name, m.status, l.expires_at as "expiresAt", l.used_at as "usedAt"
        from sign_in_links l left join members m on m.id = l.member_id where l.token_hash = ${tokenHash}`,
  )
}

/** Uses the link up; false when somebody was faster or it has expired. */
export async function useLink(handle: Handle, tokenHash: Buffer, now: Date): Promise<boolean> {
  const count = await handle.run(
    sql`update sign_in_links set used_at = ${now}
        where token_hash = ${tokenHash} and used_at is null and expires_at > ${now}`,
  )
  return count > 0
}

/** Ends the unused links of a member, or, with null, those for the first owner. */
export async function endLinks(handle: Handle, memberId: string | null): Promise<void> {
  await handle.run(
    sql`delete from sign_in_links where member_id is not distinct from ${memberId}::uuid and used_at is null`,
  )
}

/** Serialises sign-ins from one address until the transaction ends, so that parallel guesses are counted too. */
export async function lockAddress(handle: Handle, address: string): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtextextended(${`sophia sign-in ${address}`}, 0))`)
}

/** Failed attempts of an address since an instant, with the oldest of them. */
export async function countAttempts(
  handle: Handle,
  address: string,
  since: Date,
): Promise<{ count: number; oldest: Date | null }> {
  const row = await handle.first(
    z.object({ count: z.number(), oldest: z.date().nullable() }),
    sql`select count(*)::int as count, min(at) as oldest from sign_in_attempts where address = ${address} and at > ${since}`,
  )
  return row ?? { count: 0, oldest: null }
}

export async function insertAttempt(handle: Handle, address: string, now: Date): Promise<void> {
  await handle.run(sql`insert into sign_in_attempts (address, at) values (${address}, ${now})`)
}

/** Removes links, sessions and attempts that can no longer matter. Answers how many rows went. */
export async function removeExpired(
  handle: Handle,
  before: { links: Date; sessions: Date; attempts: Date },
): Promise<number> {
  const links = await handle.run(sql`delete from sign_in_links where expires_at < ${before.links}`)
  const sessions = await handle.run(sql`delete from sessions where expires_at < ${before.sessions}`)
  const attempts = await handle.run(sql`delete from sign_in_attempts where at < ${before.attempts}`)
  return links + sessions + attempts
}
