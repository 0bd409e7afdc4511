import { z } from 'zod'
import type { ToolDefinition } from '#domain/mcp/tool-definition.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Schema = z.record(z.string(), z.unknown())
const Definition = z.object({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  inputSchema: Schema,
  outputSchema: Schema.nullable(),
  annotations: z.object({
    readOnlyHint: z.boolean().optional(),
    destructiveHint: z.boolean().optional(),
    idempotentHint: z.boolean().optional(),
    openWorldHint: z.boolean().optional(),
  }),
})

/** A tool as it was agreed to, beside how its server described it last. */
export const ToolRow = z.object({
  serverId: z.string(),
  name: z.string(),
  approved: Definition.nullable(),
  approvedHash: z.string().nullable(),
  approvedAt: z.date().nullable(),
  seen: Definition,
  seenHash: z.string(),
  seenAt: z.date(),
  isListed: z.boolean(),
})
export type ToolRow = z.infer<typeof ToolRow>

const COLUMNS = sql`server_id as "serverId", name, approved, approved_hash as "approvedHash", approved_at as "approvedAt", seen,
  seen_hash as "seenHash", seen_at as "seenAt", is_listed as "isListed"`

export function listToolRows(handle: Handle, serverId?: string): Promise<ToolRow[]> {
  return handle.rows(
    ToolRow,
    sql`select ${COLUMNS} from mcp_tools where ${serverId === undefined ? sql`true` : sql`server_id = ${serverId}`} order by server_id, name`,
  )
}

export interface SeenTool {
  readonly definition: ToolDefinition
  readonly hash: string
}

/** Writes down what a server lists now. Its very first list is agreed to as it is: somebody has just added the server. */
export async function putSeenTools(
  handle: Handle,
  serverId: string,
  { tools, at }: { readonly tools: readonly SeenTool[]; readonly at: Date },
): Promise<void> {
  const rows = JSON.stringify(tools.map(({ definition, hash }) => ({ name: definition.name, seen: definition, hash })))
  await handle.run(sql`select pg_advisory_xact_lock(hashtext('mcp-tools'), hashtext(${serverId}))`)
  await handle.run(
    sql`with first as (select not exists (select 1 from mcp_tools where server_id = ${serverId}) as is_first)
      insert into mcp_tools (server_id, name, approved, approved_hash, approved_at, seen, seen_hash, seen_at)
      select ${serverId}, t.name, case when is_first then t.seen end, case when is_first then t.hash end,
        case when is_first then ${at}::timestamptz end, t.seen, t.hash, ${at}
      from jsonb_to_recordset(${rows}::jsonb) as t (name text, seen jsonb, hash text), first
      on conflict (server_id, name) do update set seen = excluded.seen, seen_hash = excluded.seen_hash, seen_at = excluded.seen_at, is_listed = true`,
  )
  const names = tools.map(({ definition }) => definition.name)
  await handle.run(
    sql`update mcp_tools set is_listed = false where server_id = ${serverId} and is_listed and not (name = any(${names}::text[]))`,
  )
}

/** Agrees to tools as they are described now; answers their names. */
export async function approveTools(
  handle: Handle,
  serverId: string,
  approval: {
    readonly names: readonly string[] | undefined
    /** What was looked at, where somebody says so: a tool that changed since stays as it was. */
    readonly hashes: Readonly<Record<string, string>>
    readonly memberId: string
    readonly at: Date
  },
): Promise<string[]> {
  const { names, hashes, memberId, at } = approval
  const rows = await handle.rows(
    z.object({ name: z.string() }),
    sql`update mcp_tools set approved = seen, approved_hash = seen_hash, approved_at = ${at}, approved_by = ${memberId}
      where server_id = ${serverId} and is_listed and approved_hash is distinct from seen_hash
        and ${names === undefined ? sql`true` : sql`name = any(${names}::text[])`}
        and coalesce(${JSON.stringify(hashes)}::jsonb ->> name, 'sha256:' || seen_hash) = 'sha256:' || seen_hash returning name`,
  )
  return rows.map(({ name }) => name)
}
