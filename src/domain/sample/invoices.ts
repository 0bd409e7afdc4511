import { addDays, daysBetween, monthStart, type Day } from '../day.ts'
import type { SampleClient } from './clients.ts'
import { contractMicros } from './contract-values.ts'
import type { SampleDeal } from './deal-details.ts'
import { createRandom } from './random.ts'
import type { InvoiceRow } from './sample-rows.ts'
import { SLIPPING_INVOICES, STUCK_PAYMENTS } from './story-subjects.ts'

const WINDOW_DAYS = 730
/** Invoices go out two weeks before rent day, the first of the month, on which they are due. */
const NOTICE_DAYS = 14
const MICROS_PER_CENT = 10_000

/** How late an invoice is paid: `back` counts from the latest one that is due; null is not paid at all. */
function slippingDaysLate(back: number): number | null {
  if (back <= 0) return null
  return SLIPPING_INVOICES.daysLate[SLIPPING_INVOICES.daysLate.length - back] ?? 0
}

/** How many days late an invoice of a client is paid, by the months since it was due; null is not paid at all. */
function daysLateOf(slug: string, back: number, usual: number): number | null {
  if (slug === SLIPPING_INVOICES.slug) return slippingDaysLate(back)
  const isStuck = slug === STUCK_PAYMENTS.slug && STUCK_PAYMENTS.monthsBack.some((month) => month === back)
  return isStuck ? null : usual
}

function createClientInvoices(client: SampleClient, deals: readonly SampleDeal[], today: Day): InvoiceRow[] {
  const random = createRandom(`invoices ${client.entry.slug}`)
  const since = client.entry.sinceAgo ?? 0
  const habit = random.int(-6, -2)
  const rows: InvoiceRow[] = []
  // the newest first, so that the number of months before does not move what is drawn for it
  for (let back = -1; back < 25; back += 1) {
    const usualDaysLate = habit + random.int(0, 4)
    const due = monthStart(today, -back)
    const issued = addDays(due, -NOTICE_DAYS)
    const issuedAgo = daysBetween(issued, today)
    if (issuedAgo < 0 || issuedAgo > WINDOW_DAYS || issuedAgo > since) continue
    const daysLate = daysLateOf(client.entry.slug, back, usualDaysLate)
    const paid = daysLate === null ? null : addDays(due, daysLate)
    const yearly = contractMicros(client, deals, issuedAgo)
    rows.push({
      id: `invoice-${client.entry.slug}-${String(back + 2).padStart(2, '0')}`,
      client_id: client.row.id,
      amount_micros: Math.round(yearly / 12 / MICROS_PER_CENT) * MICROS_PER_CENT,
      currency: 'USD',
      issued_on: issued,
      due_on: due,
      paid_on: paid !== null && paid <= today ? paid : null,
    })
  }
  return rows.reverse()
}

/** Monthly invoices of all clients; the number in an id counts back from the coming month. */
export function createInvoices(
  clients: readonly SampleClient[],
  deals: readonly SampleDeal[],
  today: Day,
): InvoiceRow[] {
  return clients
    .filter(({ entry }) => entry.sinceAgo !== null)
    .flatMap((client) => createClientInvoices(client, deals, today))
}
