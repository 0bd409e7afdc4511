import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const HotRow = z
  .object({ member_id: z.string(), skill: z.string(), input_hash: z.string(), input: z.unknown() })
  .transform((row) => ({ memberId: row.member_id, skill: row.skill, inputHash: row.input_hash, input: row.input }))

/** A run of a skill that somebody asks for again and again. */
export type HotSkill = z.infer<typeof HotRow>

/** Adds uses to what is known; what was asked long ago weighs half for each day since. Members who are gone are passed over. */
export async function addUses(handle: Handle, uses: readonly (HotSkill & { readonly count: number })[]): Promise<void> {
  await handle.run(sql`insert into cache_hot_skills as known (member_id, skill, input_hash, input, weight, weighed_at)
    select r."memberId", r.skill, r."inputHash", r.input, r.count, now()
    from jsonb_to_recordset(${JSON.stringify(uses)}::jsonb)
      as r ("memberId" uuid, skill text, "inputHash" text, input jsonb, count float8)
    where exists (select from members m where m.id = r."memberId")
    on conflict (member_id, skill, input_hash) do update set weighed_at = excluded.weighed_at,
      weight = excluded.weight + known.weight * power(0.5, extract(epoch from excluded.weighed_at - known.weighed_at) / 86400)`)
}

/** The heaviest now, of members who may use Sophia. */
export function listHottest(handle: Handle, limit: number): Promise<HotSkill[]> {
  return handle.rows(
    HotRow,
    sql`select h.member_id, h.skill, h.input_hash, h.input from cache_hot_skills h
      join members m on m.id = h.member_id and m.status = 'active'
      order by h.weight * power(0.5, extract(epoch from now() - h.weighed_at) / 86400) desc, h.member_id, h.skill, h.input_hash
      limit ${limit}`,
  )
}

/** What nobody asked for in two weeks. */
export function dropCold(handle: Handle): Promise<number> {
  return handle.run(sql`delete from cache_hot_skills where weighed_at < now() - interval '14 days'`)
}
