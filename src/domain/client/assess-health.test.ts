import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays } from '../day.ts'
import { assessHealth } from './assess-health.ts'
import { describeHealth } from './describe-health.ts'
import type { HealthRows } from './health-rows.ts'
import { bandOf } from './score-health.ts'

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

const PERFECT: HealthRows = {
  ...EMPTY,
  client: { ...EMPTY.client, nps: 100, licensedSeats: 10 },
  usage: [0, 7, 14, 21].map((days) => ({
    id: `u${days}`,
    onDay: addDays(TODAY, -days),
    activeUsers: 10,
    licensedSeats: 10,
    sessions: 50,
    featuresUsed: 8,
    featuresAvailable: 8,
  })),
  activities: Array.from({ length: 12 }, (_, index) => ({
    id: `a${index}`,
    contactId: null,
    kind: 'call',
    onDay: addDays(TODAY, -index),
    subject: 'Call',
  })),
  tickets: [
    {
      id: 't1',
      openedOn: '2026-06-01',
      resolvedOn: '2026-06-01',
      escalated: false,
      severity: null,
      satisfaction: 5,
      subject: 'How to',
    },
  ],
  invoices: [30, 60, 90, 200, 230].map((days, index) => ({
    id: `i${days}`,
    amountMicros: index < 3 ? 1_000_000 : 900_000,
    currency: 'USD',
    issuedOn: addDays(TODAY, -days),
    dueOn: addDays(TODAY, -days + 14),
    paidOn: addDays(TODAY, -days + 10),
  })),
  contacts: ['champion', 'economic buyer', 'user'].map((role, index) => ({
    id: `p${index}`,
    name: `P${index}`,
    role,
    leftOn: null,
    lastContactedOn: '2026-06-20',
  })),
}

test('a client without any data has no score, no band and no confidence', () => {
  const { figures, confidence } = assessHealth(EMPTY)
  assert.deepEqual([figures.score, figures.band, confidence.level], [null, 'unknown', 'none'])
  const result = describeHealth(assessHealth(EMPTY), TODAY)
  assert.match(result.headline, /unknown/)
})

test('a client with everything at its best scores 100 in every component, payments included', () => {
  const { figures, confidence } = assessHealth(PERFECT)
  assert.deepEqual(
    figures.components.map((component) => [component.name, component.score]),
    [
      ['usage', 100],
      ['engagement', 100],
      ['financial', 100],
      ['support', 100],
      ['relationship', 100],
    ],
  )
  assert.deepEqual([figures.score, figures.band, confidence.level], [100, 'thriving', 'high'])
})

test('a hand-computed client: usage 60, support 70, nothing else', () => {
  const { figures } = assessHealth({
    ...EMPTY,
    // 6 of 10 seats is 60; 3 of 5 features is 60; 60 sessions on 10 seats is 60.
    usage: [
      { id: 'u', onDay: TODAY, activeUsers: 6, licensedSeats: 10, sessions: 60, featuresUsed: 3, featuresAvailable: 5 },
    ],
    // half escalated is 50, resolved in a day is 100, satisfaction 4 of 5 is 80 (one is unrated): .4*50 + .3*100 + .3*80 = 74
    tickets: [
      {
        id: 't1',
        openedOn: '2026-06-01',
        resolvedOn: '2026-06-02',
        escalated: true,
        severity: null,
        satisfaction: 4,
        subject: null,
      },
      {
        id: 't2',
        openedOn: '2026-06-01',
        resolvedOn: '2026-06-02',
        escalated: false,
        severity: null,
        satisfaction: null,
        subject: null,
      },
    ],
  })
  const scores = Object.fromEntries(figures.components.map((component) => [component.name, component.score]))
  assert.deepEqual(scores, { usage: 60, engagement: null, financial: null, support: 74, relationship: null })
  // Weights .30 and .15 renormalise to 2/3 and 1/3.
  assert.equal(figures.score, 64.7)
  assert.equal(figures.band, 'at_risk')
})

test('bands meet at their edges', () => {
  assert.deepEqual([90, 89.9, 75, 74.9, 50, 49.9, 25, 24.9].map(bandOf), [
    'thriving',
    'healthy',
    'healthy',
    'at_risk',
    'at_risk',
    'critical',
    'critical',
    'churning',
  ])
})

test('drivers name what pulls the score down and up, with their rows', () => {
  const { figures } = assessHealth({
    ...PERFECT,
    tickets: [
      {
        id: 't9',
        openedOn: '2026-06-01',
        resolvedOn: null,
        escalated: true,
        severity: null,
        satisfaction: 1,
        subject: 'Outage',
      },
    ],
  })
  const down = figures.drivers.filter((driver) => driver.direction === 'down')
  assert.equal(down.length, 3)
  assert.ok(down.every((driver) => driver.component === 'support' && driver.points < 0))
  assert.deepEqual(down[0]?.evidence, [{ kind: 'ticket', id: 't9', label: 'Outage' }])
})

test('the trend compares equal windows and needs two rows in each', () => {
  const usage = (onDays: [number, number][]) =>
    onDays.map(([days, activeUsers]) => ({
      id: `u${days}`,
      onDay: addDays(TODAY, -days),
      activeUsers,
      licensedSeats: null,
      sessions: null,
      featuresUsed: null,
      featuresAvailable: null,
    }))
  assert.equal(
    assessHealth({
      ...EMPTY,
      usage: usage([
        [0, 6],
        [7, 6],
        [30, 10],
        [37, 10],
      ]),
    }).figures.trend30?.change.toFixed(2),
    '-0.40',
  )
  assert.equal(
    assessHealth({
      ...EMPTY,
      usage: usage([
        [0, 6],
        [30, 10],
        [37, 10],
      ]),
    }).figures.trend30,
    null,
  )
})
