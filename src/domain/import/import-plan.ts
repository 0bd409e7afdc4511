import type { FieldFault } from '../errors.ts'
import type { ImportField, ImportKind, KindDefinition } from './import-kind.ts'
import { KIND_DEFINITIONS } from './kind-definitions.ts'
import { matchHeaders, type MapRequest } from './match-headers.ts'
import { decideDayOrder, type DayOrder } from './parse-day.ts'
import { decideDecimal, parseMoney, type DecimalSign } from './parse-money.ts'

/** One column of the file and how its values are read. */
export interface PlannedColumn {
  readonly position: number
  readonly header: string
  readonly field: ImportField
  readonly dayOrder: DayOrder
  readonly decimal: DecimalSign
}

/** Everything decided before the first row is stored; every row is read the same way. */
export interface ImportPlan {
  readonly kind: ImportKind
  readonly definition: KindDefinition
  readonly header: readonly string[]
  readonly columns: readonly PlannedColumn[]
  /** Header to field name. */
  readonly mapping: Readonly<Record<string, string>>
  readonly ignoredColumns: readonly string[]
  readonly notes: readonly string[]
  readonly usesListPrice: boolean
  /** Of amounts that name none themselves, when no column gives it; null: the database's default. */
  readonly currency: string | null
  /** Columns of the table that this file writes; others keep what they hold. */
  readonly written: readonly string[]
}

interface PlanInput {
  readonly kind: ImportKind
  readonly header: readonly string[]
  readonly map: MapRequest
  /** The first rows; column-wide decisions rest on them. */
  readonly sample: readonly (readonly string[])[]
}

export type PlanResult = { readonly plan: ImportPlan } | { readonly faults: readonly FieldFault[] }

/** Decides how a file is read: columns to fields, then per column the order of days and the decimal sign. */
export function createImportPlan({ kind, header, map, sample }: PlanInput): PlanResult {
  const definition = KIND_DEFINITIONS[kind]
  const { match, faults } = matchHeaders(definition, header, map)
  const allFaults = [
    ...faults,
    ...missingFaults(definition, header, match.missing),
    ...listPriceFaults(definition, map),
  ]
  if (allFaults.length > 0) return { faults: allFaults }
  const found = match.fields.flatMap((field, position) =>
    field ? [{ field, position, header: header[position] ?? '' }] : [],
  )
  const values = (position: number): string[] =>
    sample.flatMap((row) => (row[position]?.trim() ? [row[position].trim()] : []))
  const days = decideDays(found, { values, map })
  const amounts = decideAmounts(found, values)
  const columns = found.map((column) => ({
    ...column,
    dayOrder: days.orderOf(column.position),
    decimal: amounts.decimalOf(column.position),
  }))
  const currency = found.some(({ field }) => field.name === 'currency') ? null : amounts.currency
  return {
    plan: {
      kind,
      definition,
      header,
      columns,
      mapping: Object.fromEntries(found.map((column) => [column.header, column.field.name])),
      ignoredColumns: header.filter((name, position) => !match.fields[position] && name !== ''),
      notes: [...match.notes, ...days.notes, ...amounts.notes],
      usesListPrice: map.usesListPrice,
      currency,
      written: writtenColumns(definition, {
        fields: found.map(({ field }) => field),
        usesListPrice: map.usesListPrice,
        currency,
      }),
    },
  }
}

function missingFaults(
  definition: KindDefinition,
  header: readonly string[],
  missing: readonly string[],
): FieldFault[] {
  return missing.map((name) => {
    const label = definition.fields.find((field) => field.name === name)?.label ?? name
    return {
      path: name,
      message: `No column gives "${label}", which ${definition.kind} need. The file has: ${header.join(', ')}. Name the column with --map COLUMN=${name}.`,
    }
  })
}

