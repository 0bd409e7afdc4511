import { SophiaError } from '#domain/errors.ts'
import { planRead } from '#domain/sync/finish-records.ts'
import type { SyncMapping, SyncRead } from '#domain/sync/mapping.ts'
import { nextPass, type Cursor } from '#domain/sync/next-pass.ts'
import { findCursor, saveCursor } from './cursors-store.ts'
import { readPage } from './read-page.ts'
import { removeMissing } from './remove-missing.ts'
import { storePage, type PassAtWork, type RunAtWork } from './store-page.ts'
import type { SyncNeeds } from './sync-needs.ts'

/** No pass asks longer than this, whatever the answers say: a cursor that never ends is the CRM's fault. */
const MOST_PAGES = 100_000

interface ReadAtWork extends RunAtWork {
  readonly mapping: SyncMapping
  readonly read: SyncRead
}

/** One read of the mapping from where it stands to its end, page by page. */
export async function runPass(needs: SyncNeeds, work: ReadAtWork): Promise<void> {
  const { sync, run, signal, read } = work
  const plan = planRead(read)
  let cursor = await openCursor(needs, work)
  for (let page = 0; page < MOST_PAGES && cursor.isOpen; page += 1) {
    signal.throwIfAborted()
    const { after, since } = cursor
    // One page after the other: each begins where the last one ended.
    // oxlint-disable-next-line no-await-in-loop
    const found = await readPage(needs, {
      server: sync.serverId,
      read,
      values: { after, since: since?.toISOString() ?? null, settings: sync.settings },
      signal,
    })
    // The same place again would never end.
    const isLast = found.next === null || found.next === after
    // A whole pass is over only when what it did not meet was looked at, so its last page leaves it open.
    const next: Cursor = { ...cursor, after: isLast ? after : found.next, isOpen: !isLast || cursor.isFull }
    const atWork: PassAtWork = { ...work, plan, cursor }
    // oxlint-disable-next-line no-await-in-loop
    await storePage(needs, { ...atWork, page: found, next })
    cursor = next
    if (!isLast) continue
    // oxlint-disable-next-line no-await-in-loop
    if (cursor.isFull && !run.isDryRun) await removeMissing(needs, atWork)
    return
  }
  throw new SophiaError('TOOL_FAILED', { detail: `The pages of "${read.name}" do not end: ${MOST_PAGES} were read.` })
}

/** A dry run leaves no trace of its own. */
async function openCursor(needs: SyncNeeds, { sync, run, mapping, read }: ReadAtWork): Promise<Cursor> {
  const found = await needs.database.read((handle) => findCursor(handle, sync.id, read.name))
  const cursor = nextPass(found, {
    readName: read.name,
    isIncremental: read.isIncremental,
    wantsFull: run.wantsFull,
    isDryRun: run.isDryRun,
    askedAt: run.createdAt,
    now: needs.clock.now(),
    overlapSeconds: mapping.overlapSeconds,
  })
  if (!run.isDryRun && cursor !== found) await needs.database.read((handle) => saveCursor(handle, sync.id, cursor))
  return cursor
}
