import type { ImportReport, RecordKind } from '#contract/records.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError, type FieldFault } from '#domain/errors.ts'
import { readRow, type RowDraft } from '#domain/import/read-row.ts'
import type { ImportPlan } from '#domain/import/import-plan.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import { squash } from '#domain/import/names.ts'
import type { Principal } from '#domain/permission.ts'
import { requireImporter } from './import-rules.ts'
import { countsOf, createTally, tallyNotes } from './import-tally.ts'
import type { ImportsNeeds } from './imports-needs.ts'
import { endImport, saveMapping } from './imports-store.ts'
import { lockKind, relinkTo } from './records-store.ts'
import { planRows } from './row-source.ts'
import { getReport, startImport } from './run-import.ts'
import { storeBatch } from './store-batch.ts'

export type JsonRecord = Readonly<Record<string, string | number | boolean | null>>

interface PutCall {
  readonly kind: RecordKind
  readonly records: readonly JsonRecord[]
  readonly principal: Principal
}

interface Group {
  readonly plan: ImportPlan
  readonly drafts: RowDraft[]
}

/**
 * Writes records given as JSON through the same reading as files: field names as in `--map`, all or nothing. A record
 * writes only the fields it has. Throws INVALID_INPUT with a fault per field, `[3].stage`. The day that data speaks for
 * is left as it is.
 */
export async function putRecords(needs: ImportsNeeds, { kind, records, principal }: PutCall): Promise<ImportReport> {
  requireImporter(principal)
  const groups = readGroups(kind, records)
  const request = { kind, fileName: 'records.json', isAtomic: true, isDryRun: false, replacesSample: false } as const
  const id = await startImport(needs, { request, principal })
  const tally = createTally()
  tally.rowsRead = records.length
  try {
    await needs.database.inTransaction(
      async (handle) => {
        await lockKind(handle, kind)
        const memory = new Map()
        for (const { plan, drafts } of groups) {
          const counts = await storeBatch(handle, {
            plan,
            drafts,
            tally,
            memory,
            source: id,
            asOf: dayOf(needs.clock.now()),
          })
          tally.rowsCreated += counts.created
          tally.rowsChanged += counts.changed
          tally.rowsUnchanged += counts.unchanged
          tally.rowsRepeated += counts.repeated
        }
        if (tally.rowsFaulty > 0)
          throw faultsError(tally.pendingFaults.map(({ line, reason }) => ({ path: `[${line}]`, message: reason })))
        if (kind === 'clients' || kind === 'contacts' || kind === 'deals' || kind === 'reps' || kind === 'products')
          await relinkTo(handle, kind, id)
        const columns = Object.fromEntries(groups.flatMap(({ plan }) => Object.entries(plan.mapping)))
        await saveMapping(handle, id, { columns, ignored: [] })
        const notes = [...groups.flatMap(({ plan }) => plan.notes), ...tallyNotes(tally)]
        await endImport(handle, id, { status: 'complete', counts: countsOf(tally, 0), notes, errorDetail: null })
      },
      { mayTakeLong: true },
    )
  } catch (error) {
    const counts = { ...countsOf(tally, 0), rowsCreated: 0, rowsChanged: 0, rowsUnchanged: 0 }
    const errorDetail = error instanceof SophiaError ? error.message : 'The records could not be stored.'
    // If even this cannot be written, the missing beat marks it failed.
    await needs.database
      .read((handle) => endImport(handle, id, { status: 'failed', counts, notes: [], errorDetail }))
      .catch(() => undefined)
    throw error
  }
  return getReport(needs, id)
}

/** Records with the same fields are read together, in their order, so that a field that is absent is not emptied. */
function readGroups(kind: RecordKind, records: readonly JsonRecord[]): Group[] {
  const faults = unknownFields(kind, records)
  const byFields = new Map<string, { header: string[]; rows: { line: number; values: string[] }[] }>()
  records.forEach((record, line) => {
    const header = Object.keys(record).toSorted()
    const key = header.join('\n')
    const group = byFields.get(key) ?? { header, rows: [] }
    byFields.set(key, group)
    group.rows.push({ line, values: header.map((name) => textOf(record[name])) })
  })
  if (faults.length > 0) throw faultsError(faults)
  const groups = [...byFields.values()].map(({ header, rows }): Group => {
    const plan = planRows({ kind, map: undefined }, header, rows)
    const drafts: RowDraft[] = []
    for (const row of rows) {
      const result = readRow(plan, row.values, row.line)
      if (result === 'blank') faults.push({ path: `[${row.line}]`, message: 'The record is empty.' })
      else if ('draft' in result) drafts.push(result.draft)
      else
        faults.push(
          ...result.faults.map((fault) => ({ path: `[${row.line}].${fault.column ?? ''}`, message: fault.reason })),
        )
    }
    return { plan, drafts }
  })
  if (faults.length > 0) throw faultsError(faults)
  return groups
}

function textOf(value: JsonRecord[string] | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

function unknownFields(kind: RecordKind, records: readonly JsonRecord[]): FieldFault[] {
  const known = new Set(KIND_DEFINITIONS[kind].fields.map(({ name }) => name))
  return records.flatMap((record, line) =>
    Object.keys(record)
      .filter((name) => !known.has(name))
      .map((name) => {
        const near = [...known].find((candidate) => squash(candidate) === squash(name))
        return { path: `[${line}].${name}`, message: near ? `Unknown field; did you mean ${near}?` : 'Unknown field.' }
      }),
  )
}

function faultsError(faults: readonly FieldFault[]): SophiaError {
  const [first] = faults
  return new SophiaError('INVALID_INPUT', {
    faults: faults.slice(0, 200),
    detail: `${first ? `${first.path}: ${first.message}` : ''} Nothing was stored.${faults.length > 1 ? ` ${faults.length} faults in all.` : ''}`,
  })
}
