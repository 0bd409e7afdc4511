import type { Day } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import { readRow, type RowDraft } from '#domain/import/read-row.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { addFaultyRow, countsOf, tallyNotes, type Tally } from './import-tally.ts'
import type { ImportRequest, ImportsNeeds } from './imports-needs.ts'
import { findDataDay, insertFaults, saveDataDay, saveProgress } from './imports-store.ts'
import { countDangling, lockKind, relinkTo } from './records-store.ts'
import type { RowSource } from './row-source.ts'
import { storeBatch, type BatchCounts, type ReferenceMemory } from './store-batch.ts'

const BATCH_ROWS = 1000
const BATCH_CHARACTERS = 2_000_000
const LONG = { mayTakeLong: true }

interface LoadInput {
  readonly id: string
  readonly tally: Tally
  readonly source: RowSource
  readonly request: ImportRequest
  readonly asOf: Day
  readonly onBatch: () => void
}

/** Thrown to undo a dry run's transaction after everything went well. */
class DryRunDone extends Error {
  readonly notes: string[]
  constructor(notes: string[]) {
    super('dry run')
    this.notes = notes
  }
}

/** Reads, resolves and stores all rows; answers the notes. The next batch is read while the last one is being stored. */
export async function loadRows(needs: ImportsNeeds, input: LoadInput): Promise<string[]> {
  const { request } = input
  if (!request.isAtomic && !request.isDryRun) return loadBatchwise(needs, input)
  try {
    return await needs.database.inTransaction(async (handle) => {
      await lockKind(handle, request.kind)
      const notes = await loadInOne(needs, { ...input, handle })
      if (request.isDryRun) throw new DryRunDone(notes)
      return notes
    }, LONG)
  } catch (error) {
    if (error instanceof DryRunDone) return error.notes
    throw error
  }
}

async function loadBatchwise(needs: ImportsNeeds, input: LoadInput): Promise<string[]> {
  const memory: ReferenceMemory = new Map()
  await eachBatch(input, async (drafts) => {
    await needs.requireDisk?.()
    const counts = await needs.database.inTransaction(async (handle) => {
      await lockKind(handle, input.request.kind)
      const stored = await storeBatch(handle, batchOf(input, drafts, memory))
      await insertFaults(handle, input.id, input.tally.pendingFaults.splice(0))
      await saveProgress(handle, input.id, countsWith(input, stored))
      return stored
    }, LONG)
    addCounts(input.tally, counts)
  })
  return needs.database.inTransaction(async (handle) => {
    await lockKind(handle, input.request.kind)
    return finishLoad(handle, input)
  }, LONG)
}

/** Everything in the caller's transaction. After the first bad row of an atomic import the rest is only read, to name all faults. */
async function loadInOne(needs: ImportsNeeds, input: LoadInput & { handle: Handle }): Promise<string[]> {
  const { handle, request, tally, id } = input
  const memory: ReferenceMemory = new Map()
  const isDoomed = (): boolean => request.isAtomic && tally.rowsFaulty > 0
  await eachBatch(input, async (drafts) => {
    if (!isDoomed()) addCounts(tally, await storeBatch(handle, batchOf(input, drafts, memory)))
    // Beside the transaction, so that it can be seen while it runs; rows are stored only with the transaction's end.
    const unstored = { ...countsOf(tally, input.source.bytesRead()), rowsCreated: 0, rowsChanged: 0, rowsUnchanged: 0 }
    await needs.database.read(async (beside) => {
      await insertFaults(beside, id, tally.pendingFaults.splice(0))
      await saveProgress(beside, id, unstored)
    })
  })
  if (isDoomed()) {
    const rows = tally.rowsFaulty === 1 ? '1 row is' : `${tally.rowsFaulty.toLocaleString('en-US')} rows are`
    throw new SophiaError('IMPORT_ROWS_FAULTY', {
      detail: `${rows} faulty, so nothing was loaded, as asked. The faults are listed under import ${id}.`,
    })
  }
  return finishLoad(handle, input)
}

