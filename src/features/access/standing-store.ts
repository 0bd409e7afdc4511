import { z } from 'zod'
import { ROLES, ROW_SCOPES, type Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Present = z.object({
  role: z.enum(ROLES),
  rowScope: z.enum(ROW_SCOPES),
  teamId: z.string().nullable(),
  repId: z.string().nullable(),
})
const Row = z.object({ id: z.string(), now: Present.nullable() })

/** Of held credentials those that hold no more (null) or whose member has another role or place now. */
export async function findOtherwise(
  handle: Handle,
  held: readonly Principal[],
  now: Date,
): Promise<z.infer<typeof Row>[]> {
  return handle.rows(
    Row,
    sql`with held as (
        select * from unnest(${held.map((one) => one.credential.id)}::uuid[], ${held.map((one) => one.credential.kind)}::text[],
          ${held.map((one) => one.role)}::text[], ${held.map((one) => one.rowScope)}::text[],
          ${held.map((one) => one.teamId)}::uuid[], ${held.map((one) => one.repId)}::text[])
          as h (id, kind, role, row_scope, team_id, rep_id))
      select h.id, case when m.id is not null then
          jsonb_build_object('role', m.role, 'rowScope', m.row_scope, 'teamId', m.team_id, 'repId', m.rep_id) end as now
      from held h
      left join sessions s on h.kind = 'session' and s.id = h.id and s.expires_at > ${now}
      left join api_keys k on h.kind = 'key' and k.id = h.id and k.revoked_at is null
        and (k.expires_at is null or k.expires_at > ${now})
      left join members m on m.id = coalesce(s.member_id, k.member_id) and m.status = 'active'
      where m.id is null
        or (m.role, m.row_scope, m.team_id, m.rep_id) is distinct from (h.role, h.row_scope, h.team_id, h.rep_id)`,
  )
}
