import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, daysBetween, type Day } from '../day.ts'
import { COMMON_YEAR, createSpans, type Fiscal } from './fiscal.ts'
import { SPANS, type SpanKind } from './rule.ts'

const FEBRUARY: Fiscal = { kind: 'months', startMonth: 2, startDay: 1 }
const UK_TAX: Fiscal = { kind: 'months', startMonth: 4, startDay: 6 }
/** The calendar of US retail: the years that begin on 2023-01-29 and 2028-01-30 have 53 weeks. */
const RETAIL: Fiscal = {
  kind: 'weeks',
  pattern: '4-5-4',
  anchor: '2024-02-04',
  longYears: new Set(['2023-01-29', '2028-01-30']),
}

function shown(fiscal: Fiscal, day: Day, kind: SpanKind): string {
  const { first, last } = createSpans(fiscal)(day, kind)
  return `${first} ${last}`
}

test('the common calendar', () => {
  assert.equal(shown(COMMON_YEAR, '2028-02-10', 'month'), '2028-02-01 2028-02-29')
  assert.equal(shown(COMMON_YEAR, '2026-11-30', 'quarter'), '2026-10-01 2026-12-31')
  assert.equal(shown(COMMON_YEAR, '2026-01-01', 'year'), '2026-01-01 2026-12-31')
  assert.equal(shown(COMMON_YEAR, '2026-12-31', 'year'), '2026-01-01 2026-12-31')
})

test('a year that begins in February, and one that begins on 6 April', () => {
  assert.equal(shown(FEBRUARY, '2026-01-31', 'year'), '2025-02-01 2026-01-31')
  assert.equal(shown(FEBRUARY, '2026-02-01', 'year'), '2026-02-01 2027-01-31')
  assert.equal(shown(FEBRUARY, '2026-01-15', 'quarter'), '2025-11-01 2026-01-31')
  assert.equal(shown(FEBRUARY, '2028-04-30', 'quarter'), '2028-02-01 2028-04-30')
  assert.equal(shown(UK_TAX, '2026-04-05', 'year'), '2025-04-06 2026-04-05')
  assert.equal(shown(UK_TAX, '2026-04-06', 'year'), '2026-04-06 2027-04-05')
  assert.equal(shown(UK_TAX, '2026-07-05', 'quarter'), '2026-04-06 2026-07-05')
  assert.equal(shown(UK_TAX, '2026-01-05', 'quarter'), '2025-10-06 2026-01-05')
  assert.equal(shown(UK_TAX, '2026-04-05', 'month'), '2026-04-01 2026-04-30', 'months stay as they are')
})

test('years of weeks, by the published calendar of US retail', () => {
  const starts = [
    '2022-01-30',
    '2023-01-29',
    '2024-02-04',
    '2025-02-02',
    '2026-02-01',
    '2027-01-31',
    '2028-01-30',
    '2029-02-04',
  ]
  for (const [index, first] of starts.entries()) {
    const next = starts[index + 1]
    if (next !== undefined) assert.equal(shown(RETAIL, addDays(next, -1), 'year'), `${first} ${addDays(next, -1)}`)
  }
  assert.equal(shown(RETAIL, '2024-02-04', 'month'), '2024-02-04 2024-03-02')
  assert.equal(shown(RETAIL, '2024-04-06', 'month'), '2024-03-03 2024-04-06')
  assert.equal(shown(RETAIL, '2024-04-07', 'month'), '2024-04-07 2024-05-04')
  assert.equal(shown(RETAIL, '2025-02-01', 'month'), '2025-01-05 2025-02-01')
  assert.equal(shown(RETAIL, '2024-05-04', 'quarter'), '2024-02-04 2024-05-04')
  assert.equal(shown(RETAIL, '2029-02-03', 'month'), '2028-12-31 2029-02-03', 'the 53rd week is of the last month')
  assert.equal(shown(RETAIL, '2024-02-03', 'quarter'), '2023-10-29 2024-02-03')
})

test('the other patterns divide a quarter of 13 weeks', () => {
  const months = (pattern: '4-4-5' | '5-4-4'): string[] => {
    const fiscal: Fiscal = { kind: 'weeks', pattern, anchor: '2026-01-04', longYears: new Set() }
    return ['2026-01-10', '2026-02-10', '2026-03-10'].map((day) => shown(fiscal, day, 'month'))
  }
  assert.deepEqual(months('4-4-5'), ['2026-01-04 2026-01-31', '2026-02-01 2026-02-28', '2026-03-01 2026-04-04'])
  assert.deepEqual(months('5-4-4'), ['2026-01-04 2026-02-07', '2026-02-08 2026-03-07', '2026-03-08 2026-04-04'])
})

test('spans follow each other without gap or overlap, and the larger hold whole smaller ones', () => {
  const fiscals = fc.oneof(
    fc.constant(RETAIL),
    fc.record({
      kind: fc.constant('months' as const),
      startMonth: fc.integer({ min: 1, max: 12 }),
      startDay: fc.integer({ min: 1, max: 28 }),
    }),
  )
  const days = fc.integer({ min: -9000, max: 9000 }).map((offset) => addDays('2026-01-01', offset))
  fc.assert(
    fc.property(fiscals, days, fc.constantFrom(...SPANS), (fiscal, day, kind) => {
      const spanOf = createSpans(fiscal)
      const span = spanOf(day, kind)
      assert.ok(span.first <= day && day <= span.last)
      assert.deepEqual(spanOf(span.first, kind), span)
      assert.deepEqual(createSpans(fiscal)(span.last, kind), span)
      assert.equal(createSpans(fiscal)(addDays(span.last, 1), kind).first, addDays(span.last, 1))
      const year = spanOf(day, 'year')
      assert.ok([365, 366, 364, 371].includes(daysBetween(year.first, year.last) + 1))
      assert.equal(spanOf(year.first, 'quarter').first, year.first)
      assert.equal(spanOf(year.last, 'quarter').last, year.last)
    }),
  )
})
