import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ChurnFeatureName, ChurnFeatures } from './churn.ts'
import { churnScorecard } from './churn-scorecard.ts'

const NAMES: readonly ChurnFeatureName[] = [
  'usage_change_30',
  'usage_change_90',
  'escalations_90',
  'open_severe_tickets',
  'key_contacts_left_180',
  'renewal_in_days',
  'payment_delay_change',
  'days_silent',
  'nps',
  'competitor',
  'budget_trouble',
  'renewal_doubt',
  'bad_sentiment',
]
type Values = Partial<Record<ChurnFeatureName, number>>

function features(values: Values): ChurnFeatures {
  const entries = NAMES.map((name) => {
    const value = values[name] ?? null
    return [name, { name, label: name, value, text: value === null ? null : String(value), evidence: [], remedy: 'r' }]
  })
  // Every name of the record is in the list.
  return Object.fromEntries(entries) as ChurnFeatures
}

test('a hand-computed client: use down by 40 %, renewal in 45 days, NPS -10', () => {
  const estimate = churnScorecard.predict(features({ usage_change_90: -0.4, renewal_in_days: 45, nps: -10 }))
  // 12 x 1; 7 x (180 - 45) / 150 = 6.3; 5 x 40 / 60 = 3.3; together 12 x min(1, 0.9) = 10.8
  assert.deepEqual(
    estimate.factors.map((factor) => [factor.name, factor.points]),
    [
      ['usage_change_90', 12],
      ['renewal_in_days', 6.3],
      ['nps', 3.3],
    ],
  )
  assert.deepEqual([estimate.points, estimate.band, estimate.probability], [32.4, 'high', null])
  assert.equal(estimate.knownShare, 0.24)
})

test('nothing known gives no points, and a little known does not make little risk', () => {
  const nothing = churnScorecard.predict(features({}))
  assert.deepEqual([nothing.points, nothing.band, nothing.knownShare], [null, 'unknown', 0])
  const little = churnScorecard.predict(features({ nps: 60 }))
  assert.deepEqual([little.points, little.band], [0, 'unknown'])
})

test('all at its worst is 100, all at its best is low', () => {
  const worst: Values = Object.fromEntries(NAMES.map((name) => [name, 1000]))
  const bad = { ...worst, usage_change_30: -1, usage_change_90: -1, renewal_in_days: 0, nps: -100 }
  const ones = { competitor: 1, budget_trouble: 1, renewal_doubt: 1, bad_sentiment: 1 }
  assert.deepEqual(churnScorecard.predict(features({ ...bad, ...ones })).points, 100)
  const best: Values = Object.fromEntries(NAMES.map((name) => [name, 0]))
  const good = churnScorecard.predict(features({ ...best, renewal_in_days: 300, nps: 80 }))
  assert.deepEqual([good.points, good.band, good.knownShare], [0, 'low', 1])
})

test('knowing more never lowers the points, and worse never lowers them either', () => {
  const values = fc.record(
    {
      usage_change_30: fc.double({ min: -1, max: 1, noNaN: true }),
      usage_change_90: fc.double({ min: -1, max: 1, noNaN: true }),
      escalations_90: fc.nat(8),
      key_contacts_left_180: fc.nat(2),
      renewal_in_days: fc.integer({ min: -300, max: 400 }),
      days_silent: fc.nat(200),
      competitor: fc.nat(1),
    },
    { requiredKeys: [] },
  )
  const pointsOf = (given: Values): number => churnScorecard.predict(features(given)).points ?? 0
  fc.assert(
    fc.property(values, fc.nat(120), (given, more) => {
      const silence = (given.days_silent ?? 0) + more
      assert.ok(pointsOf({ ...given, days_silent: silence }) >= pointsOf(given))
      const { competitor: _competitor, ...without } = given
      assert.ok(pointsOf(given) >= pointsOf(without))
    }),
  )
})
