import { z } from 'zod'
import type { ImportReport } from '#contract/records.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { requireReader } from './get-import.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { selectImports } from './imports-store.ts'

interface Page {
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Imports, newest first. The cursor is the id of the last one seen. */
export async function listImports(
  needs: ImportsNeeds,
  page: Page,
  principal: Principal,
): Promise<{ items: ImportReport[]; nextCursor: string | null }> {
  requireReader(principal)
  if (page.cursor !== undefined && !z.uuid().safeParse(page.cursor).success) {
    throw new SophiaError('INVALID_INPUT', { faults: [{ path: 'cursor', message: 'Not a cursor of this list.' }] })
  }
  const items = await needs.database.read((handle) =>
    selectImports(handle, { before: page.cursor ?? null, limit: page.limit + 1 }),
  )
  const shown = items.slice(0, page.limit)
  return { items: shown, nextCursor: items.length > page.limit ? (shown.at(-1)?.id ?? null) : null }
}
