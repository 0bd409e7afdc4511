import type { z } from 'zod'
import type { ImportFault, ImportReport } from '#contract/records.ts'

const BAR_CELLS = 24
const MAX_CELL = 48

/** `[########----] 41%  12.3 of 30.0 MB  88,210 rows  31,000/s  12 s left`. */
export function progressLine(report: ImportReport, elapsedMs: number): string {
  const { bytesRead, bytesTotal, rowsRead } = report
  const rate = elapsedMs > 0 ? (rowsRead / elapsedMs) * 1000 : 0
  const rows = `${count(rowsRead)} rows  ${count(Math.round(rate))}/s`
  if (!bytesTotal || bytesRead === 0) return `${megabytes(bytesRead)} MB  ${rows}`
  const share = Math.min(1, bytesRead / bytesTotal)
  const filled = Math.round(share * BAR_CELLS)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}]`
  const leftSeconds = Math.ceil((elapsedMs * (1 - share)) / share / 1000)
  return `${bar} ${Math.floor(share * 100)}%  ${megabytes(bytesRead)} of ${megabytes(bytesTotal)} MB  ${rows}  ${duration(leftSeconds)} left`
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1)
}

function duration(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** What happened, how columns were understood, and what a person should know. */
export function summaryOf(report: ImportReport): string {
  const verb = report.isDryRun ? 'checked, nothing stored' : report.status
  const lines = [
    `${report.kind} from ${report.fileName}: ${verb}`,
    `  ${count(report.rowsRead)} rows read: ${count(report.rowsCreated)} new, ${count(report.rowsChanged)} changed, ${count(report.rowsUnchanged)} unchanged, ${count(report.rowsFaulty)} faulty`,
    `  speaks for ${report.asOf ?? 'the present day'}`,
    `  columns: ${Object.entries(report.mapping)
      .map(([column, field]) => (column === field ? column : `${column} -> ${field}`))
      .join(', ')}`,
  ]
  if (report.ignoredColumns.length > 0) lines.push(`  not imported: ${report.ignoredColumns.join(', ')}`)
  for (const note of report.notes) lines.push(`  note: ${note}`)
  lines.push(`  import id: ${report.id}`)
  return lines.join('\n')
}

/** Line, column, value, reason, in columns as wide as they need. */
export function faultTable(faults: readonly z.infer<typeof ImportFault>[]): string {
  const rows = [
    ['line', 'column', 'value', 'reason'],
    ...faults.map((fault) => [String(fault.line), fault.column ?? '', oneLine(fault.value ?? ''), fault.reason]),
  ]
  const widths = [0, 1, 2].map((cell) => Math.max(...rows.map((row) => (row[cell] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((text, cell) => text.padEnd(widths[cell] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Values come from files: no line breaks, no control characters that a terminal would obey. */
function oneLine(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
  return clean.length <= MAX_CELL ? clean : `${clean.slice(0, MAX_CELL - 1)}…`
}
