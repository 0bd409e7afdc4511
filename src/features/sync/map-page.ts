import type { Finding } from '#contract/sync.ts'
import type { ImportPlan } from '#domain/import/import-plan.ts'
import { KIND_DEFINITIONS } from '#domain/import/kind-definitions.ts'
import { finishRecords, type FinishedRecord } from '#domain/sync/finish-records.ts'
import { mapRecord, type MappedRecord, type RecordFault } from '#domain/sync/map-record.ts'
import { recordIdOf, type SyncRead } from '#domain/sync/mapping.ts'

export interface MappedPage {
  /** In the order of the page; of several with one id the last counts. */
  readonly records: readonly MappedRecord[]
  /** Those that live and can be stored. */
  readonly rows: readonly FinishedRecord[]
  readonly findings: readonly Finding[]
  readonly faulty: number
}

interface PageContext {
  readonly server: string
  readonly currency: string
  readonly plan: ImportPlan
  /** The id there that a reference means now, after a merge. */
  readonly meant: (kind: string, sourceId: string) => string
}

/** What one page of the CRM becomes; nothing is stored. */
export function mapPage(read: SyncRead, items: readonly unknown[], context: PageContext): MappedPage {
  const mapped = new Map<string, MappedRecord>()
  const faults: RecordFault[] = []
  for (const item of items) {
    const record = mapRecord(read, item, context)
    if (record) mapped.set(record.sourceId, withMerged(read, record, context))
    else
      faults.push({
        sourceId: '',
        field: null,
        reason: `Nothing stands at "${read.id.join('.')}", where its id should be.`,
        value: null,
      })
  }
  const records = [...mapped.values()]
  const living = records.filter(({ isArchived, mergedInto }) => !isArchived && mergedInto === null)
  const finished = finishRecords(context.plan, living, context.server)
  faults.push(...finished.faults)
  return {
    records,
    rows: finished.rows,
    faulty: items.length - mapped.size + living.length - finished.rows.length,
    findings: faults.map(({ sourceId, ...fault }) => ({
      sort: 'fault',
      kind: read.kind,
      sourceId: sourceId || null,
      ...fault,
    })),
  }
}

/** References to what was merged away name what it became. */
function withMerged(read: SyncRead, record: MappedRecord, { server, meant }: PageContext): MappedRecord {
  const fields = { ...record.fields }
  for (const field of KIND_DEFINITIONS[read.kind].fields) {
    const value = field.type === 'reference' ? fields[field.name] : null
    if (field.type === 'reference' && value)
      fields[field.name] = recordIdOf(server, meant(field.target, sourceIdOf(server, value)))
  }
  return { ...record, fields }
}

/** The other way round from `recordIdOf`. */
function sourceIdOf(server: string, recordId: string): string {
  return recordId.slice(server.length + 1)
}

/** Everything that the items of a page point to. */
export function referencesIn(
  read: SyncRead,
  items: readonly unknown[],
  context: { server: string; currency: string },
): string[] {
  const fields = KIND_DEFINITIONS[read.kind].fields.filter(({ type }) => type === 'reference')
  return items.flatMap((item) => {
    const record = mapRecord(read, item, context)
    return fields.flatMap(({ name }) => {
      const value = record?.fields[name]
      return value ? [sourceIdOf(context.server, value)] : []
    })
  })
}
