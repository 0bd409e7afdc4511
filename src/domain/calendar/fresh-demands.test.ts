import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { explain } from './explain.ts'
import { createFreshStarts } from './fresh-at.ts'
import { listFreshDemands, listFreshStarts } from './fresh-demands.ts'

const SPAN = { fromDay: '2026-11-01', toDay: '2027-01-31' }
const FRESH = { value: 'x0.5', freshAtStart: true } as const
const SHORT: ShortDefinition = {
  periods: {
    close: { when: 'last 3 bd of month', calendar: 'ny', bridge: true, label: 'Month-end close', priority: 50 },
    quarter: { when: 'last 5 bd of quarter', calendar: 'ny', bridge: true, label: 'Quarter end', priority: 80 },
    early: { when: 'days 1-3 of month', label: 'Early days' },
  },
  policies: [
    ['close', { 'cache.tool*.ttl': FRESH }],
    ['quarter', { 'cache.*.ttl': FRESH, 'cache.tool-result.stale': 'x2' }],
    ['close', { 'cache.embedding.ttl': 'x2' }],
    ['not early', { 'cache.directory.ttl': FRESH }],
  ],
}
const PLAN = planOf(SHORT, SPAN)

/** `Month-end close 11-25T05:00 next 101` for each. */
function demands(key: string, at: string): string[] {
  return listFreshDemands(PLAN, key, Date.parse(at)).map(
    ({ label, fromMs, isUnderway, source }) =>
      `${label} ${new Date(fromMs).toISOString().slice(5, 16)} ${isUnderway ? 'now' : 'next'} ${source.line}`,
  )
}

test('who wants a class fresh is told: of those in force all, and of those to come the next', () => {
  const ttl = 'cache.tool-result.ttl'
  assert.deepEqual(demands(ttl, '2026-11-10T12:00:00Z'), ['Month-end close 11-25T05:00 next 101'])
  assert.deepEqual(demands(ttl, '2026-11-25T05:00:00Z'), [
    'Month-end close 11-25T05:00 now 101',
    'Quarter end 12-24T05:00 next 111',
  ])
  assert.deepEqual(demands(ttl, '2026-12-30T12:00:00Z'), [
    'Month-end close 12-29T05:00 now 101',
    'Quarter end 12-24T05:00 now 111',
    'Month-end close 01-27T05:00 next 101',
  ])
  assert.deepEqual(demands('cache.tool-result.stale', '2026-11-10T12:00:00Z'), demands(ttl, '2026-11-10T12:00:00Z'))
  assert.deepEqual(demands('cache.embedding.ttl', '2026-11-25T12:00:00Z'), ['Quarter end 12-24T05:00 next 111'])
  assert.deepEqual(demands('cache.embedding.prewarm', '2026-11-10T12:00:00Z'), [])
  assert.deepEqual(demands('limits.member.rate', '2026-11-10T12:00:00Z'), [])
  assert.throws(() => demands(ttl, '2030-01-01T00:00:00Z'), RangeError)
})

test('one that no period stands behind is told by the words of its policy, and not where its start is not known', () => {
  assert.deepEqual(demands('cache.directory.ttl', '2026-11-10T12:00:00Z').slice(0, 1), [
    'not early 11-04T00:00 now 131',
  ])
  const always = planOf(
    { ...SHORT, policies: [['not early', { 'cache.*.ttl': FRESH }]] },
    { ...SPAN, fromDay: '2026-11-10' },
  )
  const [first, ...more] = listFreshDemands(always, 'cache.directory.ttl', Date.parse('2026-11-12T00:00:00Z'))
  assert.deepEqual([first?.isUnderway, first?.fromMs, more], [false, Date.parse('2026-12-04T00:00:00Z'), []])
})

test('what is told is what the cache goes by', () => {
  for (const key of ['cache.tool-result.ttl', 'cache.embedding.ttl', 'cache.directory.ttl']) {
    const { next } = createFreshStarts(PLAN, key)
    for (let atMs = PLAN.fromMs; atMs < PLAN.toMs; atMs += 5 * 3_600_000) {
      const toCome = listFreshDemands(PLAN, key, atMs).filter(({ isUnderway }) => !isUnderway)
      assert.equal(toCome[0]?.fromMs ?? null, next(atMs))
    }
  }
})

test('the starts that are listed are those that the cache goes by, one for each instant', () => {
  for (const key of ['cache.tool-result.ttl', 'cache.embedding.ttl', 'cache.directory.ttl']) {
    const { next, last } = createFreshStarts(PLAN, key)
    for (let atMs = PLAN.fromMs; atMs < PLAN.toMs; atMs += 5 * 3_600_000) {
      const starts = listFreshStarts(PLAN, key, { atMs, untilMs: PLAN.toMs })
      assert.equal(starts.findLast(({ fromMs }) => fromMs <= atMs)?.fromMs ?? null, last(atMs))
      assert.equal(starts.find(({ fromMs }) => fromMs > atMs)?.fromMs ?? null, next(atMs))
      assert.equal(new Set(starts.map(({ fromMs }) => fromMs)).size, starts.length)
      const isUnderway = listFreshDemands(PLAN, key, atMs).some((demand) => demand.isUnderway)
      assert.equal(
        starts.some((start) => start.isUnderway),
        isUnderway,
      )
    }
  }
  const atMs = PLAN.fromMs
  const [one, ...more] = listFreshStarts(PLAN, 'cache.tool-result.ttl', {
    atMs,
    untilMs: Date.parse('2026-12-24T05:00:00Z'),
  })
  assert.deepEqual([one?.label, more], ['Month-end close', []], 'without the instant up to which they are asked for')
  const short = { when: 'day 10 of month', label: 'Short' }
  const long = { when: 'days 10-12 of month', label: 'Long' }
  const both = planOf(
    { periods: { short, long }, policies: ['short', 'long'].map((name) => [name, { 'cache.*.ttl': FRESH }] as const) },
    SPAN,
  )
  const within = { atMs: Date.parse('2026-11-11T12:00:00Z'), untilMs: Date.parse('2026-11-12T00:00:00Z') }
  assert.deepEqual(
    listFreshStarts(both, 'cache.auth.ttl', within).map(({ label, isUnderway }) => [label, isUnderway]),
    [['Long', true]],
    'of several by the one that lasts longest',
  )
  assert.throws(() => listFreshStarts(PLAN, 'cache.auth.ttl', { atMs: atMs - 1, untilMs: PLAN.toMs }), RangeError)
})

test('an explanation says which period wants fresh values, from when, and where that is written', () => {
  const tell = (key: string, at: string): readonly string[] =>
    explain(PLAN, { key, base: 15_000 }, Date.parse(at)).sentences.slice(-2)
  assert.deepEqual(tell('cache.tool-result.ttl', '2026-11-10T12:00:00Z'), [
    'So it is until 2026-11-25 05:00 UTC.',
    'From 2026-11-25 05:00 UTC on Month-end close (calendar.yaml, line 101) wants fresh values: nothing kept from before is given in it.',
  ])
  assert.deepEqual(tell('cache.tool-result.stale', '2026-11-25T12:00:00Z'), [
    'Month-end close (calendar.yaml, line 101) wants fresh values: nothing kept from before 2026-11-25 05:00 UTC is given in it.',
    'From 2026-12-24 05:00 UTC on Quarter end (calendar.yaml, line 111) wants fresh values: nothing kept from before is given in it.',
  ])
})
