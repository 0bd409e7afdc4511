import type { z } from 'zod'
import type { ImportFault } from '#contract/records.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { getImport } from './get-import.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { selectFaults } from './imports-store.ts'

interface FaultQuery {
  readonly id: string
  /** `LINE.N` of the last fault seen. */
  readonly cursor?: string | undefined
  readonly limit: number
}

/** The bad rows of one import in the order of the file. */
export async function listFaults(
  needs: ImportsNeeds,
  query: FaultQuery,
  principal: Principal,
): Promise<{ items: z.infer<typeof ImportFault>[]; nextCursor: string | null }> {
  await getImport(needs, query.id, principal)
  const after = parseCursor(query.cursor)
  const found = await needs.database.read((handle) => selectFaults(handle, query.id, { after, limit: query.limit + 1 }))
  const shown = found.slice(0, query.limit)
  const last = shown.at(-1)
  return {
    items: shown.map(({ line, column, reason, value }) => ({ line, column, reason, value })),
    nextCursor: found.length > query.limit && last ? `${last.line}.${last.n}` : null,
  }
}

function parseCursor(cursor: string | undefined): { line: number; n: number } {
  if (cursor === undefined) return { line: 0, n: -1 }
  const parts = /^(\d{1,9})\.(\d{1,4})$/.exec(cursor)
  if (!parts)
    throw new SophiaError('INVALID_INPUT', { faults: [{ path: 'cursor', message: 'Not a cursor of this list.' }] })
  return { line: Number(parts[1]), n: Number(parts[2]) }
}
