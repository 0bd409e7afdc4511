import { z } from 'zod'
import type { Resolved } from '#domain/import/finish-row.ts'
import type { ReferenceKind } from '#domain/import/import-kind.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import { idFromName, squash } from '#domain/import/names.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'

const Named = z.object({ id: z.string(), name: z.string() })
const Priced = Named.extend({ list_price_micros: z.int().nullable(), currency: z.string() })

/** Finds what the words of a file mean: an id, else a name whatever its case, else a spelling that differs in spaces or signs only. */
export async function findReferences(
  handle: Handle,
  target: ReferenceKind,
  words: readonly string[],
): Promise<Map<string, Resolved>> {
  if (words.length === 0) return new Map()
  if (target === 'products') return findProducts(handle, words)
  const ids = words.flatMap((word) => [word, unknownId(target, word)])
  const rows = await handle.rows(
    Named,
    sql`select id, name from ${identifier(KIND_DEFINITIONS[target].table)}
      where id = any(${ids}::text[]) or lower(name) = any(${words.map((word) => word.toLowerCase())}::text[]) order by id desc`,
  )
  const index = indexOf(rows)
  return new Map(words.map((word) => [word, lookUp(index, target, word)]))
}

/** The catalogue is short, so it is compared whole, without spaces and signs. */
async function findProducts(handle: Handle, words: readonly string[]): Promise<Map<string, Resolved>> {
  const rows = await handle.rows(
    Priced,
    sql`select id, name, list_price_micros, currency from products order by id desc limit 50000`,
  )
  const index = indexOf(rows)
  const prices = new Map(
    rows.map((row) => [
      row.id,
      row.list_price_micros === null ? null : { micros: row.list_price_micros, currency: row.currency },
    ]),
  )
  return new Map(
    words.map((word) => {
      const found = lookUp(index, 'products', word)
      return [word, { ...found, listPrice: prices.get(found.id) ?? null }]
    }),
  )
}

interface NameIndex {
  readonly byId: ReadonlyMap<string, string>
  readonly byName: ReadonlyMap<string, z.infer<typeof Named>>
  readonly bySpelling: ReadonlyMap<string, z.infer<typeof Named>>
}

/** Rows come in descending order of id, so of several with one name the first id wins, whatever the plan of the query. */
function indexOf(rows: readonly z.infer<typeof Named>[]): NameIndex {
  return {
    byId: new Map(rows.map((row) => [row.id, row.name])),
    byName: new Map(rows.map((row) => [row.name.toLowerCase(), row])),
    bySpelling: new Map(rows.map((row) => [squash(row.name), row])),
  }
}

function lookUp(index: NameIndex, target: ReferenceKind, word: string): Resolved {
  const named = index.byId.get(word)
  if (named !== undefined) return { id: word, how: 'id', name: named }
  const byName = index.byName.get(word.toLowerCase())
  if (byName) return { id: byName.id, how: 'name', name: byName.name }
  const spelt = index.bySpelling.get(squash(word))
  if (spelt && squash(word) !== '') return { id: spelt.id, how: 'spelling', name: spelt.name }
  const id = unknownId(target, word)
  const bySlug = index.byId.get(id)
  return { id, how: bySlug === undefined ? 'unknown' : 'spelling', name: bySlug ?? null }
}

/** Where a reference points while its record is unknown: the id the record would get from that name. */
function unknownId(target: ReferenceKind, word: string): string {
  return target === 'deals' || target === 'contacts' ? word : idFromName(target, word) || word
}
