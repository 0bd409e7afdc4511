import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Row = z.object({ id: z.string(), name: z.string(), manager: z.string().nullable(), memberCount: z.number() })
export type TeamRow = z.infer<typeof Row>

export async function selectTeams(handle: Handle): Promise<TeamRow[]> {
  return handle.rows(
    Row,
    sql`select t.id, t.name, t.manager, (select count(*)::int from members m where m.team_id = t.id) as "memberCount"
        from teams t order by lower(t.name), t.id`,
  )
}

/** False when the name or the manager belongs to a team already. */
export async function insertTeam(
  handle: Handle,
  team: { id: string; name: string; manager: string | null; now: Date },
): Promise<boolean> {
  const count = await handle.run(
    sql`insert into teams (id, name, manager, created_at) values (${team.id}, ${team.name}, ${team.manager}, ${team.now})
        on conflict do nothing`,
  )
  return count > 0
}

export async function hasTeam(handle: Handle, id: string): Promise<boolean> {
  const row = await handle.first(
    z.object({ found: z.boolean() }),
    sql`select exists (select 1 from teams where id = ${id}::uuid) as found`,
  )
  return row?.found ?? false
}
