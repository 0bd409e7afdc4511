import { cutText } from '../cut-text.ts'
import type { ImportField } from '../import/import-kind.ts'
import { KIND_DEFINITIONS } from '../import/kind-definitions.ts'
import { readPath, readText } from './field-path.ts'
import type { FieldRule, SyncRead } from './mapping.ts'
import { mapValue } from './map-value.ts'

/** What is wrong with a record of the CRM, in words for the person who looks after it there. */
export interface RecordFault {
  readonly sourceId: string
  readonly field: string | null
  readonly reason: string
  readonly value: string | null
}

/** One item of the CRM as fields of ours. */
export interface MappedRecord {
  readonly sourceId: string
  /** By field; a field that is not here is not said, and stays as it is. */
  readonly fields: Readonly<Record<string, string | null>>
  readonly origin: Readonly<Record<string, string>>
  readonly modifiedAt: Date | null
  readonly isArchived: boolean
  readonly mergedFrom: readonly string[]
  readonly mergedInto: string | null
  readonly faults: readonly RecordFault[]
  /** A field without which the record cannot stand is faulty. */
  readonly isUnusable: boolean
}

export interface MapContext {
  readonly server: string
  /** Of amounts that name none. */
  readonly currency: string
}

const SHOWN = 200

/** Undefined for an item without an id: nothing could be said of it. */
export function mapRecord(read: SyncRead, item: unknown, context: MapContext): MappedRecord | undefined {
  const sourceId = readText(item, read.id)
  if (sourceId === null || sourceId === undefined) return undefined
  const fields: Record<string, string | null> = {}
  const origin: Record<string, string> = {}
  const faults: RecordFault[] = []
  let isUnusable = false
  for (const { field, rule } of fieldsOf(read)) {
    const mapped = mapValue(field, rule, { server: context.server, item })
    if (mapped === 'unsaid') continue
    if ('reason' in mapped) {
      faults.push({
        sourceId,
        field: field.name,
        reason: mapped.reason,
        value: mapped.value && cutText(mapped.value, SHOWN),
      })
      isUnusable ||= isNeeded(field)
      continue
    }
    fields[field.name] = mapped.text
    if (mapped.origin !== undefined) origin[field.name] = mapped.origin
    if (field.type === 'money') fields['currency'] = currencyOf(rule, item) ?? context.currency
  }
  return { sourceId, fields, origin, faults, isUnusable, ...fateOf(read, item) }
}

/** In the order of the kind's own fields. */
function fieldsOf(read: SyncRead): { field: ImportField; rule: FieldRule }[] {
  return KIND_DEFINITIONS[read.kind].fields.flatMap((field) => {
    const rule = read.fields.get(field.name)
    return rule ? [{ field, rule }] : []
  })
}

function currencyOf({ currency }: FieldRule, item: unknown): string | null | undefined {
  return currency && readText(item, currency)
}

function isNeeded(field: ImportField): boolean {
  return field.isRequired === true || field.type === 'money'
}

function fateOf(read: SyncRead, item: unknown) {
  const modified = read.modified && readText(item, read.modified)
  const modifiedMs = modified ? Date.parse(modified.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : Number.NaN
  const archived = read.archived && readPath(item, read.archived)
  const merged = read.mergedFrom && readText(item, read.mergedFrom.path)
  return {
    modifiedAt: Number.isNaN(modifiedMs) ? null : new Date(modifiedMs),
    isArchived: archived === true || archived === 'true',
    mergedFrom: merged ? idsIn(merged, read.mergedFrom?.separator ?? ';') : [],
    mergedInto: (read.mergedInto && readText(item, read.mergedInto)) ?? null,
  }
}

/** `12;34`, or `12:1700000000;34:1700000001` as HubSpot has it for contacts. */
function idsIn(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((part) => part.split(':')[0]?.trim() ?? '')
    .filter((id) => id !== '')
}
