import type { z } from 'zod'
import type { Memory, MemoryChange } from '#contract/memory.ts'
import { dayOf, type Day } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { teamOf } from './add-memory.ts'
import { announce } from './announce.ts'
import { presentMemory, type MemoryRow } from './memory-row-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { findMemory, lockMemory } from './memories-store.ts'
import { changeMemories, type ChangeNote, type Snapshot } from './memory-write-store.ts'

type Wanted = z.infer<typeof MemoryChange>
type Patch = { readonly change: ChangeNote['change']; readonly patch: Partial<Snapshot> }

/** Edits, pins, shares, or lets a quarantined or forgotten one in. One entry of history per kind of change. */
export async function changeMemory(
  house: MemoryHouse,
  principal: Principal,
  { id, wanted }: { readonly id: string; readonly wanted: Wanted },
): Promise<Memory> {
  const at = house.clock.now()
  const { before, after } = await house.database.inTransaction(async (handle) => {
    const row = await lockChangeable(handle, principal, id)
    for (const { change, patch } of patchesOf(principal, row, wanted)) {
      const note = { change, memberId: principal.memberId, reason: null, at }
      await changeMemories(handle, [id], { patch, note })
    }
    return { before: row, after: await findMemory(handle, principal, id) }
  })
  // Sharing less can take a team's memory out of an admin's own sight.
  const row = after ?? before
  await announce(house, {
    principal,
    action: 'memory.change',
    rows: [row, before],
    detail: { changed: Object.keys(wanted) },
  })
  return presentMemory(row, dayOf(at))
}

/** The memory, held. Out of sight is NOT_FOUND; in sight but another's is NOT_PERMITTED. */
export async function lockChangeable(handle: Handle, principal: Principal, id: string): Promise<MemoryRow> {
  const row = await lockMemory(handle, principal, id)
  if (!row) throw new SophiaError('NOT_FOUND')
  if (!row.mayChange) throw new SophiaError('NOT_PERMITTED', { detail: 'Only its owner may change this memory.' })
  return row
}

function patchesOf(principal: Principal, row: MemoryRow, wanted: Wanted): Patch[] {
  return [
    ...approval(row, wanted.status),
    ...edit(row, wanted),
    ...sharing(principal, row, wanted.audience),
    ...(wanted.isPinned === undefined || wanted.isPinned === row.isPinned
      ? []
      : [
          {
            change: wanted.isPinned ? ('pinned' as const) : ('unpinned' as const),
            patch: { is_pinned: wanted.isPinned },
          },
        ]),
  ]
}

function approval(row: MemoryRow, status: Wanted['status']): Patch[] {
  if (status === undefined || row.status === 'active') return []
  if (row.status === 'quarantined') return [{ change: 'approved', patch: { status: 'active', trust: 'imported' } }]
  if (row.status === 'forgotten') return [{ change: 'restored', patch: { status: 'active' } }]
  throw new SophiaError('CONFLICT', {
    detail: 'A newer memory has taken its place. Undo that one, and this one is active again.',
  })
}

function edit(row: MemoryRow, { text, isSensitive, expiresOn }: Wanted): Patch[] {
  const words = text === undefined ? row.text : cleanText(text)
  const end: Day | null = expiresOn === undefined ? row.expiresOn : expiresOn
  const patch: Partial<Snapshot> = {
    // New words may say something else than the value that was read out of the old ones.
    ...(words === row.text ? {} : { text: words, slot_value: null }),
    ...(isSensitive === undefined || isSensitive === row.isSensitive ? {} : { is_sensitive: isSensitive }),
    ...(end === row.expiresOn ? {} : { expires_on: end }),
  }
  return Object.keys(patch).length === 0 ? [] : [{ change: 'edited', patch }]
}

function sharing(principal: Principal, row: MemoryRow, audience: Wanted['audience']): Patch[] {
  if (audience === undefined || audience === row.audience) return []
  // An admin looks after what is shared; making it somebody's secret again, or another circle's, is its owner's choice.
  if (row.memberId !== principal.memberId && row.memberId !== null && audience === 'member')
    throw new SophiaError('NOT_PERMITTED', { detail: 'Only its owner may make it private again.' })
  const subject = row.subjectKind === null ? null : { kind: row.subjectKind }
  const teamId = teamOf(principal, { audience, subject })
  return [{ change: 'shared', patch: { audience, team_id: teamId } }]
}
