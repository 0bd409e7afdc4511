import { z } from 'zod'
import type { Member } from '#contract/access.ts'
import { ROLES, ROW_SCOPES, type Role, type RowScope } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

const Row = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  rowScope: z.enum(ROW_SCOPES),
  status: z.enum(['invited', 'active', 'suspended']),
  teamId: z.string().nullable(),
  repId: z.string().nullable(),
  createdAt: z.date(),
  lastSeenAt: z.date().nullable(),
})

/** All that can be said of a new member; nothing else reaches the row. */
export interface MemberToInsert {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly kind: 'person' | 'automation'
  readonly role: Role
  readonly rowScope: RowScope
  readonly status: 'invited' | 'active'
  readonly teamId: string | null
  readonly repId: string | null
  readonly createdAt: Date
}

export interface MemberToChange {
  readonly name?: string | undefined
  readonly role?: Role | undefined
  readonly rowScope?: RowScope | undefined
  readonly status?: 'active' | 'suspended' | undefined
  readonly teamId?: string | null | undefined
  readonly repId?: string | null | undefined
}

const columns = sql`m.id, m.email, m.name, m.role, m.row_scope as "rowScope", m.status, m.team_id as "teamId",
  m.rep_id as "repId", m.created_at as "createdAt", m.last_seen_at as "lastSeenAt"`

/**
 * Serialises whatever decides who may come in and who is an owner, until the transaction ends. Taken before any row is
 * locked, so that a sign-in and a suspension neither wait for each other in a circle nor undo each other.
 */
export async function lockMembers(handle: Handle): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtextextended('sophia members', 0))`)
}

/** Active people who own the deployment. */
export function selectOwners(handle: Handle): Promise<{ name: string; email: string }[]> {
  return handle.rows(
    z.object({ name: z.string(), email: z.string() }),
    sql`select name, email from members where role = 'owner' and kind = 'person' and status = 'active' order by created_at, id`,
  )
}

/** True when an active person owns the deployment; `except` is left out of the count. */
export async function hasOwner(handle: Handle, except: string | null = null): Promise<boolean> {
  const row = await handle.first(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from members where role = 'owner' and kind = 'person' and status = 'active'
          and (${except}::uuid is null or id <> ${except}::uuid)) as found`,
  )
  return row?.found ?? false
}

/** False when the address belongs to a member already. */
export async function insertMember(handle: Handle, member: MemberToInsert): Promise<boolean> {
  const count = await handle.run(
    sql`insert into members (id, email, name, kind, role, row_scope, status, team_id, rep_id, created_at)
        values (${member.id}, ${member.email}, ${member.name}, ${member.kind}, ${member.role}, ${member.rowScope},
          ${member.status}, ${member.teamId}, ${member.repId}, ${member.createdAt})
        on conflict (lower(email)) do nothing`,
  )
  return count > 0
}

export async function findMember(handle: Handle, id: string): Promise<Member | undefined> {
  return selectOne(handle, sql`m.id = ${id}::uuid`)
}

export async function findMemberByEmail(handle: Handle, email: string): Promise<Member | undefined> {
  return selectOne(handle, sql`lower(m.email) = lower(${email})`)
}

/** The member whom the settings' key acts for. */
export async function findAutomation(handle: Handle): Promise<Member | undefined> {
  return selectOne(handle, sql`m.kind = 'automation'`)
}

export async function isPerson(handle: Handle, id: string): Promise<boolean> {
  const row = await handle.first(z.object({ kind: z.string() }), sql`select kind from members where id = ${id}::uuid`)
  return row?.kind === 'person'
}

export async function selectMembers(handle: Handle, page: { after: string | null; limit: number }): Promise<Member[]> {
  const rows = await handle.rows(
    Row,
    sql`select ${columns} from members m where ${page.after}::uuid is null or m.id > ${page.after}::uuid
        order by m.id limit ${page.limit}`,
  )
  return rows.map(toMember)
}

/** Sets the named fields and no other. */
export async function updateMember(handle: Handle, id: string, change: MemberToChange): Promise<void> {
  const sets: Sql[] = []
  if (change.name !== undefined) sets.push(sql`name = ${change.name}`)
  if (change.role !== undefined) sets.push(sql`role = ${change.role}`)
  if (change.rowScope !== undefined) sets.push(sql`row_scope = ${change.rowScope}`)
  if (change.status !== undefined) sets.push(sql`status = ${change.status}`)
  if (change.teamId !== undefined) sets.push(sql`team_id = ${change.teamId}`)
  if (change.repId !== undefined) sets.push(sql`rep_id = ${change.repId}`)
  if (sets.length > 0) await handle.run(sql`update members set ${joinSql(sets, ', ')} where id = ${id}::uuid`)
}

export async function removeMember(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`delete from members where id = ${id}::uuid`)
}

/**
 * Links members to the rep or CSM with their e-mail: all of them, or one. Members linked to a rep that exists stay as
 * they are, and an address that two reps share links nobody. Answers how many were linked.
 */
export async function linkByEmail(handle: Handle, memberId: string | null = null): Promise<number> {
  return handle.run(
    sql`update members m set rep_id = found.id
        from (select lower(email) as email, min(id) as id from reps where email is not null
              group by lower(email) having count(*) = 1) found
        where lower(m.email) = found.email and (${memberId}::uuid is null or m.id = ${memberId}::uuid)
          and (m.rep_id is null or not exists (select 1 from reps r where r.id = m.rep_id))`,
  )
}

async function selectOne(handle: Handle, condition: Sql): Promise<Member | undefined> {
  const row = await handle.first(Row, sql`select ${columns} from members m where ${condition} limit 1`)
  return row && toMember(row)
}

function toMember(row: z.infer<typeof Row>): Member {
  return { ...row, createdAt: row.createdAt.toISOString(), lastSeenAt: row.lastSeenAt?.toISOString() ?? null }
}

/** Whether the imported data has a rep or CSM of this id. */
export async function hasRep(handle: Handle, id: string): Promise<boolean> {
  const row = await handle.first(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from reps where id = ${id}) as found`,
  )
  return row?.found ?? false
}
