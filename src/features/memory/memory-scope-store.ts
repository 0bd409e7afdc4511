import { can, type Principal, type VisibleReps } from '#domain/permission.ts'
import { visibleClients, visibleDeals, visibleReps } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'

/** Who sees which memory, as conditions over `m`: the one place of this room that decides it. */

/** The record a memory `m` is about is there and in sight. A memory about a member or the company is about no record. */
function seesRecord(visible: VisibleReps): Sql {
  return sql`(case m.subject_kind
    when 'deal' then exists (select 1 from deals d where d.id = m.subject_id and ${visibleDeals(visible)})
    when 'client' then exists (select 1 from clients c where c.id = m.subject_id and ${visibleClients(visible)})
    when 'contact' then exists (select 1 from contacts k join clients c on c.id = k.client_id
      where k.id = m.subject_id and ${visibleClients(visible)})
    when 'rep' then exists (select 1 from reps r where r.id = m.subject_id and ${visibleReps(visible)})
    else false end)`
}

/**
 * A private memory is its owner's alone, whatever the asker's role; the rest goes by record, team or company. A key that
 * may not read memories sees none by any way.
 */
export function visibleMemories(principal: Principal): Sql {
  if (!can(principal, 'memory:read')) return sql`false`
  const { memberId, teamId, visible } = principal
  // The first condition follows from the second and can be answered by indexes, which the second cannot.
  return sql`((m.member_id = ${memberId}::uuid or m.audience <> 'member')
    and (coalesce(m.member_id = ${memberId}::uuid, false) or case m.audience when 'company' then true when 'member' then false
    when 'team' then coalesce(m.team_id = ${teamId}::uuid, false) else ${seesRecord(visible)} end))`
}

/** Of memories in sight: the owner's own; an admin's the team's and company's; what no one owns, whoever sees it. */
export function changeableMemories({ memberId, role }: Principal): Sql {
  const isAdmin = role === 'owner' || role === 'admin'
  return sql`(m.member_id = ${memberId}::uuid or (m.member_id is null and ${role !== 'viewer'}::boolean)
    or (${isAdmin}::boolean and m.audience in ('team', 'company')))`
}
