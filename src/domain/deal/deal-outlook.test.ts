import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays } from '../day.ts'
import { calibrate, type DecidedDeal } from './calibration.ts'
import { forecastPart } from './forecast.ts'
import { createOutcomeBook } from './outcome-book.ts'
import { changesOf, type DealPair } from './pipeline-changes.ts'
import { concentrationOf, coverageOf, quarterOf } from './pipeline-outlook.ts'

const UNIT = 1_000_000

test('chances are given from earlier days only, and each bucket holds them against what happened', () => {
  // 20 on the first day (half won), then 20 on a later day of which 5 are won: all get 50 %.
  const deals: DecidedDeal[] = Array.from({ length: 40 }, (_, index) => ({
    repId: null,
    productId: null,
    isWon: index < 20 ? index % 2 === 0 : index < 25,
    closedOn: index < 20 ? '2026-01-01' : '2026-02-01',
  }))
  const figure = calibrate(deals)
  assert.deepEqual(figure?.buckets, [
    { from: 0.5, to: 0.6, n: 20, won: 5, predicted: 0.5, observed: 0.25, low: 0.1119, high: 0.4687, isWithin: false },
  ])
  assert.deepEqual([figure.n, figure.withoutChance, figure.since, figure.brier], [20, 20, '2026-02-01', 0.25])
  assert.equal(calibrate(deals.slice(0, 25)), null)
})

test('no outcome changes a chance given before it, and every deal is in one bucket or without a chance', () => {
  const deal = fc.record({
    repId: fc.constantFrom('a', 'b', null),
    productId: fc.constantFrom('x', 'y', null),
    isWon: fc.boolean(),
    closedOn: fc.integer({ min: 0, max: 30 }).map((days) => addDays('2026-01-01', days)),
  })
  fc.assert(
    fc.property(fc.array(deal, { minLength: 45, maxLength: 120 }), (deals) => {
      const figure = calibrate(deals)
      if (figure === null) return
      assert.equal(
        figure.buckets.reduce((sum, bucket) => sum + bucket.n, 0),
        figure.n,
      )
      assert.equal(figure.n + figure.withoutChance, deals.length)
      const last = deals.map(({ closedOn }) => closedOn).toSorted()[deals.length - 1]
      const turned = calibrate(deals.map((one) => (one.closedOn === last ? { ...one, isWon: !one.isWon } : one)))
      assert.deepEqual(
        turned?.buckets.map(({ n, predicted }) => [n, predicted]),
        figure.buckets.map(({ n, predicted }) => [n, predicted]),
      )
    }),
  )
})

test('a forecast is value times chance with wins and rates both uncertain', () => {
  const outcomes = createOutcomeBook([{ repId: null, productId: null, won: 50, lost: 50 }])
  const cell = {
    repId: null,
    productId: null,
    deals: 5,
    valuedDeals: 4,
    sumMicros: 400 * UNIT,
    sumSquares: 4 * (100 * UNIT) ** 2,
  }
  const part = forecastPart([cell], outcomes, 'USD')
  // variance: 4 x 100² x 0.25 + 400² x 0.25 / 101 = 10396.04; 1.959964 x 101.96 = 199.84
  assert.ok(part)
  assert.equal(part.expected.amountMicros, 200 * UNIT)
  assert.equal(part.expectedWins, 2.5)
  assert.equal(Math.round(part.low.amountMicros / 10_000), 16)
  assert.equal(Math.round(part.high.amountMicros / 10_000), 39984)
  assert.equal(forecastPart([cell], createOutcomeBook([]), 'USD'), null)
})

