import type { Finding } from '#contract/sync.ts'
import type { Cursor } from '#domain/sync/next-pass.ts'
import type { ImportPlan } from '#domain/import/import-plan.ts'
import type { Scalar } from '#domain/import/read-row.ts'
import { changedHere, mergeRow, type ColumnValues } from '#domain/sync/merge-row.ts'
import type { SyncRead } from '#domain/sync/mapping.ts'
import type { FinishedRecord } from '#domain/sync/finish-records.ts'
import type { FinishedRow } from '#domain/import/finish-row.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { saveCursor } from './cursors-store.ts'
import { mapPage, referencesIn, type MappedPage } from './map-page.ts'
import type { Page } from './read-page.ts'
import { takeOut } from './take-out.ts'
import { addProgress, NO_COUNTS, type RunProgress, type RunRow } from './runs-store.ts'
import {
  findChangeTimes,
  findKnown,
  findMerged,
  lockHere,
  saveCopied,
  type CopiedRecord,
  type KnownRecord,
} from './sync-records-store.ts'
import type { SyncNeeds } from './sync-needs.ts'
import { holdLease, type SyncRow } from './syncs-store.ts'

/** One run at work. */
export interface RunAtWork {
  readonly sync: SyncRow
  readonly run: RunRow
  readonly owner: string
  readonly signal: AbortSignal
}

export interface PassAtWork extends RunAtWork {
  readonly read: SyncRead
  readonly plan: ImportPlan
  readonly cursor: Cursor
}

export interface PageAtWork extends PassAtWork {
  readonly page: Page
  /** Where the pass stands when the page is stored. */
  readonly next: Cursor
}

/** Thrown to undo what a dry run did. */
class DryRunDone extends Error {
  readonly progress: RunProgress
  constructor(progress: RunProgress) {
    super('dry run')
    this.progress = progress
  }
}

/** Another process has taken the run over; whoever meets this stores nothing more and leaves. */
export class LeaseLost extends Error {
  constructor() {
    super('another process works on this run')
  }
}

/**
 * Stores a page with how far the pass is, in one transaction: a run that breaks off afterwards has lost nothing, and the
 * next one goes on from there. A dry run does all of it and takes it back.
 */
export async function storePage(needs: SyncNeeds, work: PageAtWork): Promise<void> {
  const { run, sync } = work
  try {
    await needs.requireDisk?.()
    await needs.database.inTransaction(async (handle) => {
      if (!(await holdLease(handle, { runId: run.id, owner: work.owner }))) throw new LeaseLost()
      await needs.rows.requireRoom(handle, [work.read.kind])
      const progress = await writePage(needs, handle, work)
      if (run.isDryRun) throw new DryRunDone(progress)
      await saveCursor(handle, sync.id, work.next)
      await addProgress(handle, run, progress)
    })
  } catch (error) {
    if (!(error instanceof DryRunDone)) throw error
    await needs.database.inTransaction((handle) => addProgress(handle, run, error.progress))
  }
}

async function writePage(needs: SyncNeeds, handle: Handle, work: PageAtWork): Promise<RunProgress> {
  const { sync, read, plan, page } = work
  const { serverId: server, currency } = sync
  const context = { server, currency }
  const merged = await findMerged(handle, sync.id, referencesIn(read, page.items, context))
  const meanings = new Map(merged.map((one) => [`${one.kind} ${one.sourceId}`, one.mergedInto]))
  const mapped = mapPage(read, page.items, {
    ...context,
    plan,
    meant: (kind, id) => meanings.get(`${kind} ${id}`) ?? id,
  })
  const sourceIds = mapped.records.map(({ sourceId }) => sourceId)
  const known = new Map(
    (await findKnown(handle, { syncId: sync.id, kind: read.kind, sourceIds })).map((one) => [one.sourceId, one]),
  )
  const { rows, bases, conflicts } = await mergeRows(handle, work, { mapped, known })
  const written = await needs.rows.put(handle, {
    kind: read.kind,
    written: plan.written,
    rows,
    source: `sync:${server}`,
  })
  await saveCopied(handle, {
    syncId: sync.id,
    kind: read.kind,
    readName: read.name,
    pass: work.cursor.pass,
    at: needs.clock.now(),
    records: copiedOf(mapped, bases, known),
  })
  const out = await takeOut(needs, handle, { work, records: mapped.records, known })
  return {
    readName: read.name,
    counts: { ...NO_COUNTS, ...written, ...out, read: page.items.length, faulty: mapped.faulty },
    calls: page.calls,
    waitedMs: page.waitedMs,
    findings: [...mapped.findings, ...conflicts],
  }
}

interface Merging {
  readonly mapped: MappedPage
  readonly known: ReadonlyMap<string, KnownRecord>
}

/** Field by field by the conflict rule. */
async function mergeRows(handle: Handle, { sync, read, plan }: PassAtWork, { mapped, known }: Merging) {
  const here = await lockHere(
    handle,
    read.kind,
    mapped.rows.map(({ row }) => row.id),
  )
  const baseOf = ({ mapped: { sourceId } }: FinishedRecord): ColumnValues | null => {
    const found = known.get(sourceId)
    return found && found.gone === null && Object.keys(found.base).length > 0 ? found.base : null
  }
  const hereOf = ({ row }: FinishedRecord): ColumnValues | null => {
    const found = here.get(row.id)
    // Columns of our own tables hold scalars, but for `origin`, which no mapping writes.
    return found ? Object.fromEntries(plan.written.map((column) => [column, (found[column] ?? null) as Scalar])) : null
  }
  const touched = mapped.rows.filter((record) => changedHere(baseOf(record), hereOf(record)).length > 0)
  const times = await findChangeTimes(
    handle,
    read.kind,
    touched.map(({ row }) => row.id),
  )
  const timeOf = new Map(times.map(({ id, field, at }) => [`${id} ${field}`, at]))
  const rows: FinishedRow[] = []
  const bases = new Map<string, Record<string, Scalar>>()
  const conflicts: Finding[] = []
  for (const record of mapped.rows) {
    const { row, unsaid } = record
    const { sourceId, modifiedAt } = record.mapped
    const merged = mergeRow({
      said: row.values,
      unsaid,
      base: baseOf(record),
      here: hereOf(record),
      changedAt: (column) => timeOf.get(`${row.id} ${column}`) ?? null,
      modifiedAt,
    })
    rows.push({ ...row, values: merged.values })
    bases.set(sourceId, merged.base)
    for (const { column, here: ours, there, kept } of merged.conflicts)
      conflicts.push({
        sort: 'conflict',
        kind: read.kind,
        sourceId,
        field: column,
        reason: `Changed here and in ${sync.serverId}: "${ours ?? ''}" here, "${there ?? ''}" there. The later change stands, which is the one ${kept}.`,
        value: there,
      })
  }
  return { rows, bases, conflicts }
}

function copiedOf(
  { records }: MappedPage,
  bases: ReadonlyMap<string, Readonly<Record<string, Scalar>>>,
  known: ReadonlyMap<string, KnownRecord>,
): CopiedRecord[] {
  return records.flatMap(({ sourceId, isArchived, mergedInto }) => {
    const found = known.get(sourceId)
    const isLiving = !isArchived && mergedInto === null
    // What was never here has nothing to be taken out.
    if (!isLiving && !found) return []
    const gone = isLiving ? null : (found?.gone ?? null)
    return [
      { sourceId, base: bases.get(sourceId) ?? null, gone, mergedInto: isLiving ? null : (found?.mergedInto ?? null) },
    ]
  })
}
