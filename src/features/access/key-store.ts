import { z } from 'zod'
import type { ApiKey } from '#contract/access.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  memberId: z.string(),
  memberName: z.string(),
  actions: z.array(z.string()).nullable(),
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
})

interface KeyToInsert {
  readonly id: string
  readonly memberId: string
  readonly name: string
  readonly prefix: string
  readonly tokenHash: Buffer
  readonly actions: readonly string[] | null
  readonly now: Date
  readonly expiresAt: Date | null
}

const columns = sql`k.id, k.name, k.prefix, k.member_id as "memberId", m.name as "memberName", k.actions,
  k.created_at as "createdAt", k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt", k.revoked_at as "revokedAt"`

/** False when this very key is stored already. */
export async function insertKey(handle: Handle, key: KeyToInsert): Promise<boolean> {
  const count = await handle.run(
    sql`insert into api_keys (id, member_id, name, prefix, token_hash, actions, created_at, expires_at)
        values (${key.id}, ${key.memberId}, ${key.name}, ${key.prefix}, ${key.tokenHash}, ${key.actions}::text[],
          ${key.now}, ${key.expiresAt})
        on conflict (token_hash) do nothing`,
  )
  return count > 0
}

/** Keys of one member, or with null of all. */
export async function selectKeys(
  handle: Handle,
  page: { memberId: string | null; after: string | null; limit: number },
): Promise<ApiKey[]> {
  const rows = await handle.rows(
    Row,
    sql`${selectFrom()} where (${page.memberId}::uuid is null or k.member_id = ${page.memberId}::uuid)
          and (${page.after}::uuid is null or k.id > ${page.after}::uuid)
        order by k.id limit ${page.limit}`,
  )
  return rows.map(toKey)
}

export async function findKey(handle: Handle, id: string): Promise<ApiKey | undefined> {
  const row = await handle.first(Row, sql`${selectFrom()} where k.id = ${id}::uuid`)
  return row && toKey(row)
}

export async function setRevoked(handle: Handle, id: string, now: Date): Promise<void> {
  await handle.run(sql`update api_keys set revoked_at = coalesce(revoked_at, ${now}) where id = ${id}::uuid`)
}

/** Under this name lies the key that the settings give; it goes with them. */
export const SETTINGS_KEY = 'SOPHIA_ADMIN_API_KEY'

/** Ends every key that the settings gave a member but the one with this hash; those that were made with it stay. */
export async function revokeFormer(
  handle: Handle,
  other: { memberId: string; tokenHash: Buffer; now: Date },
): Promise<void> {
  await handle.run(
    sql`update api_keys set revoked_at = ${other.now}
        where member_id = ${other.memberId}::uuid and name = ${SETTINGS_KEY} and token_hash <> ${other.tokenHash} and revoked_at is null`,
  )
}

/** Whether the settings give this member a key now. */
export async function hasSettingsKey(handle: Handle, memberId: string): Promise<boolean> {
  const row = await handle.first(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from api_keys
      where member_id = ${memberId}::uuid and name = ${SETTINGS_KEY} and revoked_at is null) as found`,
  )
  return row?.found ?? false
}

/** Takes back what ended a key of a member, for the one the settings name again. */
export async function restoreKey(handle: Handle, key: { memberId: string; tokenHash: Buffer }): Promise<void> {
  await handle.run(
    sql`update api_keys set revoked_at = null where member_id = ${key.memberId}::uuid and token_hash = ${key.tokenHash}`,
  )
}

function selectFrom(): Sql {
  return sql`select ${columns} from api_keys k join members m on m.id = k.member_id`
}

function toKey(row: z.infer<typeof Row>): ApiKey {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}
