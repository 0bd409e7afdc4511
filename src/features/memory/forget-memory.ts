import { dayOf } from '#domain/day.ts'
import type { Memory } from '#contract/memory.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { announce } from './announce.ts'
import { lockChangeable } from './change-memory.ts'
import { presentMemory } from './memory-row-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { findMemory } from './memories-store.ts'
import {
  changeMemories,
  selectHistory,
  selectReplacedIds,
  selectRivalIds,
  Snapshot,
  type ChangeNote,
} from './memory-write-store.ts'

/** No longer used from now on. It can be brought back until it is removed for good, 30 days later. */
export async function forgetMemory(house: MemoryHouse, principal: Principal, id: string): Promise<void> {
  const at = house.clock.now()
  const row = await house.database.inTransaction(async (handle) => {
    const found = await lockChangeable(handle, principal, id)
    if (found.status !== 'forgotten') {
      const note = { change: 'forgotten' as const, memberId: principal.memberId, reason: null, at }
      await changeMemories(handle, [id], { patch: { status: 'forgotten' }, note })
    }
    return found
  })
  await announce(house, { principal, action: 'memory.forget', rows: [row] })
}

/**
 * Reverts the last change of a memory. Of one just learnt that means: forgotten, and what it had replaced is active
 * again. Of one that was replaced: active again, and the replacement forgotten.
 */
export async function undoMemory(house: MemoryHouse, principal: Principal, id: string): Promise<Memory> {
  const at = house.clock.now()
  const { before, after } = await house.database.inTransaction(async (handle) => {
    const row = await lockChangeable(handle, principal, id)
    await revert(handle, id, { change: 'restored', memberId: principal.memberId, reason: 'undone', at })
    return { before: row, after: await findMemory(handle, principal, id) }
  })
  const row = after ?? before
  await announce(house, { principal, action: 'memory.undo', rows: [row, before] })
  return presentMemory(row, dayOf(at))
}

async function revert(handle: Handle, id: string, note: ChangeNote): Promise<void> {
  const last = (await selectHistory(handle, id)).at(-1)
  if (!last) throw new SophiaError('CONFLICT', { detail: 'There is nothing to undo.' })
  if (last.before === null) {
    await letGo(handle, id, note)
    return
  }
  const before = Snapshot.parse(last.before)
  if (last.after?.superseded_by && last.after.superseded_by !== before.superseded_by) {
    await letGo(handle, last.after.superseded_by, note)
    // Letting the replacement go has brought this one back already.
    return
  }
  await changeMemories(handle, [id], { patch: before, note })
  // Taking an undo back: what took this one's place does so again.
  if (before.superseded_by) await changeMemories(handle, [before.superseded_by], { patch: { status: 'active' }, note })
  else if (before.status === 'active') await replaceAgain(handle, id, note)
}

/** The memory is forgotten, and what it had taken the place of is active again. */
async function letGo(handle: Handle, id: string, note: ChangeNote): Promise<void> {
  const replaced = await selectReplacedIds(handle, id)
  await changeMemories(handle, [id], { patch: { status: 'forgotten' }, note })
  await changeMemories(handle, replaced, { patch: { status: 'active', superseded_by: null }, note })
}

/** Whatever this memory replaced before it was undone is replaced again, so that a slot never has two values. */
async function replaceAgain(handle: Handle, id: string, note: ChangeNote): Promise<void> {
  const rivals = await selectRivalIds(handle, id)
  await changeMemories(handle, rivals, { patch: { status: 'superseded', superseded_by: id }, note })
}
