import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bytesWords,
  dayWords,
  durationWords,
  labelWords,
  moneyWords,
  plural,
  shortMoney,
  timeWords,
  withDayWords,
} from './words.ts'

function usd(units: number) {
  return { amountMicros: Math.round(units * 1_000_000), currency: 'USD' }
}

test('money is rounded as a decision needs it', () => {
  assert.deepEqual(
    [0, 0.0042, 9.5, 55, 950, 184_000, 1_234_567].map((units) => moneyWords(usd(units))),
    ['$0', '$0.0042', '$9.50', '$55', '$950', '$184,000', '$1.23M'],
  )
})

test('days are said from the day the data speaks for', () => {
  const asOf = '2026-11-22'
  const said = ['2026-11-21', '2026-11-22', '2026-11-23', '2026-12-04', '2026-11-10', '2026-03-03', '2025-03-03'].map(
    (day) => dayWords(day, asOf),
  )
  assert.deepEqual(said, ['yesterday', 'today', 'tomorrow', 'in 12 days', '12 days ago', '3 Mar', '3 Mar 2025'])
  assert.equal(dayWords('2026-11-21', null), '21 Nov 2026')
})

test('times grow coarser as they recede', () => {
  const now = new Date(2026, 10, 22, 15, 0).getTime()
  const said = [10_000, 5 * 60_000, 3 * 3_600_000, 20 * 3_600_000, 40 * 86_400_000].map((ago) =>
    timeWords(new Date(now - ago).toISOString(), now),
  )
  assert.deepEqual(said, ['just now', '5 min ago', 'today 12:00', 'yesterday 19:00', '13 Oct'])
})

test('names of fields become words', () => {
  assert.deepEqual(['review-pipeline', 'activeUsers', 'at_risk'].map(labelWords), [
    'Review pipeline',
    'Active users',
    'At risk',
  ])
})

test('counts, sizes and times left are said plainly', () => {
  assert.equal(plural(1, 'deal'), '1 deal')
  assert.equal(plural(8800, 'deal'), '8,800 deals')
  assert.deepEqual([900, 1500, 613_000, 104_000_000].map(bytesWords), ['900 bytes', '1.5 KB', '613 KB', '104 MB'])
  assert.deepEqual([200, 40_000, 150_000, 7_800_000].map(durationWords), ['1 s', '40 s', '3 min', '2 h 10 min'])
})

test('days inside a sentence are said, those of addresses and ids are left alone', () => {
  assert.equal(
    withDayWords('From 2026-08-24 to 2026-11-22: 3 calls (one on 2026-10-29), due 2026-12-01.'),
    'From 24 Aug 2026 to 22 Nov 2026: 3 calls (one on 29 Oct 2026), due 1 Dec 2026.',
  )
  for (const text of ['deal:d-6:2026-10-18', '/deals?since=2026-10-18', '2026-10-18T09:00:00Z', 'a 2026-13-41 b'])
    assert.equal(withDayWords(text), text)
})

test('money beside an axis is short', () => {
  assert.deepEqual(
    [0, 500_000, 1_234_567].map((units) => shortMoney(usd(units))),
    ['$0', '$500K', '$1.2M'],
  )
})
