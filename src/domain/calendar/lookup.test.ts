import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { allocatedBytes } from '../../../test/support/allocated-bytes.ts'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { effective } from './effective.ts'
import { createLookup } from './lookup.ts'
import type { CalendarPlan } from './plan.ts'

const SPAN = { fromDay: '2026-11-15', toDay: '2026-12-15' }
const BASE = 100
const MINUTE_MS = 60_000

const RULES = [
  'last 3 bd of month',
  'days 20-28 of month',
  'sat-sun',
  'every 2nd fri from 2026-01-09',
  'bd',
  'holiday',
] as const
const NAMES = ['a', 'b', 'c'] as const

const anyPeriod = fc.record({
  when: fc.constantFrom(...RULES),
  calendar: fc.constant('ny'),
  hours: fc.option(fc.constantFrom(['06:00', '20:00'], ['22:00', '02:00']), { nil: undefined }),
  ramp: fc.constantFrom('0s', '30m', '5h', '3d'),
  lead: fc.constantFrom('0s', '90m'),
  bridge: fc.boolean(),
  priority: fc.integer({ min: -1, max: 2 }),
})
const matches = ['a', 'b', 'c', 'a or b', 'a and not b', 'not a', 'not (b and c)', 'b and c or a'] as const
const values = fc.constantFrom('x0.25', 'x0.5', 'x1', 'x2', 'x3.5', 40, 250)
const keys = fc.constantFrom('limits.*.rate', 'limits.one.rate', 'limits.two.rate', 'scale.one.min', 'scale.*.min')
const anyPolicy = fc.tuple(fc.constantFrom(...matches), fc.dictionary(keys, values, { minKeys: 1, maxKeys: 3 }))
const anyDefinition = fc.record({
  periods: fc
    .tuple(anyPeriod, anyPeriod, anyPeriod)
    .map((periods) => Object.fromEntries(periods.map((period, index) => [NAMES[index] ?? '', period]))),
  policies: fc.array(anyPolicy, { maxLength: 5 }),
})

/** Everything that could be a corner: each boundary of the plan and a moment to either side. */
function cornersOf(plan: CalendarPlan): number[] {
  const edges = plan.policies.flatMap(({ boundaries, rampMs }) =>
    [...boundaries].flatMap((ms) => [ms, ms + rampMs, ms - rampMs]),
  )
  const around = [...edges, ...plan.periods.flatMap(({ boundaries }) => [...boundaries])].flatMap((ms) => [
    ms - 1,
    ms,
    ms + 1,
  ])
  return [plan.fromMs, plan.toMs - 1, ...around].filter((ms) => ms >= plan.fromMs && ms < plan.toMs)
}

test('a lookup answers what effective answers, at every corner and anywhere, in whatever order it is asked', () => {
  const instants = fc.array(fc.double({ min: Date.parse('2026-11-15'), max: Date.parse('2026-12-15'), noNaN: true }), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(
      anyDefinition,
      fc.constantFrom('limits.one.rate', 'scale.one.min'),
      instants,
      (definition, key, asked) => {
        const plan = planOf(definition, SPAN)
        const lookup = createLookup(plan, key, BASE)
        const corners = cornersOf(plan)
        const step = Math.max(1, Math.floor(corners.length / 40))
        for (const atMs of [...asked, ...corners.filter((_, index) => index % step === 0)]) {
          assert.equal(lookup(atMs), effective(plan, { key, base: BASE }, atMs).value, new Date(atMs).toISOString())
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('up to its end a value stays, and there it changes or a ramp begins or ends', () => {
  const instants = fc.double({ min: Date.parse('2026-11-15'), max: Date.parse('2026-12-15'), noNaN: true })
  const shares = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(anyDefinition, instants, shares, (definition, atMs, places) => {
      const plan = planOf(definition, SPAN)
      const key = 'limits.one.rate'
      const { value, untilMs, isMoving } = effective(plan, { key, base: BASE }, atMs)
      const endMs = untilMs ?? plan.toMs
      assert.ok(endMs > atMs && endMs <= plan.toMs)
      if (isMoving) return
      for (const place of places) {
        const between = effective(plan, { key, base: BASE }, Math.min(atMs + place * (endMs - atMs), endMs - 1))
        assert.equal(between.value, value)
      }
      if (untilMs === null) return
      const next = effective(plan, { key, base: BASE }, untilMs)
      assert.ok(next.value !== value || next.isMoving)
    }),
    { numRuns: 150 },
  )
})

test('with ramps and priorities of their own nothing jumps', () => {
  const ramped = fc
    .tuple(anyPeriod, anyPeriod, anyPeriod)
    .map((periods): ShortDefinition['periods'] =>
      Object.fromEntries(
        periods.map((period, index) => [NAMES[index] ?? '', { ...period, ramp: '5h', priority: index }]),
      ),
    )
  const factors = fc.tuple(...NAMES.map(() => fc.constantFrom('x0.25', 'x2', 'x4')))
  fc.assert(
    fc.property(ramped, factors, (periods, [a, b, c]) => {
      const policies: ShortDefinition['policies'] = [
        ['a', { 'limits.*.rate': a ?? 1 }],
        ['b', { 'limits.*.rate': b ?? 1 }],
        ['c', { 'limits.*.rate': c ?? 1 }],
      ]
      const plan = planOf({ periods, policies }, SPAN)
      const lookup = createLookup(plan, 'limits.one.rate', BASE)
      // Three ramps of at most 375 within five hours, for one minute.
      const most = (3 * 375) / 300
      for (let atMs = plan.fromMs; atMs + MINUTE_MS < plan.toMs; atMs += MINUTE_MS) {
        assert.ok(Math.abs(lookup(atMs + MINUTE_MS) - lookup(atMs)) <= most, new Date(atMs).toISOString())
      }
    }),
    { numRuns: 30 },
  )
})

const CLOSE: ShortDefinition = {
  periods: { close: { when: 'last 3 bd of month', calendar: 'ny', ramp: '2h' } },
  policies: [['close', { 'limits.*.rate': 'x3' }]],
}

test('a lookup makes no objects where the value stays', () => {
  const plan = planOf(CLOSE, SPAN)
  const lookup = createLookup(plan, 'limits.one.rate', BASE)
  let total = 0
  const bytes = allocatedBytes(() => {
    for (let step = 0; step < 2000; step += 1) total += lookup(plan.fromMs + step * 15 * MINUTE_MS)
  })
  assert.ok(total > 0)
  // The smallest object each time would be 24 thousand.
  assert.ok(bytes < 12_000, `${bytes} bytes`)
})

test('a lookup refuses what lies outside of the plan, before and after it was asked within', () => {
  const plan = planOf(CLOSE, SPAN)
  const lookup = createLookup(plan, 'limits.one.rate', BASE)
  for (const atMs of [plan.fromMs - 1, plan.toMs, Number.NaN]) assert.throws(() => lookup(atMs), /lies outside/)
  assert.equal(lookup(plan.toMs - 1), BASE)
  for (const atMs of [plan.fromMs - 1, plan.toMs, Number.NaN]) assert.throws(() => lookup(atMs), /lies outside/)
  assert.equal(lookup(plan.fromMs), BASE)
  assert.throws(() => createLookup(plan, 'freeze.deploys', 1), /`freeze.deploys` is no number/)
  assert.throws(() => createLookup(plan, 'cache.ttl', 1), /needs its class/)
})
