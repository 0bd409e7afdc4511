import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { createFreshAt, createFreshStarts, freshAt } from './fresh-at.ts'

const SPAN = { fromDay: '2026-11-01', toDay: '2027-01-31' }
const PERIODS: ShortDefinition['periods'] = {
  'month-end-close': { when: 'last 3 bd of month', calendar: 'ny', bridge: true },
  'quarter-end': { when: 'last 5 bd of quarter', calendar: 'ny' },
  nights: { when: 'bd', hours: ['20:00', '06:00'] },
}
const OUTSIDE = '2026-11-10T17:00:00Z'
const CLOSE: ShortDefinition = {
  periods: PERIODS,
  policies: [['month-end-close', { 'cache.*.ttl': { value: 'x0.5', freshAtStart: true } }]],
}

test('what is stored expires where a period begins that wants it fresh', () => {
  const policies: ShortDefinition['policies'] = [
    ['month-end-close', { 'cache.tool:*.ttl': { value: 'x0.25', freshAtStart: true } }],
    ['quarter-end', { 'cache.*.ttl': { value: '1m', freshAtStart: true }, 'cache.web:*.ttl': '5m' }],
    ['nights', { 'cache.*.ttl': '5m' }],
  ]
  const plan = planOf({ periods: PERIODS, policies }, SPAN)
  const next = (key: string, at: string): string | null => {
    const found = freshAt(plan, key, Date.parse(at))
    return found === null ? null : new Date(found).toISOString().slice(0, 16)
  }
  assert.equal(next('cache.tool:ledger.ttl', OUTSIDE), '2026-11-25T05:00')
  assert.equal(next('cache.tool:ledger.ttl', '2026-11-25T04:59:59.999Z'), '2026-11-25T05:00')
  assert.equal(next('cache.tool:ledger.ttl', '2026-11-25T05:00:00Z'), '2026-12-24T05:00')
  assert.equal(next('cache.llm:chat.ttl', OUTSIDE), '2026-12-24T05:00')
  assert.equal(next('cache.tool:ledger.ttl', '2026-12-24T05:00:00Z'), '2026-12-28T05:00')
  assert.equal(next('cache.tool:ledger.ttl', '2026-12-28T05:00:00Z'), '2026-12-29T05:00')
  assert.equal(next('cache.llm:chat.ttl', '2027-01-10T00:00:00Z'), null, 'none within the plan')
  assert.throws(() => next('cache.llm:chat.ttl', '2030-01-10T00:00:00Z'), RangeError)
})

test('the last start is the one that was reached last; what is in force all along never began', () => {
  const always: ShortDefinition['policies'][number] = [
    'not quarter-end',
    { 'cache.*.ttl': { value: 'x1', freshAtStart: true } },
  ]
  const plan = planOf({ periods: PERIODS, policies: [...CLOSE.policies, always] }, SPAN)
  const { last } = createFreshStarts(plan, 'cache.any.ttl')
  const at = (instant: string): string | null => {
    const found = last(Date.parse(instant))
    return found === null ? null : new Date(found).toISOString().slice(0, 16)
  }
  assert.equal(at(OUTSIDE), null)
  assert.equal(at('2026-11-25T04:59:59.999Z'), null)
  assert.equal(at('2026-11-25T05:00:00Z'), '2026-11-25T05:00')
  assert.equal(at('2026-12-20T00:00:00Z'), '2026-11-25T05:00')
  assert.equal(at('2027-01-10T00:00:00Z'), '2027-01-01T05:00', 'the quarter is over')
  assert.throws(() => at('2030-01-10T00:00:00Z'), RangeError)
})

test('no value of a cache outlives the start of a period that wants it fresh', () => {
  const plan = planOf(CLOSE, SPAN)
  const next = createFreshAt(plan, 'cache.any.ttl')
  const starts = plan.policies.flatMap(({ boundaries }) => [...boundaries].filter((_, index) => index % 2 === 0))
  fc.assert(
    fc.property(fc.integer({ min: plan.fromMs, max: plan.toMs - 1 }), (atMs) => {
      const expected =
        starts.filter((startMs) => startMs > atMs && startMs < plan.toMs).toSorted((a, b) => a - b)[0] ?? null
      assert.equal(next(atMs), expected)
      assert.equal(freshAt(plan, 'cache.any.ttl', atMs), expected)
    }),
  )
})
