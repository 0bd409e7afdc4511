import type { CallsPreview } from '#contract/call-preview.ts'
import { Day } from '#contract/common.ts'
import type { ImportPreview } from '#contract/records.ts'

/** What the person chose for each column; `null` ignores it. */
export type ColumnChoices = Readonly<Record<string, string | null>>

export type DayOrder = '' | 'day-first' | 'month-first'

/** A column's name in the `column=field,...` form; one that holds a comma stands in quotes. */
function quoted(column: string): string {
  return column.includes(',') ? `"${column}"` : column
}

/** The `map` setting of an import: only what differs from the proposal, the order of dates and the stand-in for missing values. */
export function mapSetting(
  preview: ImportPreview,
  choices: ColumnChoices,
  reading: { hasListPrice: boolean; dayOrder: DayOrder },
): string | undefined {
  const pairs = preview.columns
    .filter(({ column, field }) => column in choices && choices[column] !== field)
    .map(({ column }) => `${quoted(column)}=${choices[column] ?? ''}`)
  if (reading.dayOrder !== '') pairs.push(`@dates=${reading.dayOrder}`)
  if (reading.hasListPrice) pairs.push('@list-price=value')
  return pairs.length === 0 ? undefined : pairs.join(',')
}

/** The field of each column after the choices. */
export function chosenFields(preview: ImportPreview, choices: ColumnChoices): Map<string, string | null> {
  return new Map(
    preview.columns.map(({ column, field }) => [column, column in choices ? (choices[column] ?? null) : field]),
  )
}

/** What a person tells of calls whose file does not say it; empty text for what they leave open. */
export interface CallChoices {
  readonly deal: string
  readonly client: string
  readonly rep: string
  readonly on: string
  readonly title: string
}
export const NOTHING_TOLD: CallChoices = { deal: '', client: '', rep: '', on: '', title: '' }

/** The part of an import's query that tells of its calls; nothing for a table. */
export function callSetting(calls: CallsPreview | null, told: CallChoices): Partial<CallChoices> {
  if (calls === null) return {}
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value.trim() !== ''))
}

/** What still keeps a file of calls from being imported, in words. */
export function callFaults(calls: CallsPreview, told: CallChoices): string[] {
  const on = told.on.trim()
  if (on !== '' && !Day.safeParse(on).success) return ['Write the day of the call as year-month-day.']
  const isDayless = calls.calls.some((call) => call.onDay === null)
  if (isDayless && on === '') return ['Say on which day the call was held: the file does not.']
  const [fault] = calls.faults
  return calls.count === 0 && fault ? [`Line ${fault.line}: ${fault.reason}`] : []
}

/** What still keeps the file from being imported, in words. */
export function mappingFaults(preview: ImportPreview, choices: ColumnChoices): string[] {
  const chosen = [...chosenFields(preview, choices).values()].filter((field) => field !== null)
  const labels = new Map(preview.fields.map((field) => [field.field, field.label]))
  const missing = preview.fields.filter((field) => field.isRequired && !chosen.includes(field.field))
  const doubled = [...new Set(chosen.filter((field, index) => chosen.indexOf(field) !== index))]
  return [
    ...missing.map((field) => `Choose the column that holds “${field.label}”.`),
    ...doubled.map((field) => `“${labels.get(field) ?? field}” is chosen twice.`),
  ]
}

/** Share done and time left of a running import, from its bytes; null while that cannot be known. */
export function importProgress(
  report: { bytesRead: number; bytesTotal: number | null; startedAt: string },
  nowMs: number,
): { share: number | null; leftMs: number | null } {
  if (!report.bytesTotal) return { share: null, leftMs: null }
  const share = Math.min(1, report.bytesRead / report.bytesTotal)
  const takenMs = nowMs - Date.parse(report.startedAt)
  // In the first moments the rate says nothing yet.
  const leftMs = share > 0.05 && takenMs > 1000 ? (takenMs / share) * (1 - share) : null
  return { share, leftMs }
}
