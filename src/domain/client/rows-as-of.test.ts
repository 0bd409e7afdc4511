import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays } from '../day.ts'
import type { HealthRows } from './health-rows.ts'
import { isSlowing, paymentDelay } from './payment-delay.ts'
import { renewalOutlook } from './renewal-outlook.ts'
import { rowsAsOf } from './rows-as-of.ts'
import { snapshotOf, standingOf } from './standing.ts'

const TODAY = '2026-06-30'
const ago = (days: number): string => addDays(TODAY, -days)
const ROWS: HealthRows = {
  days: { clients: TODAY, usage: TODAY, activities: TODAY, tickets: TODAY, invoices: TODAY, contacts: TODAY },
  client: {
    id: 'c1',
    name: 'Alder',
    segment: null,
    ownerName: null,
    csmName: null,
    arr: null,
    renewalOn: null,
    licensedSeats: null,
    nps: null,
  },
  usage: [],
  activities: [{ id: 'a1', contactId: 'k1', kind: 'call', onDay: ago(50), subject: null }],
  tickets: [
    {
      id: 't1',
      openedOn: ago(40),
      resolvedOn: ago(10),
      escalated: false,
      severity: null,
      satisfaction: 5,
      subject: null,
    },
  ],
  invoices: [
    { id: 'i1', amountMicros: 5_000_000, currency: 'USD', issuedOn: ago(60), dueOn: ago(45), paidOn: ago(5) },
    { id: 'i2', amountMicros: 5_000_000, currency: 'USD', issuedOn: ago(20), dueOn: ago(6), paidOn: null },
  ],
  contacts: [{ id: 'k1', name: 'Ada', role: 'champion', leftOn: ago(3), lastContactedOn: ago(4) }],
}

test('a month ago the invoice was unpaid, the ticket open, the champion there, and later rows were not', () => {
  const then = rowsAsOf(ROWS, 30)
  assert.deepEqual(
    then.invoices.map((row) => [row.id, row.paidOn]),
    [['i1', null]],
  )
  assert.deepEqual([then.tickets[0]?.resolvedOn, then.tickets[0]?.satisfaction], [null, null])
  assert.deepEqual([then.contacts[0]?.leftOn, then.contacts[0]?.lastContactedOn], [null, ago(50)])
  assert.equal(then.days.invoices, ago(30))
  assert.equal(snapshotOf(ROWS, 30).overdueMicros, 5_000_000)
  assert.equal(snapshotOf(ROWS, 0).overdueMicros, 5_000_000)
  assert.equal(snapshotOf(ROWS, 45).overdueMicros, null)
})

test('the standing names the overdue sum with the age of its oldest invoice', () => {
  const standing = standingOf(ROWS)
  assert.deepEqual([standing.overdueMicros, standing.oldestOverdueDays, standing.lateDaysLast], [5_000_000, 6, null])
})

test('days late of the last three paid are held against the three before', () => {
  const daysLate = [1, 3, 5, 8, 12, 17, 22, 27]
  const invoices = daysLate.map((late, index) => {
    const dueOn = ago(30 * (daysLate.length - index) + 10)
    return { id: `i${index}`, amountMicros: 1, currency: 'USD', issuedOn: dueOn, dueOn, paidOn: addDays(dueOn, late) }
  })
  const delay = paymentDelay({ ...ROWS, invoices })
  assert.deepEqual(delay?.daysLate, daysLate)
  assert.deepEqual([delay?.recentMean, delay?.earlierMean.toFixed(2), delay?.last], [22, '8.33', 27])
  assert.ok(delay && isSlowing(delay))
  assert.equal(paymentDelay({ ...ROWS, invoices: invoices.slice(3) }), null)
})

test('a renewal is counted on only with data behind it', () => {
  const outlook = (score: number | null, knownWeight: number, churnBand: 'low' | 'high' | 'unknown') =>
    renewalOutlook({ score, knownWeight, churnBand })
  assert.equal(outlook(80, 0.8, 'low'), 'commit')
  assert.equal(outlook(80, 0.3, 'low'), 'best_case')
  assert.equal(outlook(80, 0.8, 'unknown'), 'best_case')
  assert.equal(outlook(74.9, 0.8, 'low'), 'best_case')
  assert.equal(outlook(49.9, 0.8, 'low'), 'at_risk')
  assert.equal(outlook(80, 0.8, 'high'), 'at_risk')
  assert.equal(outlook(null, 0, 'unknown'), 'unknown')
})
