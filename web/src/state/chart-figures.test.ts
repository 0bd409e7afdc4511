import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chartOf } from './chart-figures.ts'

const usd = (amountMicros: number) => ({ amountMicros, currency: 'USD' })

test('renewals are drawn by month, each outlook in its place', () => {
  const figures = {
    currency: 'USD',
    byMonth: [
      {
        month: '2026-12-01',
        sums: [
          { outlook: 'at_risk', arr: usd(5) },
          { outlook: 'commit', arr: usd(7) },
        ],
      },
    ],
  }
  assert.deepEqual(chartOf('forecast-renewals', figures), {
    kind: 'renewals',
    currency: 'USD',
    columns: [{ label: 'Dec', values: [7, 0, 5, 0] }],
  })
})

test('payments are drawn in the main currency only, and not at all when nothing is unpaid', () => {
  const bucket = (currency: string, amountMicros: number) => ({
    bucket: '1-30',
    currency,
    amount: { amountMicros, currency },
  })
  const figures = { focus: 'payments', currency: 'USD', payments: { ageing: [bucket('USD', 3), bucket('EUR', 9)] } }
  assert.deepEqual(chartOf('review-portfolio', figures), {
    kind: 'ageing',
    currency: 'USD',
    columns: ['current', '1-30', '31-60', '61-90', '>90'].map((label) => ({
      label,
      values: [label === '1-30' ? 3 : 0],
    })),
  })
  assert.equal(chartOf('review-portfolio', { ...figures, payments: { ageing: [bucket('USD', 0)] } }), null)
  assert.equal(chartOf('review-portfolio', { ...figures, focus: 'overview' }), null)
})

test('a forecast is drawn with what is left of the quota, and unknown figures are not drawn', () => {
  const part = { low: usd(1), expected: usd(2), high: usd(3) }
  const forecast = { open: part, thisQuarter: part }
  const drawn = chartOf('review-pipeline', {
    outlook: { focus: 'forecast', forecast, coverage: { remaining: usd(4) } },
  })
  assert.equal(drawn?.kind === 'ranges' && drawn.ranges[0]?.target?.amountMicros, 4)
  assert.equal(chartOf('review-pipeline', { outlook: { focus: 'forecast', forecast: null, coverage: null } }), null)
  assert.equal(chartOf('coach-deal', {}), null)
  assert.equal(chartOf('constructor', {}), null)
})