test('quota, won and open give the coverage of the quarter; nothing missing has no ratio', () => {
  const counts = {
    repsWithQuota: 1,
    repsWithoutQuota: [],
    repsWithoutQuotaCount: 0,
    quotaMicros: 100 * UNIT,
    wonMicros: 40 * UNIT,
    wonDeals: 2,
    wonUnvaluedDeals: 0,
    openMicros: 150 * UNIT,
  }
  const winRate = { rate: 0.25, won: 25, lost: 75, n: 100, low: 0.17, high: 0.34 }
  const terms = { asOf: '2026-05-10', currency: 'USD', winRate }
  const coverage = coverageOf(counts, terms)
  assert.deepEqual([coverage?.ratio, coverage?.neededRatio, coverage?.quarterEnd], [2.5, 4, '2026-06-30'])
  assert.equal(coverageOf({ ...counts, wonMicros: 100 * UNIT }, terms)?.ratio, null)
  assert.equal(coverageOf({ ...counts, repsWithQuota: 0 }, terms), null)
  assert.deepEqual(quarterOf('2026-12-31'), { start: '2026-10-01', end: '2026-12-31' })
})

test('two equal deals of one client are half concentrated by deal and wholly by client', () => {
  const deals = { records: 2, sumMicros: 20, sumSquares: 200, top: [] }
  const clients = { records: 1, sumMicros: 20, sumSquares: 400, top: [] }
  const figure = concentrationOf(deals, clients, 'USD')
  assert.deepEqual([figure?.herfindahlDeals, figure?.herfindahlClients], [0.5, 1])
  assert.equal(concentrationOf({ ...deals, sumMicros: 0 }, clients, 'USD'), null)
})

const SAME: DealPair = {
  deal: { kind: 'deal', id: 'd1', label: 'Alder' },
  repName: 'Ann',
  clientName: null,
  value: null,
  isEstimated: false,
  stage: 'proposal',
  status: 'open',
  createdOn: '2026-01-01',
  expectedCloseOn: '2026-08-01',
  nextStepOn: null,
  lastActivityOn: '2026-06-28',
  missing: ['timeline'],
  stored: {
    day: '2026-06-23',
    stage: 'proposal',
    expectedCloseOn: '2026-08-01',
    nextStep: 'Call legal',
    nextStepOn: '2026-06-25',
    missing: ['timeline'],
  },
  stepActivity: { id: 'a1', onDay: '2026-06-26', label: 'Call' },
}
const STEPLESS: DealPair = SAME.stored ? { ...SAME, stored: { ...SAME.stored, nextStepOn: null } } : SAME
const kindsOf = (change: Partial<DealPair>, from = STEPLESS): string[] =>
  changesOf({ ...from, ...change }, { since: '2026-06-23', asOf: '2026-06-30' }).map(({ kind }) => kind)

test('each kind of change is seen, and a deal that stands still has none', () => {
  assert.deepEqual(kindsOf({}), [])
  assert.deepEqual(kindsOf({ stage: 'negotiation' }), ['advanced'])
  assert.deepEqual(kindsOf({ stage: 'prospecting' }), ['moved_back'])
  assert.deepEqual(kindsOf({ expectedCloseOn: '2026-08-02' }), ['slipped'])
  assert.deepEqual(kindsOf({ lastActivityOn: '2026-06-15' }), ['gone_silent'])
  assert.deepEqual(kindsOf({ lastActivityOn: '2026-06-16' }), [])
  assert.deepEqual(kindsOf({ lastActivityOn: '2026-06-08' }), [])
  assert.deepEqual(kindsOf({ missing: ['champion'] }), ['field_missing', 'field_filled'])
  assert.deepEqual(kindsOf({ stage: 'won', status: 'won' }), ['won'])
  assert.deepEqual(kindsOf({ stored: null }), ['new'])
})

test('a step is kept by an activity up to two days after it was due, else missed, and open within them', () => {
  assert.deepEqual(kindsOf({}, SAME), ['step_kept'])
  assert.deepEqual(kindsOf({ stepActivity: null }, SAME), ['step_missed'])
  assert.deepEqual(kindsOf({ stepActivity: null, status: 'won', stage: 'won' }, SAME), ['won', 'step_kept'])
  assert.ok(SAME.stored)
  assert.deepEqual(kindsOf({ stepActivity: null, stored: { ...SAME.stored, nextStepOn: '2026-06-29' } }, SAME), [])
})
