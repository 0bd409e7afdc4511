import { cutText } from '../cut-text.ts'
import type { ImportField, ReferenceKind } from './import-kind.ts'
import type { ImportPlan, PlannedColumn } from './import-plan.ts'
import { parseDay } from './parse-day.ts'
import { parseMoney } from './parse-money.ts'
import { parseBoolean, parseEnum, parseInteger, parseStage } from './parse-scalar.ts'

export type Scalar = string | number | boolean | null

/** A cell (or a whole row) that cannot be taken, and why, in words for the person who has the file. */
export interface RowFault {
  readonly line: number
  readonly column: string | null
  readonly reason: string
  readonly value: string | null
}

export interface ReferenceWord {
  readonly column: string
  readonly field: string
  readonly target: ReferenceKind
  readonly word: string
}

/** A row read but not yet tied to the records it points to. */
export interface RowDraft {
  readonly line: number
  /** Field name to what was read, days in ISO form; of references the file's word. */
  readonly read: Readonly<Record<string, Scalar>>
  readonly references: readonly ReferenceWord[]
  /** Field name to the file's own word, where ours differs. */
  readonly origin: Readonly<Record<string, string>>
  readonly currency: string | null
}

export type RowResult = { readonly draft: RowDraft } | { readonly faults: readonly RowFault[] } | 'blank'

const LONG_TEXTS = new Set(['notes', 'body', 'nextStep', 'decisionCriteria', 'timeline'])
const MAX_VALUE_SHOWN = 200
// eslint-disable-next-line no-control-regex -- PostgreSQL cannot store NUL; U+FFFD marks bytes that no encoding explains.
const UNREADABLE = /[\u0000\ufffd]/

interface Reading {
  readonly plan: ImportPlan
  readonly line: number
  readonly read: Record<string, Scalar>
  readonly origin: Record<string, string>
  readonly references: ReferenceWord[]
  readonly faults: RowFault[]
  currency: string | null
}

/** Reads one row by the plan. A row without any text is `blank` and counts as nothing. */
export function readRow(plan: ImportPlan, values: readonly string[], line: number): RowResult {
  if (values.every((value) => value.trim() === '')) return 'blank'
  const ragged = raggedFault(plan, values, line)
  if (ragged) return { faults: [ragged] }
  const reading: Reading = { plan, line, read: {}, origin: {}, references: [], faults: [], currency: plan.currency }
  for (const column of plan.columns) readCell(reading, column, (values[column.position] ?? '').trim())
  if (reading.faults.length > 0) return { faults: reading.faults }
  const { read, origin, references, currency } = reading
  return { draft: { line, read, origin, references, currency } }
}

function raggedFault(plan: ImportPlan, values: readonly string[], line: number): RowFault | undefined {
  const wanted = plan.header.length
  const extra = values.slice(wanted)
  if (values.length >= wanted && extra.every((value) => value.trim() === '')) return undefined
  return {
    line,
    column: null,
    reason: `The row has ${values.length} values, the header ${wanted}. A delimiter or a quote is missing or too many.`,
    value: shown(values.join(' | ')),
  }
}

function shown(value: string): string {
  const clean = value.replaceAll('\u0000', '\ufffd')
  return clean.length <= MAX_VALUE_SHOWN ? clean : `${cutText(clean, MAX_VALUE_SHOWN - 1)}…`
}

function readCell(reading: Reading, column: PlannedColumn, text: string): void {
  const { field } = column
  if (text === '') {
    reading.read[field.name] = null
    if (field.isRequired || field.name === 'id') fault(reading, column, { text, reason: `${field.label} is missing.` })
    return
  }
  if (UNREADABLE.test(text)) {
    fault(reading, column, {
      text,
      reason: 'There are characters that cannot be read. Save the file as UTF-8, then import it again.',
    })
    return
  }
  const value = readValue(reading, column, text)
  if (typeof value === 'object') fault(reading, column, { text, reason: value.reason })
  else reading.read[field.name] = value
}

function fault(reading: Reading, column: PlannedColumn, { text, reason }: { text: string; reason: string }): void {
  reading.faults.push({ line: reading.line, column: column.header, reason, value: text === '' ? null : shown(text) })
}

function readValue(
  reading: Reading,
  column: PlannedColumn,
  text: string,
): string | number | boolean | { reason: string } {
  const { field } = column
  switch (field.type) {
    case 'text':
      return readText(field, text)
    case 'int':
      return readInteger(field, text)
    case 'money':
      return readMoney(reading, column, text)
    case 'day':
      return readDay(column, text)
    case 'boolean':
      return parseBoolean(text) ?? { reason: 'Neither yes nor no.' }
    case 'stage':
      return readStage(reading, text)
    case 'currency':
      return readCurrency(text)
    case 'enum':
      return readEnum(reading, field, text)
    case 'reference':
      return readReference(reading, field, text)
  }
}

function readDay(column: PlannedColumn, text: string): string | { reason: string } {
  const order = column.dayOrder === 'day-first' ? 'day/month/year' : 'month/day/year'
  const reason = `Not a day. Days of this column are read as YYYY-MM-DD or ${order}.`
  return parseDay(text, column.dayOrder) ?? { reason }
}

function readCurrency(text: string): string | { reason: string } {
  if (/^[A-Za-z]{3}$/.test(text)) return text.toUpperCase()
  return { reason: 'Not a currency code of three letters, such as USD.' }
}

function readText(field: ImportField, text: string): string | { reason: string } {
  if (LONG_TEXTS.has(field.name)) return text
  const limit = field.name === 'id' ? 200 : 500
  return text.length <= limit ? text : { reason: `Longer than ${limit} characters.` }
}

function readInteger(field: ImportField, text: string): number | { reason: string } {
  const value = parseInteger(text)
  if (value === undefined) return { reason: 'Not a whole number.' }
  return value >= 0 || field.name === 'nps' ? value : { reason: 'A number below zero makes no sense here.' }
}

function readMoney(reading: Reading, column: PlannedColumn, text: string): number | { reason: string } {
  const amount = parseMoney(text, column.decimal)
  if (!amount)
    return {
      reason: `Not an amount. Amounts of this column are read like ${column.decimal === ',' ? '1.234,56' : '1,234.56'}.`,
    }
  if (amount.currency && reading.plan.currency && amount.currency !== reading.plan.currency) {
    return {
      reason: `An amount in ${amount.currency} among amounts in ${reading.plan.currency}. Add a column with the currency.`,
    }
  }
  if (amount.currency) reading.currency = amount.currency
  return amount.micros
}

function readStage(reading: Reading, text: string): string | { reason: string } {
  const stage = parseStage(text)
  if (!stage)
    return {
      reason:
        'Not a known stage. Known are prospecting, qualification, proposal, negotiation, won and lost, and the usual names for them.',
    }
  if (stage !== text.toLowerCase()) reading.origin['stage'] = text
  return stage
}

function readEnum(
  reading: Reading,
  field: Extract<ImportField, { type: 'enum' }>,
  text: string,
): string | { reason: string } {
  const word = parseEnum(field, text)
  if (word === undefined) return { reason: `Not one of ${Object.keys(field.words).join(', ')}.` }
  if (word !== text.toLowerCase()) reading.origin[field.name] = text
  return word
}

function readReference(
  reading: Reading,
  field: Extract<ImportField, { type: 'reference' }>,
  text: string,
): string | { reason: string } {
  if (text.length > 200) return { reason: 'Longer than 200 characters.' }
  if (field.column)
    reading.references.push({ column: field.column, field: field.name, target: field.target, word: text })
  return text
}
