import { after } from 'node:test'
import { z } from 'zod'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from './database.ts'
import { openCrmServer, type CrmServer } from './mcp/crm-server.ts'
import { createSyncRooms, type SyncRooms } from './sync-rooms.ts'

export const SIZES = { companies: 250, contacts: 120, deals: 230, activities: 110 }

interface Stage {
  readonly crm: CrmServer
  readonly rooms: SyncRooms
  readonly database: Awaited<ReturnType<typeof openTestDatabase>>['database']
  readonly connection: object
  readonly syncId: string
}

/** A small CRM, the rooms of a sync over a database of their own, and a sync between the two. `pace` shortens pauses. */
export async function openStage(sizes = SIZES, pace = 1): Promise<Stage> {
  const crm = await openCrmServer({ sizes })
  const { database, connection } = await openTestDatabase()
  const rooms = createSyncRooms(database, { crmPort: crm.port, pace })
  after(() => rooms.tools.close())
  const { id } = await rooms.connect(crm.url)
  return { crm, rooms, database, connection, syncId: id }
}

const Text = z.object({ text: z.string().nullable() })

export async function textOf(
  { database }: Pick<Stage, 'database'>,
  query: ReturnType<typeof sql>,
): Promise<string | null> {
  return (await database.read((handle) => handle.first(Text, query)))?.text ?? null
}

/** Everything that is stored of the company, as one text to compare. */
export function fingerprint(stage: Stage): Promise<string | null> {
  return textOf(
    stage,
    sql`select md5(string_agg(t, '' order by t)) as text from (select (to_jsonb(d) - 'updated_at')::text as t from deals d
      union all select (to_jsonb(c) - 'updated_at')::text from clients c union all select (to_jsonb(k) - 'updated_at')::text from contacts k
      union all select (to_jsonb(a) - 'updated_at')::text from activities a union all select (to_jsonb(s) - 'copied_at')::text from sync_records s
      union all select to_jsonb(x)::text from sync_cursors x) everything`,
  )
}
