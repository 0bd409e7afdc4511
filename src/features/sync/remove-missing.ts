import { mayRemove } from '#domain/sync/pace.ts'
import { recordIdOf } from '#domain/sync/mapping.ts'
import { saveCursor } from './cursors-store.ts'
import { addProgress, NO_COUNTS } from './runs-store.ts'
import { LeaseLost, type PassAtWork } from './store-page.ts'
import { countMissing, markMissing } from './sync-records-store.ts'
import type { SyncNeeds } from './sync-needs.ts'
import { holdLease } from './syncs-store.ts'

const AT_ONCE = 500

/**
 * After a whole pass: what it did not meet is no longer there, and is taken out; then the pass is over. When that would be
 * much, nothing is taken out and a person is told: a right that the connection lost looks just the same.
 */
export async function removeMissing(needs: SyncNeeds, work: PassAtWork): Promise<void> {
  const { sync, run, read, cursor, owner } = work
  const place = { syncId: sync.id, readName: read.name, pass: cursor.pass }
  const { known, missing } = await needs.database.read((handle) => countMissing(handle, place))
  const isAllowed = run.acceptsRemovals || mayRemove({ known, missing })
  let removed = 0
  while (isAllowed && removed < missing) {
    // oxlint-disable-next-line no-await-in-loop
    const now = await needs.database.inTransaction(async (handle) => {
      if (!(await holdLease(handle, { runId: run.id, owner }))) throw new LeaseLost()
      const sourceIds = await markMissing(handle, place, AT_ONCE)
      const ids = sourceIds.map((id) => recordIdOf(sync.serverId, id))
      await needs.rows.remove(handle, { kind: read.kind, ids, source: `sync:${sync.serverId}` })
      await addProgress(handle, run, { ...progressOf(read.name), counts: { ...NO_COUNTS, removed: ids.length } })
      return ids.length
    })
    if (now === 0) break
    removed += now
  }
  await needs.database.inTransaction(async (handle) => {
    await saveCursor(handle, sync.id, { ...cursor, isOpen: false, after: null, fullAt: needs.clock.now() })
    if (isAllowed) return
    const reason = `${missing} of ${known} ${read.kind} were not met, which is more than may be taken out unseen. Nothing was removed. Look whether the connection still sees everything; if they are gone indeed, run the sync with "acceptRemovals".`
    const note = { sort: 'note', kind: read.kind, sourceId: null, field: null, reason, value: null } as const
    await addProgress(handle, run, { ...progressOf(read.name), findings: [note] })
  })
}

function progressOf(readName: string) {
  return { readName, counts: NO_COUNTS, calls: 0, waitedMs: 0, findings: [] }
}
