import type { Readable } from 'node:stream'
import type { ImportReport } from '#contract/records.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import { requireImporter, requirePastDay } from './import-rules.ts'
import { createTally, countsOf, tallyNotes, type Tally } from './import-tally.ts'
import type { ImportCall, ImportsNeeds } from './imports-needs.ts'
import { BEAT_MS, endImport, findImport, insertFaults, insertImport, saveBeat, saveMapping } from './imports-store.ts'
import { loadRows } from './load-rows.ts'
import { openRowSource, type RowSource } from './row-source.ts'
import { clearWayForOwnData } from './sample-rules.ts'

/**
 * Reads a CSV stream into records. Bad rows are kept as faults and the rest is loaded, batch by batch; with `isAtomic`
 * everything or nothing (IMPORT_ROWS_FAULTY). When it breaks off, the import is marked failed, the batches that were
 * committed stay and its counts say how many rows those are.
 */
export async function runImport(needs: ImportsNeeds, call: ImportCall & { stream: Readable }): Promise<ImportReport> {
  requireImporter(call.principal)
  requirePastDay(needs, call.request)
  await needs.requireDisk?.()
  const id = await startImport(needs, call)
  const tally = createTally()
  // The beat is a sign of life only; a missed one is made up by the next.
  const beat = setInterval(
    () => void needs.database.read((handle) => saveBeat(handle, id)).catch(() => undefined),
    BEAT_MS,
  )
  let source: RowSource | undefined
  try {
    source = await openRowSource(call.stream, call.request, call.signal)
    await loadSource(needs, { id, tally, source, call })
    return await getReport(needs, id)
  } catch (error) {
    throw await failImport(needs, {
      id,
      tally,
      error,
      source,
      isRolledBack: call.request.isAtomic || call.request.isDryRun,
    })
  } finally {
    clearInterval(beat)
    await source?.close()
  }
}

/** Makes the import's row; throws CONFLICT when its id was used before. */
export async function startImport(
  needs: ImportsNeeds,
  { request, principal, bytesTotal }: ImportCall,
): Promise<string> {
  const id = request.id ?? createId(needs.clock.now().getTime())
  await needs.database.inTransaction(async (handle) => {
    await clearWayForOwnData(handle, request)
    const isNew = await insertImport(handle, {
      id,
      kind: request.kind,
      fileName: request.fileName,
      asOf: request.asOf ?? null,
      isAtomic: request.isAtomic,
      isDryRun: request.isDryRun,
      bytesTotal: bytesTotal ?? null,
      memberId: principal.memberId,
    })
    if (!isNew) throw new SophiaError('CONFLICT', { detail: 'An import with this id exists already.' })
  })
  return id
}

export async function getReport(needs: ImportsNeeds, id: string): Promise<ImportReport> {
  const report = await needs.database.read((handle) => findImport(handle, id))
  if (!report) throw new SophiaError('NOT_FOUND')
  return report
}

interface Loading {
  readonly id: string
  readonly tally: Tally
  readonly source: RowSource
  readonly call: ImportCall
}

async function loadSource(needs: ImportsNeeds, { id, tally, source, call }: Loading): Promise<void> {
  const { request, onProgress } = call
  const mapping = { columns: source.plan.mapping, ignored: source.plan.ignoredColumns }
  await needs.database.read((handle) => saveMapping(handle, id, mapping))
  const base = await getReport(needs, id)
  const today = dayOf(needs.clock.now())
  const notes = await loadRows(needs, {
    id,
    tally,
    source,
    request,
    asOf: request.asOf ?? today,
    onBatch: () => onProgress?.({ ...base, ...countsOf(tally, source.bytesRead()) }),
  })
  const ending = { status: 'complete', counts: countsOf(tally, source.bytesRead()), notes, errorDetail: null } as const
  await needs.database.inTransaction(async (handle) => {
    await insertFaults(handle, id, tally.pendingFaults)
    await endImport(handle, id, ending)
  })
  onProgress?.({ ...base, ...ending.counts, status: 'complete', notes })
}

interface Failure {
  readonly id: string
  readonly tally: Tally
  readonly error: unknown
  readonly source: RowSource | undefined
  readonly isRolledBack: boolean
}

/** Marks the import failed, as far as the database can be reached, and answers the error to give. */
async function failImport(
  needs: ImportsNeeds,
  { id, tally, error, source, isRolledBack }: Failure,
): Promise<SophiaError> {
  if (isRolledBack) Object.assign(tally, { rowsCreated: 0, rowsChanged: 0, rowsUnchanged: 0 })
  const stored = tally.rowsCreated + tally.rowsChanged
  const cause = asImportError(error)
  const kept =
    stored > 0
      ? ` ${stored.toLocaleString('en-US')} rows were stored before that and stay; importing the same file again is safe.`
      : ' Nothing was stored.'
  const detail = `${cause.message}${cause.code === 'IMPORT_ROWS_FAULTY' ? '' : kept}`
  try {
    await needs.database.inTransaction(async (handle) => {
      await insertFaults(handle, id, tally.pendingFaults)
      const notes = [...(source?.plan.notes ?? []), ...(source?.notes() ?? []), ...tallyNotes(tally)]
      await endImport(handle, id, {
        status: 'failed',
        counts: countsOf(tally, source?.bytesRead() ?? 0),
        notes,
        errorDetail: detail,
      })
    })
  } catch (failure) {
    // The database is away: the missing beat marks the import as failed once it is back.
    needs.log.warn({ error: failure, importId: id }, 'a failed import could not be marked as such')
  }
  const retryAfter = cause.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: cause.retryAfterSeconds }
  return new SophiaError(cause.code, { detail, faults: cause.faults, cause: error, ...retryAfter })
}

/** Streams that end early fail with errors of their own making. */
function asImportError(error: unknown): SophiaError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const name = error instanceof Error ? error.name : ''
  if (
    !(error instanceof SophiaError) &&
    (/^(ERR_STREAM_PREMATURE_CLOSE|ECONNRESET|ABORT_ERR)$/.test(code) || name === 'AbortError')
  ) {
    return new SophiaError('IMPORT_NOT_VALID', { detail: 'The upload broke off before its end.', cause: error })
  }
  if (code === 'ENOSPC') return new SophiaError('STORAGE_FULL', { cause: error })
  return toSophiaError(error)
}
