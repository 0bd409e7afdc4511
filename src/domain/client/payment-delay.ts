import { addDays, daysBetween } from '../day.ts'
import { meanOf } from './usage-health.ts'
import type { HealthRows, InvoiceRow } from './health-rows.ts'

/** Paid invoices on each side of the comparison. */
const EACH_SIDE = 3
const SHOWN = 8
const LOOKED_BACK_DAYS = 400
/** From so many days later on average a client counts as paying later. */
export const SLOWING_FROM_DAYS = 5

/** Days after the due day, negative when early, of invoices paid by the day the rows speak for. */
export interface PaymentDelay {
  /** Up to eight, oldest due first. */
  readonly daysLate: readonly number[]
  readonly last: number
  /** Mean of the last three paid. */
  readonly recentMean: number
  /** Mean of the three before. */
  readonly earlierMean: number
  /** Of `daysLate`, newest due first. */
  readonly invoices: readonly InvoiceRow[]
}

/** How the days a client takes to pay have moved; null with fewer than six paid invoices of the last 400 days. */
export function paymentDelay({ invoices, days }: HealthRows): PaymentDelay | null {
  const oldest = addDays(days.invoices, -LOOKED_BACK_DAYS)
  const paid = invoices
    .filter((row) => row.paidOn !== null && row.paidOn <= days.invoices && row.dueOn !== null && row.dueOn > oldest)
    .toSorted((a, b) => (b.dueOn ?? '').localeCompare(a.dueOn ?? '') || a.id.localeCompare(b.id))
    .slice(0, SHOWN)
  if (paid.length < 2 * EACH_SIDE) return null
  const late = paid.map((row) => daysBetween(row.dueOn ?? '', row.paidOn ?? ''))
  return {
    daysLate: late.toReversed(),
    last: late[0] ?? 0,
    recentMean: meanOf(late.slice(0, EACH_SIDE)) ?? 0,
    earlierMean: meanOf(late.slice(EACH_SIDE, 2 * EACH_SIDE)) ?? 0,
    invoices: paid,
  }
}

/** True when the last three were paid late, and clearly later than the three before. */
export function isSlowing({ recentMean, earlierMean }: Pick<PaymentDelay, 'recentMean' | 'earlierMean'>): boolean {
  return recentMean > 0 && recentMean - earlierMean >= SLOWING_FROM_DAYS
}
