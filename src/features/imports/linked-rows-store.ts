import type { Day } from '#domain/day.ts'
import type { FinishedRow } from '#domain/import/finish-row.ts'
import type { ImportKind, ReferenceKind } from '#domain/import/import-kind.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'
import { z } from 'zod'

/** How a row is removed: gone for good, or living on in another. */
export interface Removal {
  readonly kind: ImportKind
  readonly ids: readonly string[]
  readonly source: string
  readonly asOf: Day
}

/**
 * Takes rows out and keeps in the history what they held: one change of `record`, whose new value is the id of the row
 * they live on in, or nothing.
 */
export async function deleteRows(handle: Handle, removal: Removal & { readonly into?: string }): Promise<number> {
  const { kind, ids, source, asOf, into = null } = removal
  const table = identifier(KIND_DEFINITIONS[kind].table)
  return handle.run(
    sql`with gone as (delete from ${table} t where t.id = any(${ids}::text[]) returning t.*)
      insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
      select ${kind}, gone.id, 'record', to_jsonb(gone)::text, ${into}::text, ${asOf}::date, ${source} from gone`,
  )
}

const Moved = z.object({ kind: z.string(), id: z.string(), column: z.string() })

/** Points everything that named one row to another, with history; answers what was moved. */
export async function movePointers(
  handle: Handle,
  move: {
    readonly target: ReferenceKind
    readonly from: string
    readonly to: string
    readonly source: string
    readonly asOf: Day
  },
): Promise<z.infer<typeof Moved>[]> {
  const { target, from, to, source, asOf } = move
  const moved: z.infer<typeof Moved>[] = []
  for (const definition of Object.values(KIND_DEFINITIONS)) {
    for (const field of definition.fields) {
      if (field.type !== 'reference' || field.target !== target || field.column === null) continue
      const column = identifier(field.column)
      const rows = await handle.rows(
        Moved,
        sql`with moved as (
            update ${identifier(definition.table)} t set ${column} = ${to}, updated_at = now() where t.${column} = ${from} returning t.id
          ), history as (
            insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
            select ${definition.kind}, moved.id, ${field.column}, ${from}, ${to}, ${asOf}::date, ${source} from moved
          )
          select ${definition.kind}::text as kind, id, ${field.column}::text as column from moved`,
      )
      moved.push(...rows)
    }
  }
  return moved
}

export interface LinkedRows {
  readonly kind: ImportKind
  /** Columns of the table that are written. */
  readonly written: readonly string[]
  readonly rows: readonly FinishedRow[]
  readonly source: string
  readonly asOf: Day
}
