import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'

/** Lists of this room are ordered by id, which grows with time; a marker is the last id, made opaque. */
export interface PageRequest {
  readonly cursor?: string | undefined
  readonly limit: number
}

interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor: string | null
}

/** The id after which the page starts, or null for the first page. Throws INVALID_INPUT for a marker that is not ours. */
export function cursorId(cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const id = z.uuid().safeParse(Buffer.from(cursor, 'base64url').toString('utf8'))
  if (id.success) return id.data
  throw new SophiaError('INVALID_INPUT', {
    detail: 'This page marker is not valid. Start again from the first page.',
    faults: [{ path: 'cursor', message: 'not a marker of this list' }],
  })
}

/** Makes a page of rows read with one more than `limit`, which tells whether another page follows. */
export function toPage<Item extends { readonly id: string }>(rows: readonly Item[], limit: number): Page<Item> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : null }
}
