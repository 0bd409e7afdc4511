import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describePipeline } from './describe-pipeline.ts'
import { pipelineFigures } from './pipeline.ts'
import { tallyAll, tallyDeals, type DealFact } from './tally.ts'

const ASOF = '2026-06-30'

function fact(change: Partial<DealFact>): DealFact {
  return {
    key: 'a',
    label: 'Ann',
    status: 'open',
    clientId: 'c',
    valueMicros: null,
    currency: 'USD',
    isEstimated: false,
    createdOn: null,
    closedOn: null,
    ...change,
  }
}

function wonAfter(days: number): DealFact {
  const closed = new Date(Date.parse('2026-01-01T00:00:00Z') + days * 86_400_000).toISOString().slice(0, 10)
  return fact({ status: 'won', createdOn: '2026-01-01', closedOn: closed })
}

const FACTS: DealFact[] = [
  ...[10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map(wonAfter),
  ...Array.from({ length: 5 }, () => fact({ key: 'b', label: 'Bea', status: 'lost' })),
  fact({ valueMicros: 1_000_000, createdOn: '2026-06-20' }),
  fact({ valueMicros: 2_000_000, isEstimated: true, createdOn: '2026-01-01', clientId: null }),
  fact({ key: 'b', label: 'Bea', valueMicros: 9_000_000, currency: 'EUR' }),
  fact({ key: 'b', label: 'Bea', createdOn: '2026-04-01' }),
]

function review(facts: readonly DealFact[]) {
  const { cycleDays, cycleN } = tallyAll(facts, { asOf: ASOF, currency: 'USD', limits: null })
  const limits = cycleDays === null || cycleN < 10 ? null : { p75Days: cycleDays[2], p90Days: cycleDays[3] }
  const terms = { asOf: ASOF, currency: 'USD', limits }
  return pipelineFigures({
    filters: [],
    currency: 'USD',
    all: tallyAll(facts, terms),
    stages: [],
    groups: { by: 'rep', tallies: tallyDeals(facts, terms) },
    limits,
    oldest: [],
  })
}

test('a hand-counted pipeline gives the hand-counted figures', () => {
  const figures = review(FACTS)
  assert.deepEqual(figures.open.value, {
    amount: { amountMicros: 3_000_000, currency: 'USD' },
    rows: 4,
    estimatedRows: 1,
    unvaluedRows: 2,
  })
  assert.equal(figures.open.withoutClient, 1)
  assert.equal(figures.open.withoutCreatedDay, 1)
  assert.equal(figures.winRate.rate, 10 / 15)
  assert.deepEqual(figures.cycle, { n: 10, p25Days: 32.5, medianDays: 55, p75Days: 77.5, p90Days: 91 })
  // Open for 10, 180 and 90 days; limits 77.5 and 91.
  assert.equal(figures.ageing?.olderThanP75, 2)
  assert.equal(figures.ageing?.olderThanP90, 1)
  const [ann, bea] = figures.groups?.rows ?? []
  assert.equal(ann?.label, 'Ann')
  assert.equal(ann?.winRate.rate, 1)
  assert.equal(ann?.adjustedWinRate, (10 + 20 * (10 / 15)) / 30)
  assert.equal(bea?.winRate.rate, 0)
  assert.equal(bea?.openValue, null)
  assert.equal(bea?.isSmallSample, true)
})

test('open deals without any value have an unknown sum, never zero', () => {
  const figures = review([fact({}), fact({})])
  assert.equal(figures.open.value, null)
  const result = describePipeline(figures, {
    asOf: ASOF,
    otherCurrencyDeals: 0,
    usesIndustry: false,
    oldestDealName: null,
  })
  assert.match(result.headline, /value unknown/)
  assert.ok(
    result.caveats.includes('None of the 2 open deals has a value; import with list price mapped to get an estimate.'),
  )
  assert.equal(result.confidence.level, 'none')
})

test('too few won deals give no yardstick of age', () => {
  assert.equal(review([wonAfter(10), fact({ createdOn: '2020-01-01' })]).ageing, null)
})

test('a won deal closed before it was created does not count into the cycle', () => {
  assert.equal(review([fact({ status: 'won', createdOn: '2026-02-01', closedOn: '2026-01-01' })]).cycle, null)
})
