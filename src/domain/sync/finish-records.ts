import { finishRow, type FinishedRow } from '../import/finish-row.ts'
import { createImportPlan, type ImportPlan } from '../import/import-plan.ts'
import { KIND_DEFINITIONS } from '../import/kind-definitions.ts'
import { readRow } from '../import/read-row.ts'
import { recordIdOf, type SyncRead } from './mapping.ts'
import type { MappedRecord, RecordFault } from './map-record.ts'

/** A record of the CRM as a row of our table, with the columns that it says nothing of. */
export interface FinishedRecord {
  readonly mapped: MappedRecord
  readonly row: FinishedRow
  readonly unsaid: ReadonlySet<string>
}

/** How the mapped fields of a read are read: by the very rules that files are read by. Throws when a required field is unmapped. */
export function planRead(read: SyncRead): ImportPlan {
  const names = [...read.fields.keys()]
  const { fields } = KIND_DEFINITIONS[read.kind]
  const hasMoney = fields.some(({ name, type }) => type === 'money' && names.includes(name))
  const header = ['id', ...names, ...(hasMoney && !names.includes('currency') ? ['currency'] : [])]
  const columns = new Map(header.map((name) => [name, name]))
  const result = createImportPlan({
    kind: read.kind,
    header,
    map: { columns, usesListPrice: false, dayOrder: null },
    sample: [],
  })
  if ('plan' in result) return result.plan
  throw new Error(result.faults.map(({ message }) => message).join(' '))
}

/** Rows that can be stored, and what keeps the others from it. */
export function finishRecords(
  plan: ImportPlan,
  records: readonly MappedRecord[],
  server: string,
): { rows: FinishedRecord[]; faults: RecordFault[] } {
  const rows: FinishedRecord[] = []
  const faults: RecordFault[] = []
  records.forEach((mapped, line) => {
    const { sourceId, fields, isUnusable } = mapped
    faults.push(...mapped.faults)
    if (isUnusable) return
    const read = readRow(
      plan,
      plan.header.map((name) => (name === 'id' ? recordIdOf(server, sourceId) : (fields[name] ?? ''))),
      line,
    )
    if (read === 'blank' || 'faults' in read) {
      const found = read === 'blank' ? [{ column: null, reason: 'The record is empty.', value: null }] : read.faults
      for (const { column, reason, value } of found) faults.push({ sourceId, field: column, reason, value })
      return
    }
    // Ids of the CRM need no looking up: whoever they name has that very id, also when it comes later.
    const row = finishRow(plan, read.draft, {
      resolve: (_target, word) => ({ id: word, how: 'id', name: null }),
      count: () => undefined,
    })
    if (!row) return
    rows.push({ mapped, row: { ...row, origin: { ...row.origin, ...mapped.origin } }, unsaid: unsaidOf(plan, fields) })
  })
  return { rows, faults }
}

/** Columns that follow from several fields are said when one of them is. */
function unsaidOf(plan: ImportPlan, fields: MappedRecord['fields']): Set<string> {
  const said = new Set<string>(['name'])
  for (const { field } of plan.columns) {
    if (!Object.hasOwn(fields, field.name)) continue
    if (field.column !== null) said.add(field.column)
    if (field.name === 'closeOn') said.add('closed_on').add('expected_close_on')
    if (field.name === 'value') said.add('value_estimate')
  }
  return new Set(plan.written.filter((column) => !said.has(column)))
}
