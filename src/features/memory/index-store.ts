import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const DeltaRow = z.object({
  id: z.string(),
  seq: z.int(),
  /** null: let go of it. */
  text: z.string().nullable(),
  label: z.string().nullable(),
  persona: z.string().nullable(),
  audience: z.string().nullable(),
  memberId: z.string().nullable(),
  teamId: z.string().nullable(),
  embedding: z.instanceof(Buffer).nullable(),
})
export type DeltaRow = z.infer<typeof DeltaRow>

/** What changed after `after`, in the order of change: active rows with their text, the rest as gone. */
export function selectDeltas(
  handle: Handle,
  { after, model, limit }: { readonly after: number; readonly model: string; readonly limit: number },
): Promise<DeltaRow[]> {
  return handle.rows(
    DeltaRow,
    sql`select * from (
        (select m.id, m.change_seq as seq, case when m.status = 'active' then m.text end as text, m.subject_label as label,
            m.persona, m.audience, m.member_id as "memberId", m.team_id as "teamId",
            case when m.embedding_model = ${model} then m.embedding end as embedding
          from memories m where m.change_seq > ${after} order by m.change_seq limit ${limit})
        union all
        (select t.memory_id, t.change_seq, null, null, null, null, null, null, null from memory_tombstones t
          where t.change_seq > ${after} order by t.change_seq limit ${limit})) changed
      order by seq limit ${limit}`,
  )
}

const UnembeddedRow = z.object({ id: z.string(), text: z.string(), label: z.string().nullable() })

/** Active memories without a vector of this model. */
export function selectUnembedded(
  handle: Handle,
  model: string,
  limit: number,
): Promise<z.infer<typeof UnembeddedRow>[]> {
  return handle.rows(
    UnembeddedRow,
    sql`select id, text, subject_label as label from memories
      where status = 'active' and embedding_model is distinct from ${model} order by change_seq desc limit ${limit}`,
  )
}

/** Keeps vectors made from these very texts; a text changed meanwhile stays without. */
export async function updateEmbeddings(
  handle: Handle,
  model: string,
  rows: readonly { readonly id: string; readonly text: string; readonly embedding: Buffer }[],
): Promise<void> {
  await handle.run(sql`update memories m set embedding = e.embedding, embedding_model = ${model}, change_seq = nextval('memory_changes_seq')
    from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.text)}::text[], ${rows.map((row) => row.embedding)}::bytea[])
      as e (id, text, embedding) where m.id = e.id and m.text = e.text`)
}
