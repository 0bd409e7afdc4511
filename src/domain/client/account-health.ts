import { addDays, daysBetween } from '../day.ts'
import type { Evidence } from '../skill.ts'
import { absent, fallingScore, percent, present, type Measure } from './health-measure.ts'
import type { HealthRows, InvoiceRow } from './health-rows.ts'

const INVOICE_REMEDY = 'Import invoices of this client with due and paid days.'
const ON_TIME = {
  name: 'paid_on_time',
  label: 'Paid on time',
  weight: 0.5,
  formula: '100 x invoices due in the last 365 days that were paid by their due day / all of them',
  remedy: INVOICE_REMEDY,
}
const OVERDUE = {
  name: 'overdue_now',
  label: 'Overdue now',
  weight: 0.3,
  formula: '100 when nothing is overdue, falling to 0 when the oldest unpaid invoice is 90 days late',
  remedy: INVOICE_REMEDY,
}
const GROWTH = {
  name: 'billing_growth',
  label: 'Billing growth',
  weight: 0.2,
  formula: '50 when the last 180 days billed as much as the 180 before; 100 at +25 % or more, 0 at -25 % or less',
  remedy: 'Import a year of invoices with amounts and issue days.',
}

/** On time 50 %, overdue now 30 %, billing growth 20 %; a client that pays on time and grows reaches 100. */
export function financialMeasures(rows: HealthRows): Measure[] {
  const asOf = rows.days.invoices
  const due = rows.invoices.filter((row) => isDueBefore(row, asOf)).toSorted(newestDue)
  const growth = growthMeasure(rows)
  if (due.length === 0) return [absent(ON_TIME), absent(OVERDUE), growth]
  const year = due.filter((row) => (row.dueOn ?? '') > addDays(asOf, -365))
  const late = year.filter((row) => !isPaidOnTime(row))
  const open = due.filter((row) => !isPaidBy(row, asOf))
  const oldest = open.at(-1)
  const lateDays = oldest?.dueOn ? daysBetween(oldest.dueOn, asOf) : 0
  const onTime = year.length - late.length
  return [
    year.length === 0
      ? absent(ON_TIME)
      : present(ON_TIME, {
          score: (100 * onTime) / year.length,
          value: `${onTime} of ${year.length} invoices (${percent(onTime / year.length)})`,
          evidence: (late.length > 0 ? late : year).slice(0, 3).map(invoiceEvidence),
        }),
    present(OVERDUE, {
      score: fallingScore(lateDays, 0, 90),
      value: oldest ? `${open.length} unpaid, the oldest ${lateDays} days late` : 'nothing overdue',
      evidence: open.slice(-3).map(invoiceEvidence),
    }),
    growth,
  ]
}

function growthMeasure({ invoices, days }: HealthRows): Measure {
  const asOf = days.invoices
  const billed = invoices.filter((row) => row.amountMicros !== null && row.issuedOn !== null && row.issuedOn <= asOf)
  const middle = addDays(asOf, -180)
  const start = addDays(asOf, -360)
  const now = billed.filter((row) => (row.issuedOn ?? '') > middle)
  const before = billed.filter((row) => (row.issuedOn ?? '') <= middle && (row.issuedOn ?? '') > start)
  const sum = (rows: readonly InvoiceRow[]): number => rows.reduce((total, row) => total + (row.amountMicros ?? 0), 0)
  const isOneCurrency = new Set([...now, ...before].map((row) => row.currency)).size === 1
  // One side empty says that history is short, not that billing started or stopped.
  if (!isOneCurrency || now.length === 0 || sum(before) <= 0) return absent(GROWTH)
  const change = sum(now) / sum(before) - 1
  return present(GROWTH, {
    score: 50 + 200 * change,
    value: `${change >= 0 ? '+' : ''}${percent(change)} against the half-year before`,
    evidence: now.toSorted(newestDue).slice(0, 2).map(invoiceEvidence),
  })
}

export function isDueBefore(row: InvoiceRow, asOf: string): boolean {
  return row.dueOn !== null && row.dueOn < asOf
}

function isPaidOnTime(row: InvoiceRow): boolean {
  return row.paidOn !== null && row.dueOn !== null && row.paidOn <= row.dueOn
}

export function isPaidBy(row: InvoiceRow, asOf: string): boolean {
  return row.paidOn !== null && row.paidOn <= asOf
}

function newestDue(a: InvoiceRow, b: InvoiceRow): number {
  return (b.dueOn ?? '').localeCompare(a.dueOn ?? '') || a.id.localeCompare(b.id)
}

export function invoiceEvidence(row: InvoiceRow): Evidence {
  return { kind: 'invoice', id: row.id, label: `invoice due ${row.dueOn ?? 'on an unknown day'}` }
}
