import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'

const Bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value))

/** A server that was added on screen or over the API, its secrets sealed. */
export const ServerRow = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  sealedHeaders: Bytes.nullable(),
  headerNames: z.array(z.string()),
  sealedClient: Bytes.nullable(),
  isCritical: z.boolean(),
  expectedTools: z.array(z.string()),
  credentials: z.enum(['none', 'shared', 'member']),
  isEnabled: z.boolean(),
})
export type ServerRow = z.infer<typeof ServerRow>

const COLUMNS = sql`id, name, url, sealed_headers as "sealedHeaders", header_names as "headerNames", sealed_client as "sealedClient",
  is_critical as "isCritical", expected_tools as "expectedTools", credentials, is_enabled as "isEnabled"`

export function listServerRows(handle: Handle): Promise<ServerRow[]> {
  return handle.rows(ServerRow, sql`select ${COLUMNS} from mcp_servers order by id`)
}

export function findServerRow(handle: Handle, id: string): Promise<ServerRow | undefined> {
  return handle.first(ServerRow, sql`select ${COLUMNS} from mcp_servers where id = ${id}`)
}

/** False when there is one of that id. */
export async function insertServer(handle: Handle, row: ServerRow): Promise<boolean> {
  const inserted = await handle.run(
    sql`insert into mcp_servers (id, name, url, sealed_headers, header_names, sealed_client, is_critical, expected_tools, credentials, is_enabled)
      values (${row.id}, ${row.name}, ${row.url}, ${row.sealedHeaders}, ${row.headerNames}, ${row.sealedClient}, ${row.isCritical},
        ${row.expectedTools}, ${row.credentials}, ${row.isEnabled}) on conflict (id) do nothing`,
  )
  return inserted === 1
}

/** Changes what is named; false when there is no such server. */
export async function updateServer(
  handle: Handle,
  id: string,
  change: Partial<Omit<ServerRow, 'id'>>,
): Promise<boolean> {
  const columns: Record<keyof Omit<ServerRow, 'id'>, Sql> = {
    name: sql`name`,
    url: sql`url`,
    sealedHeaders: sql`sealed_headers`,
    headerNames: sql`header_names`,
    sealedClient: sql`sealed_client`,
    isCritical: sql`is_critical`,
    expectedTools: sql`expected_tools`,
    credentials: sql`credentials`,
    isEnabled: sql`is_enabled`,
  }
  const sets = Object.entries(columns).flatMap(([key, column]) => {
    // Keys of the table above.
    const value = change[key as keyof typeof columns]
    return value === undefined ? [] : [sql`${column} = ${value}`]
  })
  return (
    (await handle.run(
      sql`update mcp_servers set ${joinSql([...sets, sql`updated_at = now()`], ', ')} where id = ${id}`,
    )) === 1
  )
}

export async function deleteServer(handle: Handle, id: string): Promise<boolean> {
  return (await handle.run(sql`delete from mcp_servers where id = ${id}`)) === 1
}

/** Its pins, states and sign-ins under way, and what was seen of it. */
export async function deleteTraces(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`delete from mcp_tools where server_id = ${id}`)
  await handle.run(sql`delete from mcp_states where server_id = ${id}`)
  await handle.run(sql`delete from mcp_reports where server_id = ${id}`)
  await handle.run(sql`delete from mcp_probers where server_id = ${id}`)
  await handle.run(sql`delete from mcp_transitions where server_id = ${id}`)
  await handle.run(sql`delete from mcp_minutes where server_id = ${id}`)
  await handle.run(sql`delete from mcp_clients where server_id = ${id}`)
  await handle.run(sql`delete from mcp_sign_ins where server_id = ${id}`)
}
