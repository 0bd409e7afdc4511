import { addDays, type Day } from '../day.ts'
import type { ActivityRow, ContactRow, HealthDays, HealthRows, TicketRow } from './health-rows.ts'

/**
 * The rows as they stood `back` days ago: what was dated later is not there yet, an invoice paid later is unpaid, a
 * ticket resolved later is open, a contact who left later is there. What carries no day of its own (escalated, roles,
 * NPS, seats) is held at its stored value.
 */
export function rowsAsOf(rows: HealthRows, back: number): HealthRows {
  const days = daysBack(rows.days, back)
  const activities = rows.activities.filter((row) => row.onDay <= days.activities)
  const touched = lastTouches(activities)
  return {
    ...rows,
    days,
    // Windows of usage are named by their own last day; older rows are cut by the windows themselves.
    activities,
    tickets: rows.tickets.filter((row) => row.openedOn <= days.tickets).map((row) => ticketAsOf(row, days.tickets)),
    invoices: rows.invoices
      .filter((row) => (row.issuedOn ?? row.dueOn ?? '') <= days.invoices)
      .map((row) => (row.paidOn !== null && row.paidOn > days.invoices ? { ...row, paidOn: null } : row)),
    contacts: rows.contacts.map((row) => contactAsOf(row, days.contacts, touched)),
    ...(rows.facts ? { facts: rows.facts.filter((fact) => fact.saidOn <= days.clients) } : {}),
  }
}

function daysBack(days: HealthDays, back: number): HealthDays {
  return {
    clients: addDays(days.clients, -back),
    usage: addDays(days.usage, -back),
    activities: addDays(days.activities, -back),
    tickets: addDays(days.tickets, -back),
    invoices: addDays(days.invoices, -back),
    contacts: addDays(days.contacts, -back),
  }
}

function ticketAsOf(row: TicketRow, day: Day): TicketRow {
  if (row.resolvedOn === null || row.resolvedOn <= day) return row
  return { ...row, resolvedOn: null, satisfaction: null }
}

/** A later last contact says nothing of the time before it; then the newest activity with the person up to the day does. */
function contactAsOf(row: ContactRow, day: Day, touched: ReadonlyMap<string, Day>): ContactRow {
  const lastContactedOn =
    row.lastContactedOn !== null && row.lastContactedOn > day ? (touched.get(row.id) ?? null) : row.lastContactedOn
  return { ...row, lastContactedOn, leftOn: row.leftOn !== null && row.leftOn > day ? null : row.leftOn }
}

function lastTouches(activities: readonly ActivityRow[]): Map<string, Day> {
  const newest = new Map<string, Day>()
  for (const { contactId, onDay } of activities) {
    if (contactId !== null && onDay > (newest.get(contactId) ?? '')) newest.set(contactId, onDay)
  }
  return newest
}
