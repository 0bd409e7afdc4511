import { z } from 'zod'
import { isDay } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import { identifier, sql, type Sql } from './sql.ts'

/** Where a page ended: the sort it belongs to, the last row's key as text (null when it had none) and its id. */
const Cursor = z.strictObject({ s: z.string(), k: z.string().nullable(), i: z.string() })

export interface Keyset {
  /** Names the sort and its direction; a cursor of another one is refused. */
  readonly sort: string
  readonly direction: 'asc' | 'desc'
  /** The sort key, an expression over the rows; null values come last either way. */
  readonly key: Sql
  /** The row's unique id, ascending among equal keys. */
  readonly id: Sql
  /** PostgreSQL type of the key. */
  readonly type: 'text' | 'date' | 'int8'
}

/** Opaque text for the page after this row. */
export function encodeCursor(keyset: Keyset, last: { readonly key: string | null; readonly id: string }): string {
  const place = { s: `${keyset.sort}.${keyset.direction}`, k: last.key, i: last.id }
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** The condition for rows after the cursor; throws INVALID_INPUT when it was not made for this sort. */
export function afterCursor(keyset: Keyset, cursor: string | undefined): Sql {
  if (cursor === undefined) return sql`true`
  const place = decodeCursor(cursor)
  if (place === undefined || place.s !== `${keyset.sort}.${keyset.direction}` || !isOfType(place.k, keyset.type)) {
    throw new SophiaError('INVALID_INPUT', {
      detail: 'This page marker belongs to another list or order. Start again from the first page.',
      faults: [{ path: 'cursor', message: 'not a marker of this list and order' }],
    })
  }
  const { key, id } = keyset
  if (place.k === null) return sql`(${key} is null and ${id} > ${place.i})`
  const value = sql`${place.k}::${identifier(keyset.type)}`
  const beyond = keyset.direction === 'asc' ? sql`${key} > ${value}` : sql`${key} < ${value}`
  return sql`(${beyond} or (${key} = ${value} and ${id} > ${place.i}) or ${key} is null)`
}

/** `order by` terms of the keyset. */
export function keysetOrder(keyset: Keyset): Sql {
  const direction = keyset.direction === 'asc' ? sql`asc` : sql`desc`
  return sql`${keyset.key} ${direction} nulls last, ${keyset.id} asc`
}

function isOfType(key: string | null, type: Keyset['type']): boolean {
  if (key === null || type === 'text') return true
  return type === 'date' ? isDay(key) : /^-?\d{1,18}$/.test(key)
}

function decodeCursor(cursor: string): z.infer<typeof Cursor> | undefined {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    // Whatever is wrong with it, the answer is the same: not one of ours.
    return undefined
  }
}
