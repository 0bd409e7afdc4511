import { z } from 'zod'
import { ROLES, ROW_SCOPES, isAction, type Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

const MemberRow = z.object({
  memberId: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  rowScope: z.enum(ROW_SCOPES),
  teamId: z.string().nullable(),
  repId: z.string().nullable(),
  visibleRepIds: z.array(z.string()).nullable(),
})
type MemberRow = z.infer<typeof MemberRow>

const SessionRow = MemberRow.extend({ credentialId: z.string(), lastSeenAt: z.date(), expiresAt: z.date() })
const KeyRow = MemberRow.extend({
  credentialId: z.string(),
  lastSeenAt: z.date().nullable(),
  actions: z.array(z.string()).nullable(),
})

export interface FoundCredential {
  readonly principal: Principal
  readonly lastSeenAt: Date | null
  /** The instant from which it no longer holds; null: never. */
  readonly expiresAt: Date | null
}

/**
 * Own rows: the linked rep and whoever has the member's e-mail. Team rows besides: reps under the team's manager, and
 * those linked to a member of the team.
 */
const columns = sql`
  m.id as "memberId", m.email, m.name, m.role, m.row_scope as "rowScope", m.team_id as "teamId", m.rep_id as "repId",
  case when m.row_scope = 'all' then null else array(
    select r.id from reps r
    where r.id = m.rep_id or lower(r.email) = lower(m.email)
      or (m.row_scope = 'team' and (
        r.manager = (select t.manager from teams t where t.id = m.team_id)
        or exists (select 1 from members c
                   where c.team_id = m.team_id and (c.rep_id = r.id or lower(c.email) = lower(r.email)))))
    order by r.id) end as "visibleRepIds"`

/** The active member behind a session that has not expired. */
export async function findBySession(
  handle: Handle,
  tokenHash: Buffer,
  now: Date,
): Promise<FoundCredential | undefined> {
  const row = await handle.first(
    SessionRow,
    sql`select ${columns}, s.id as "credentialId", s.last_seen_at as "lastSeenAt", s.expires_at as "expiresAt"
        from sessions s join members m on m.id = s.member_id
        where s.token_hash = ${tokenHash} and s.expires_at > ${now} and m.status = 'active'`,
  )
  if (!row) return undefined
  const principal = toPrincipal(row, { credential: { kind: 'session', id: row.credentialId }, allowedActions: null })
  return { principal, lastSeenAt: row.lastSeenAt, expiresAt: row.expiresAt }
}

/** The active member behind a key that is neither revoked nor expired. */
export async function findByKey(handle: Handle, tokenHash: Buffer, now: Date): Promise<FoundCredential | undefined> {
  const row = await handle.first(
    KeyRow.extend({ expiresAt: z.date().nullable() }),
    sql`select ${columns}, k.id as "credentialId", k.last_used_at as "lastSeenAt", k.expires_at as "expiresAt", k.actions
        from api_keys k join members m on m.id = k.member_id
        where k.token_hash = ${tokenHash} and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now})
          and m.status = 'active'`,
  )
  if (!row) return undefined
  // An action that no longer exists permits nothing, so it is dropped rather than trusted.
  const allowedActions = row.actions === null ? null : row.actions.filter(isAction)
  const principal = toPrincipal(row, { credential: { kind: 'key', id: row.credentialId }, allowedActions })
  return { principal, lastSeenAt: row.lastSeenAt, expiresAt: row.expiresAt }
}

/** An active member as Sophia herself acts for them: in a turn, or on the command line. */
export async function findByMember(handle: Handle, memberId: string): Promise<Principal | undefined> {
  return findLocal(handle, sql`m.id = ${memberId}::uuid`)
}

/** The active owner who was there first; a person before the automation's. */
export async function findFirstOwner(handle: Handle): Promise<Principal | undefined> {
  return findLocal(handle, sql`m.role = 'owner'`)
}

async function findLocal(handle: Handle, condition: Sql): Promise<Principal | undefined> {
  const row = await handle.first(
    MemberRow,
    sql`select ${columns} from members m where m.status = 'active' and ${condition}
        order by (m.kind = 'person') desc, m.created_at, m.id limit 1`,
  )
  return row && toPrincipal(row, { credential: { kind: 'local', id: row.memberId }, allowedActions: null })
}

interface Use {
  readonly id: string
  readonly memberId: string
  readonly now: Date
  /** Nothing is written when another process did so after this. */
  readonly before: Date
}

/** Notes the use of a session and moves its end. */
export async function touchSession(handle: Handle, use: Use & { expiresAt: Date }): Promise<void> {
  const count = await handle.run(
    sql`update sessions set last_seen_at = ${use.now}, expires_at = ${use.expiresAt}
        where id = ${use.id}::uuid and last_seen_at <= ${use.before}`,
  )
  if (count > 0) await touchMember(handle, use)
}

/** Notes the use of a key. */
export async function touchKey(handle: Handle, use: Use): Promise<void> {
  const count = await handle.run(
    sql`update api_keys set last_used_at = ${use.now}
        where id = ${use.id}::uuid and (last_used_at is null or last_used_at <= ${use.before})`,
  )
  if (count > 0) await touchMember(handle, use)
}

/** A statement of its own: holding two rows at once could meet a suspension that takes them the other way round. */
async function touchMember(handle: Handle, use: Use): Promise<void> {
  await handle.run(sql`update members set last_seen_at = ${use.now} where id = ${use.memberId}::uuid`)
}

function toPrincipal(row: MemberRow, how: Pick<Principal, 'credential' | 'allowedActions'>): Principal {
  const { visibleRepIds, ...member } = row
  const { memberId, email, name, role, rowScope, teamId, repId } = member
  const own = repId === null ? [] : [repId]
  const visible =
    visibleRepIds === null
      ? ({ kind: 'all' } as const)
      : ({ kind: 'reps', repIds: [...new Set([...visibleRepIds, ...own])] } as const)
  return { memberId, email, name, role, rowScope, visible, teamId, repId, ...how }
}
