import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays } from '../day.ts'
import { assessHealth } from './assess-health.ts'
import type { HealthRows } from './health-rows.ts'

const TODAY = '2026-06-30'
const DAYS = { clients: TODAY, usage: TODAY, activities: TODAY, tickets: TODAY, invoices: TODAY, contacts: TODAY }
const EMPTY: HealthRows = {
  days: DAYS,
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
  activities: [],
  tickets: [],
  invoices: [],
  contacts: [],
}

const ago = (max: number) => fc.integer({ min: 0, max }).map((days) => addDays(TODAY, -days))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const id = fc.uuid()
const usageRow = fc.record({
  id,
  onDay: ago(170),
  activeUsers: maybe(fc.nat(200)),
  licensedSeats: maybe(fc.nat(200)),
  sessions: maybe(fc.nat(2000)),
  featuresUsed: maybe(fc.nat(20)),
  featuresAvailable: maybe(fc.nat(20)),
})
const activityRow = fc.record({
  id,
  contactId: fc.constant(null),
  kind: fc.constantFrom('call', 'email', 'meeting', 'note'),
  onDay: ago(200),
  subject: fc.constant(null),
})
const ticketRow = fc.record({
  id,
  openedOn: ago(170),
  resolvedOn: maybe(ago(170)),
  escalated: fc.boolean(),
  severity: maybe(fc.constantFrom('low', 'high')),
  satisfaction: maybe(fc.integer({ min: 1, max: 5 })),
  subject: fc.constant(null),
})
const invoiceRow = fc.record({
  id,
  amountMicros: maybe(fc.nat(1_000_000_000)),
  currency: fc.constantFrom('USD', 'EUR'),
  issuedOn: maybe(ago(390)),
  dueOn: maybe(ago(380)),
  paidOn: maybe(ago(380)),
})
const contactRow = fc.record({
  id,
  name: fc.constant('Ada'),
  role: maybe(fc.constantFrom('champion', 'economic buyer', 'user')),
  leftOn: maybe(ago(100)),
  lastContactedOn: maybe(ago(200)),
})
const anyRows: fc.Arbitrary<HealthRows> = fc.record({
  days: fc.constant(DAYS),
  client: fc
    .record({ licensedSeats: maybe(fc.nat(200)), nps: maybe(fc.integer({ min: -100, max: 100 })) })
    .map((change) => ({ ...EMPTY.client, ...change })),
  usage: fc.array(usageRow, { maxLength: 12 }),
  activities: fc.array(activityRow, { maxLength: 12 }),
  tickets: fc.array(ticketRow, { maxLength: 8 }),
  invoices: fc.array(invoiceRow, { maxLength: 8 }),
  contacts: fc.array(contactRow, { maxLength: 6 }),
})

test('every score lies within 0 and 100, and the weights of what is present sum to one', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const { figures } = assessHealth(rows)
      for (const component of figures.components) {
        for (const score of [component.score, ...component.inputs.map((input) => input.score)])
          assert.ok(score === null || (score >= 0 && score <= 100))
        assert.equal(component.score === null, component.weight === 0)
      }
      const sum = figures.components.reduce((total, component) => total + component.weight, 0)
      if (figures.score === null) assert.equal(sum, 0)
      else assert.ok(Math.abs(sum - 1) < 1e-9 && figures.score >= 0 && figures.score <= 100)
    }),
  )
})

test('the order of rows changes nothing', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const turned = {
        ...rows,
        usage: rows.usage.toReversed(),
        activities: rows.activities.toReversed(),
        tickets: rows.tickets.toReversed(),
        invoices: rows.invoices.toReversed(),
        contacts: rows.contacts.toReversed(),
      }
      assert.deepEqual(assessHealth(turned), assessHealth(rows))
    }),
  )
})

test('more rows never lower confidence', () => {
  fc.assert(
    fc.property(anyRows, anyRows, (rows, more) => {
      const both: HealthRows = {
        ...rows,
        client: {
          ...rows.client,
          licensedSeats: rows.client.licensedSeats ?? more.client.licensedSeats,
          nps: rows.client.nps ?? more.client.nps,
        },
        activities: [...rows.activities, ...more.activities],
        tickets: [...rows.tickets, ...more.tickets],
        contacts: [...rows.contacts, ...more.contacts],
      }
      assert.ok(assessHealth(both).confidence.value >= assessHealth(rows).confidence.value)
    }),
  )
})

function scoreOf(rows: HealthRows): number {
  return assessHealth(rows).figures.score ?? Number.NaN
}

test('a better value of any single input never lowers the score', () => {
  const better: ((rows: HealthRows) => HealthRows)[] = [
    (rows) => ({
      ...rows,
      usage: rows.usage.map((row) => ({ ...row, activeUsers: row.activeUsers === null ? null : row.activeUsers + 5 })),
    }),
    (rows) => ({
      ...rows,
      usage: rows.usage.map((row) => ({ ...row, sessions: row.sessions === null ? null : row.sessions + 50 })),
    }),
    (rows) => ({
      ...rows,
      usage: rows.usage.map((row) => ({
        ...row,
        featuresUsed: row.featuresUsed === null ? null : row.featuresUsed + 1,
      })),
    }),
    (rows) => ({
      ...rows,
      activities: rows.activities.map((row) => ({
        ...row,
        onDay: row.onDay < TODAY ? addDays(row.onDay, 1) : row.onDay,
      })),
    }),
    (rows) =>
      rows.activities.length === 0
        ? rows
        : {
            ...rows,
            activities: [...rows.activities, { id: 'new', contactId: null, kind: 'call', onDay: TODAY, subject: null }],
          },
    (rows) => ({ ...rows, tickets: rows.tickets.map((row) => ({ ...row, escalated: false })) }),
    (rows) => ({ ...rows, tickets: rows.tickets.map((row) => ({ ...row, resolvedOn: row.openedOn })) }),
    (rows) => ({
      ...rows,
      tickets: rows.tickets.map((row) => ({
        ...row,
        satisfaction: row.satisfaction === null ? null : Math.min(5, row.satisfaction + 1),
      })),
    }),
    (rows) => ({ ...rows, invoices: rows.invoices.map((row) => ({ ...row, paidOn: row.dueOn ?? row.paidOn })) }),
    (rows) => ({ ...rows, contacts: rows.contacts.map((row) => ({ ...row, leftOn: null })) }),
    (rows) => ({
      ...rows,
      contacts: rows.contacts.map((row) => ({ ...row, lastContactedOn: row.lastContactedOn === null ? null : TODAY })),
    }),
    (rows) => ({
      ...rows,
      client: { ...rows.client, nps: rows.client.nps === null ? null : Math.min(100, rows.client.nps + 10) },
    }),
  ]
  fc.assert(
    fc.property(anyRows, fc.constantFrom(...better), (rows, improve) => {
      const before = scoreOf(rows)
      const after = scoreOf(improve(rows))
      assert.ok(Number.isNaN(before) || after >= before, `${before} fell to ${after}`)
    }),
    { numRuns: 1000 },
  )
})
