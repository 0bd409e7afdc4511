import type { MappedRecord } from '#domain/sync/map-record.ts'
import { recordIdOf } from '#domain/sync/mapping.ts'
import type { Handle } from '#platform/postgres/database.ts'
import type { PassAtWork } from './store-page.ts'
import { findKnown, moveBases, saveCopied, type KnownRecord } from './sync-records-store.ts'
import type { SyncNeeds } from './sync-needs.ts'

interface Fates {
  readonly work: PassAtWork
  readonly records: readonly MappedRecord[]
  readonly known: ReadonlyMap<string, KnownRecord>
}

/**
 * What was merged there follows: whatever named the one names the other from now on. What was deleted there is taken out,
 * with history. Merges come first, for a record that was merged away looks deleted as well.
 */
export async function takeOut(
  needs: SyncNeeds,
  handle: Handle,
  { work, records, known }: Fates,
): Promise<{ removed: number; merged: number }> {
  const merges = mergesIn(records)
  let merged = 0
  const isMerged = new Set<string>()
  for (const { from, to } of await livingMerges(handle, work, { merges, known })) {
    await mergeOne(needs, handle, { work, from, to })
    isMerged.add(from)
    merged += 1
  }
  const archived = records
    .filter(
      (record) => record.isArchived && !isMerged.has(record.sourceId) && known.get(record.sourceId)?.gone === null,
    )
    .map(({ sourceId }) => sourceId)
  const removed = await removeRecords(needs, handle, { work, sourceIds: archived })
  return { removed, merged }
}

interface Merge {
  readonly from: string
  readonly to: string
}

function mergesIn(records: readonly MappedRecord[]): Merge[] {
  return records.flatMap(({ sourceId, mergedFrom, mergedInto }) => [
    ...mergedFrom.map((from) => ({ from, to: sourceId })),
    ...(mergedInto === null ? [] : [{ from: sourceId, to: mergedInto }]),
  ])
}

/** Those whose loser is still here. */
async function livingMerges(
  handle: Handle,
  { sync, read }: PassAtWork,
  { merges, known }: { merges: readonly Merge[]; known: ReadonlyMap<string, KnownRecord> },
): Promise<Merge[]> {
  const unknown = merges.map(({ from }) => from).filter((id) => !known.has(id))
  const found =
    unknown.length === 0 ? [] : await findKnown(handle, { syncId: sync.id, kind: read.kind, sourceIds: unknown })
  const others = new Map(found.map((one) => [one.sourceId, one]))
  const seen = new Set<string>()
  return merges.filter(({ from, to }) => {
    const isLiving = (known.get(from) ?? others.get(from))?.gone === null && from !== to && !seen.has(from)
    seen.add(from)
    return isLiving
  })
}

async function mergeOne(
  needs: SyncNeeds,
  handle: Handle,
  { work, from, to }: Merge & { readonly work: PassAtWork },
): Promise<void> {
  const { sync, read, cursor } = work
  const server = sync.serverId
  const source = `sync:${server}`
  const winner = recordIdOf(server, to)
  if (read.kind === 'activities')
    await needs.rows.remove(handle, { kind: read.kind, ids: [recordIdOf(server, from)], source })
  else {
    const moved = await needs.rows.merge(handle, {
      kind: read.kind,
      from: recordIdOf(server, from),
      to: winner,
      source,
    })
    await moveBases(handle, sync.id, { server, to: winner, moved })
  }
  await saveCopied(handle, {
    syncId: sync.id,
    kind: read.kind,
    readName: read.name,
    pass: cursor.pass,
    at: needs.clock.now(),
    records: [{ sourceId: from, base: null, gone: 'merged', mergedInto: to }],
  })
}

async function removeRecords(
  needs: SyncNeeds,
  handle: Handle,
  { work, sourceIds }: { readonly work: PassAtWork; readonly sourceIds: readonly string[] },
): Promise<number> {
  if (sourceIds.length === 0) return 0
  const { sync, read, cursor } = work
  const ids = sourceIds.map((id) => recordIdOf(sync.serverId, id))
  const removed = await needs.rows.remove(handle, { kind: read.kind, ids, source: `sync:${sync.serverId}` })
  await saveCopied(handle, {
    syncId: sync.id,
    kind: read.kind,
    readName: read.name,
    pass: cursor.pass,
    at: needs.clock.now(),
    records: sourceIds.map((sourceId) => ({ sourceId, base: null, gone: 'removed', mergedInto: null })),
  })
  return removed
}