function listPriceFaults(definition: KindDefinition, map: MapRequest): FieldFault[] {
  return map.usesListPrice && definition.kind !== 'deals'
    ? [{ path: 'map', message: '@list-price=value is for deals only.' }]
    : []
}

interface FoundColumn {
  readonly field: ImportField
  readonly position: number
  readonly header: string
}
type ValuesOf = (position: number) => string[]

/** A column that proves its order speaks for those of the same file that cannot. */
function decideDays(found: readonly FoundColumn[], { values, map }: { values: ValuesOf; map: MapRequest }) {
  const decisions = found
    .filter(({ field }) => field.type === 'day')
    .map((column) => ({ column, ...decideDayOrder(values(column.position)) }))
  const proven = decisions.find(({ how }) => how === 'proven')
  const fallback = map.dayOrder ?? proven?.order ?? 'month-first'
  const orders = new Map(
    decisions.map(({ column, how, order }) => [
      column.position,
      map.dayOrder ?? (how === 'proven' || how === 'mixed' ? order : fallback),
    ]),
  )
  const notes = decisions.flatMap(({ column, how }) => {
    const order = orders.get(column.position) === 'day-first' ? 'day/month/year' : 'month/day/year'
    if (how === 'mixed')
      return [
        `Column "${column.header}" holds days in both orders; it is read as ${order} and days that do not fit are faults.`,
      ]
    if (how !== 'assumed' || map.dayOrder) return []
    if (proven)
      return [
        `Column "${column.header}": days read as ${order}, as column "${proven.column.header}" proves for this file.`,
      ]
    return [
      `Column "${column.header}": every day of the first rows reads in both orders; read as ${order}. If that is wrong, import again with @dates=day-first in the mapping.`,
    ]
  })
  return { notes, orderOf: (position: number): DayOrder => orders.get(position) ?? fallback }
}

function decideAmounts(found: readonly FoundColumn[], values: ValuesOf) {
  const decisions = found
    .filter(({ field }) => field.type === 'money')
    .map((column) => ({ column, ...decideDecimal(values(column.position)) }))
  const proven = decisions.find(({ how }) => how === 'proven')
  const decimals = new Map(
    decisions.map(({ column, how, decimal }) => [
      column.position,
      how === 'assumed' ? (proven?.decimal ?? decimal) : decimal,
    ]),
  )
  const notes = decisions.flatMap(({ column, how }) => {
    const example = decimals.get(column.position) === ',' ? '1.234,56' : '1,234.56'
    if (how === 'mixed') return [`Column "${column.header}" writes amounts in two ways; it is read like ${example}.`]
    if (how === 'assumed') return [`Column "${column.header}": amounts are read like ${example}.`]
    return how === 'proven' && decimals.get(column.position) === ','
      ? [`Column "${column.header}": amounts are read like ${example}.`]
      : []
  })
  const currencies = new Set<string>()
  for (const { column } of decisions) {
    for (const value of values(column.position)) {
      const currency = parseMoney(value, decimals.get(column.position) ?? '.')?.currency
      if (currency) currencies.add(currency)
    }
  }
  const [currency] = currencies
  if (currency !== undefined) notes.push(`Amounts are in ${currency}, as written beside them.`)
  return {
    notes,
    currency: currency ?? null,
    decimalOf: (position: number): DecimalSign => decimals.get(position) ?? '.',
  }
}

function writtenColumns(
  definition: KindDefinition,
  input: { fields: readonly ImportField[]; usesListPrice: boolean; currency: string | null },
): string[] {
  const columns = new Set(input.fields.flatMap(({ column }) => (column && column !== 'id' ? [column] : [])))
  if (input.currency) columns.add('currency')
  if (definition.kind === 'deals') {
    columns.add('name')
    if (input.fields.some(({ name }) => name === 'closeOn')) columns.add('closed_on').add('expected_close_on')
    if (input.usesListPrice) columns.add('value_micros')
    if (columns.has('value_micros')) columns.add('value_estimate')
  }
  return [...columns]
}
