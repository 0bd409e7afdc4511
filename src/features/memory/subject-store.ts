import { z } from 'zod'
import type { MemorySubjectRef } from '#domain/memory/memory.ts'
import type { Principal, VisibleReps } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients, visibleDeals } from '#platform/postgres/row-scope.ts'
import { sql } from '#platform/postgres/sql.ts'

const LabelRow = z.object({ label: z.string() })

/** What to call a subject; undefined when there is none such or it is out of the principal's sight. */
export async function findSubjectLabel(
  handle: Handle,
  { visible }: Pick<Principal, 'visible'>,
  { kind, id }: MemorySubjectRef,
): Promise<string | undefined> {
  const seesRep = visible.kind === 'all' ? sql`true` : sql`r.id = any(${visible.repIds}::text[])`
  const queries = {
    deal: sql`select d.name as label from deals d where d.id = ${id} and ${visibleDeals(visible)}`,
    client: sql`select c.name as label from clients c where c.id = ${id} and ${visibleClients(visible)}`,
    contact: sql`select k.name as label from contacts k join clients c on c.id = k.client_id
      where k.id = ${id} and ${visibleClients(visible)}`,
    rep: sql`select r.name as label from reps r where r.id = ${id} and ${seesRep}`,
    member: sql`select p.name as label from members p where p.id::text = ${id}`,
    company: sql`select 'The company'::text as label where ${id} = 'company'`,
  }
  return (await handle.first(LabelRow, queries[kind]))?.label
}

const NamedRow = z.object({
  kind: z.enum(['deal', 'client', 'contact', 'rep']),
  id: z.string(),
  label: z.string(),
  clientId: z.string().nullable(),
  isOpen: z.boolean(),
  /** 0 id, 1 the whole name, 2 its beginning, 3 a part of it. */
  rank: z.int(),
})
export type NamedRow = z.infer<typeof NamedRow>

/** Records in sight that a name may mean, best first. */
export function selectNamed(handle: Handle, visible: VisibleReps, name: string): Promise<NamedRow[]> {
  const wanted = name.trim().toLowerCase()
  const seesRep = visible.kind === 'all' ? sql`true` : sql`r.id = any(${visible.repIds}::text[])`
  return handle.rows(
    NamedRow,
    sql`with named as (
        select 'deal' as kind, d.id, d.name as label, d.client_id as "clientId", d.status = 'open' as "isOpen" from deals d
          where (strpos(lower(d.name), ${wanted}) > 0 or lower(d.id) = ${wanted}) and ${visibleDeals(visible)}
        union all select 'client', c.id, c.name, c.id, true from clients c
          where (strpos(lower(c.name), ${wanted}) > 0 or lower(c.id) = ${wanted}) and ${visibleClients(visible)}
        union all select 'contact', k.id, k.name, k.client_id, k.left_on is null from contacts k join clients c on c.id = k.client_id
          where (lower(k.name) = ${wanted} or lower(k.id) = ${wanted}) and ${visibleClients(visible)}
        union all select 'rep', r.id, r.name, null, true from reps r
          where (lower(r.name) = ${wanted} or lower(r.id) = ${wanted}) and ${seesRep})
      select *, (case when lower(id) = ${wanted} then 0 when lower(label) = ${wanted} then 1
        when starts_with(lower(label), ${wanted}) then 2 else 3 end)::int as rank
      from named order by rank, "isOpen" desc, length(label), id limit 40`,
  )
}

const MentionedRow = z.object({ kind: z.enum(['deal', 'client']), id: z.string() })

/** Deals and clients in sight whose whole name stands in the text, the longest names first. */
export function selectMentioned(
  handle: Handle,
  visible: VisibleReps,
  { phrases, limit }: { readonly phrases: readonly string[]; readonly limit: number },
): Promise<z.infer<typeof MentionedRow>[]> {
  return handle.rows(
    MentionedRow,
    sql`select kind, id from (
        select 'deal' as kind, d.id, length(d.name) as size from deals d
          where lower(d.name) = any(${phrases}::text[]) and ${visibleDeals(visible)}
        union all select 'client', c.id, length(c.name) from clients c
          where lower(c.name) = any(${phrases}::text[]) and ${visibleClients(visible)}) named
      order by size desc, kind, id limit ${limit}`,
  )
}