/** Hands over drafts in batches. One batch is stored while the next is read; never more than two are held. */
async function eachBatch(
  { source, tally, onBatch }: LoadInput,
  store: (drafts: RowDraft[]) => Promise<void>,
): Promise<void> {
  let drafts: RowDraft[] = []
  let characters = 0
  let storing: Promise<Error | null> = Promise.resolve(null)
  const settle = async (): Promise<void> => {
    const failure = await storing
    if (failure) throw failure
  }
  const flush = async (): Promise<void> => {
    await settle()
    // A failure is kept as a value until the next turn, so that it is never an unhandled rejection.
    storing = store(drafts)
      .then(onBatch)
      .then(() => null)
      .catch((error: unknown) => toError(error))
    drafts = []
    characters = 0
  }
  for (const fault of source.faults ?? []) {
    tally.rowsRead += 1
    addFaultyRow(tally, [fault])
  }
  try {
    for await (const row of source.rows) {
      const result = readRow(source.plan, row.values, row.line)
      if (result === 'blank') continue
      tally.rowsRead += 1
      if ('faults' in result) addFaultyRow(tally, result.faults)
      else {
        drafts.push(result.draft)
        characters += row.values.reduce((sum, value) => sum + value.length, 0)
      }
      if (drafts.length >= BATCH_ROWS || characters >= BATCH_CHARACTERS || tally.pendingFaults.length >= BATCH_ROWS)
        await flush()
    }
    await flush()
  } finally {
    await storing
  }
  await settle()
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function batchOf(input: LoadInput, drafts: readonly RowDraft[], memory: ReferenceMemory) {
  return { plan: input.source.plan, drafts, tally: input.tally, memory, source: input.id, asOf: input.asOf }
}

function addCounts(tally: Tally, stored: BatchCounts): void {
  tally.rowsCreated += stored.created
  tally.rowsChanged += stored.changed
  tally.rowsUnchanged += stored.unchanged
  tally.rowsRepeated += stored.repeated
}

function countsWith({ tally, source }: LoadInput, stored: BatchCounts) {
  const counts = countsOf(tally, source.bytesRead())
  return {
    ...counts,
    rowsCreated: counts.rowsCreated + stored.created,
    rowsChanged: counts.rowsChanged + stored.changed,
    rowsUnchanged: counts.rowsUnchanged + stored.unchanged,
  }
}

/** After the last row: references that can be tied now, the day the data speaks for, and what a person should know. */
async function finishLoad(handle: Handle, { id, request, source, tally }: LoadInput): Promise<string[]> {
  const { definition } = source.plan
  const notes = [...source.notes(), ...source.plan.notes, ...tallyNotes(tally)]
  if (isReferable(definition.kind) && tally.rowsCreated + tally.rowsChanged > 0) {
    const relinked = await relinkTo(handle, definition.kind, id)
    if (relinked > 0)
      notes.push(`${relinked.toLocaleString('en-US')} references of records imported before now point here.`)
  }
  for (const { label, target, rows } of hasUnknown(tally) ? await countDangling(handle, definition.kind, id) : []) {
    notes.push(
      `${label}: ${rows.toLocaleString('en-US')} rows name ${target} that are not known yet. Import ${target} too; the rows will meet them by name.`,
    )
  }
  const spokeFor = await findDataDay(handle, request.kind)
  await saveDataDay(handle, request.kind, request.asOf ?? null)
  if (spokeFor !== null && request.asOf === undefined) {
    notes.push(
      `The ${request.kind} spoke for ${spokeFor} until now; imported without a day, they speak for today. For an older file say which day it speaks for (--as-of).`,
    )
  }
  return notes
}

function hasUnknown(tally: Tally): boolean {
  return [...tally.topics.keys()].some((key) => key.startsWith('unknown\n'))
}

function isReferable(kind: string): kind is 'clients' | 'contacts' | 'deals' | 'reps' | 'products' {
  return ['clients', 'contacts', 'deals', 'reps', 'products'].includes(kind)
}
