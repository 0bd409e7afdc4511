import { z } from 'zod'
import type { AuditEntry } from '#contract/access.ts'
import type { Principal } from '#domain/permission.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** One thing that somebody did. `principal` null: Sophia herself. `detail` never holds a secret. */
export interface AuditRecord {
  readonly principal: Principal | null
  readonly action: string
  readonly targetKind?: string
  readonly targetId?: string
  readonly detail?: Readonly<Record<string, unknown>>
  readonly correlationId?: string | undefined
}

const Row = z.object({
  id: z.string(),
  at: z.date(),
  actorKind: z.enum(['session', 'key', 'local', 'system']),
  actorName: z.string().nullable(),
  action: z.string(),
  targetKind: z.string().nullable(),
  targetId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  correlationId: z.string().nullable(),
})

/** Writes one row; inside the transaction of the change it speaks of, so that neither exists without the other. */
export async function insertAudit(handle: Handle, record: AuditRecord, now: Date): Promise<void> {
  const { principal } = record
  await handle.run(
    sql`insert into audit_entries
          (id, at, actor_member_id, actor_kind, actor_id, action, target_kind, target_id, detail, correlation_id)
        values (${createId(now.getTime())}, ${now}, ${principal?.memberId ?? null},
          ${principal?.credential.kind ?? 'system'}, ${principal?.credential.id ?? 'sophia'}, ${record.action},
          ${record.targetKind ?? null}, ${record.targetId ?? null}, ${JSON.stringify(record.detail ?? {})}::jsonb,
          ${record.correlationId ?? null})`,
  )
}

/** Newest first: ids grow with time. */
export async function selectAudit(
  handle: Handle,
  page: { before: string | null; limit: number },
): Promise<AuditEntry[]> {
  const rows = await handle.rows(
    Row,
    sql`select a.id, a.at, a.actor_kind as "actorKind", m.name as "actorName", a.action, a.target_kind as "targetKind",
          a.target_id as "targetId", a.detail, a.correlation_id as "correlationId"
        from audit_entries a left join members m on m.id = a.actor_member_id
        where ${page.before}::uuid is null or a.id < ${page.before}::uuid
        order by a.id desc limit ${page.limit}`,
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

export interface ActionsWanted {
  readonly actions: readonly string[]
  readonly from: Date
  readonly limit: number
}

const Action = z.object({
  at: z.date(),
  action: z.string(),
  targetId: z.string().nullable(),
  by: z.string().nullable(),
})

/** What was done since, of these actions; the newest first. */
export function selectActions(
  handle: Handle,
  { actions, from, limit }: ActionsWanted,
): Promise<z.infer<typeof Action>[]> {
  return handle.rows(
    Action,
    sql`select a.at, a.action, a.target_id as "targetId", m.name as by
        from audit_entries a left join members m on m.id = a.actor_member_id
        where a.action = any(${[...actions]}::text[]) and a.at >= ${from} order by a.id desc limit ${limit}`,
  )
}
