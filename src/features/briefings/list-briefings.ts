import { z } from 'zod'
import type { Briefing } from '#contract/briefings.ts'
import type { PageQuery } from '#contract/common.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { BriefingNeeds } from './briefing-needs.ts'
import { selectBriefings } from './briefings-store.ts'

/** The member's own briefings and how they got on, newest first. */
export async function listBriefings(
  { database }: BriefingNeeds,
  { memberId }: Principal,
  { cursor, limit }: z.infer<typeof PageQuery>,
): Promise<{ items: Briefing[]; nextCursor: string | null }> {
  if (cursor !== undefined && !z.uuid().safeParse(cursor).success) {
    throw new SophiaError('INVALID_INPUT', {
      faults: [{ path: 'query.cursor', message: 'Not a cursor of this list.' }],
    })
  }
  const rows = await database.read((handle) =>
    selectBriefings(handle, { memberId, beforeId: cursor, limit: limit + 1 }),
  )
  const items = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
