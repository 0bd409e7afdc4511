import { z } from 'zod'
import type { Draft, DraftQuery } from '#contract/drafts.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { DraftsNeeds } from './drafts-needs.ts'
import { findDraft, listDraftRows } from './drafts-store.ts'
import { presentDraft } from './present-draft.ts'

const Place = z.strictObject({
  updatedAt: z.string().regex(/^\d{4}-\d{2}-\d{2} [\d:.]+[+-]\d{2}(?::\d{2})?$/),
  id: z.uuid(),
})

/** The member's own drafts, last touched first. Nobody sees another's, whatever the role. */
export async function listDrafts(
  needs: DraftsNeeds,
  principal: Principal,
  query: z.infer<typeof DraftQuery>,
): Promise<{ items: Draft[]; nextCursor: string | null }> {
  const { status, aboutId, limit } = query
  const before = query.cursor === undefined ? null : decodePlace(query.cursor)
  const found = await needs.database.read((handle) =>
    listDraftRows(handle, principal.memberId, { status, aboutId, before, limit: limit + 1 }),
  )
  const page = found.slice(0, limit)
  const last = found.length > limit ? page.at(-1) : undefined
  return {
    items: page.map((row) => presentDraft(needs, row)),
    nextCursor: last ? encodePlace({ updatedAt: last.place, id: last.id }) : null,
  }
}

function encodePlace(place: z.infer<typeof Place>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function decodePlace(cursor: string): z.infer<typeof Place> {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (error) {
    const detail = 'This page marker belongs to another list. Start again from the first page.'
    throw new SophiaError('INVALID_INPUT', {
      detail,
      faults: [{ path: 'cursor', message: 'not a marker of this list' }],
      cause: error,
    })
  }
}

/** One draft of the member; NOT_FOUND for everybody else's. */
export async function getDraft(needs: DraftsNeeds, principal: Principal, id: string): Promise<Draft> {
  const row = await needs.database.read((handle) => findDraft(handle, principal.memberId, id))
  if (row === undefined) throw new SophiaError('NOT_FOUND')
  return presentDraft(needs, row)
}
