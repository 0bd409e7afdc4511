import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { adviseReplicas, DEFAULT_SCALING, type ScalingFacts } from './advise-replicas.ts'

const QUIET: ScalingFacts = { nowMs: 0, calendar: null, openTurns: 0, last: null, spentUsd: 0 }
const CLOSING = { replicas: 3, says: 'Month-end close says 3' }

test('the greater of calendar and load speaks, and says whose word it is', () => {
  const rules = DEFAULT_SCALING
  const quiet = adviseReplicas(rules, QUIET)
  assert.deepEqual([quiet.desiredReplicas, quiet.source], [1, 'calendar'])
  const closing = adviseReplicas(rules, { ...QUIET, calendar: CLOSING, openTurns: 41 })
  assert.deepEqual([closing.desiredReplicas, closing.floor, closing.source], [3, 3, 'calendar'])
  assert.match(closing.reasons.join(' '), /asks for 3: Month-end close says 3\. 41 turns .* that is 2\./)
  const busy = adviseReplicas(rules, { ...QUIET, calendar: CLOSING, openTurns: 161 })
  assert.deepEqual([busy.desiredReplicas, busy.source], [5, 'load'])
})

test('a load that cannot be measured leaves the calendar to speak, and says so', () => {
  const advice = adviseReplicas(DEFAULT_SCALING, { ...QUIET, calendar: CLOSING, openTurns: null })
  assert.equal(advice.desiredReplicas, 3)
  assert.match(advice.reasons.join(' '), /could not be measured/)
})

test('steps, the most there may be, money and shadow hold it, each in words', () => {
  const rules = { ...DEFAULT_SCALING, usdPerReplicaHour: 0.5, usdPerDay: 6 }
  const rush = { ...QUIET, openTurns: 4000, last: { replicas: 2, atMs: 0 }, nowMs: 30_000 }
  const stepped = adviseReplicas(rules, rush)
  assert.equal(stepped.desiredReplicas, 6)
  assert.match(stepped.reasons.join(' '), /Held at 6: at most 4 more/)
  const later = adviseReplicas(rules, { ...rush, nowMs: 180_000 })
  assert.equal(later.desiredReplicas, 10)
  assert.match(later.reasons.join(' '), /the most there may be, 10/)
  const spent = adviseReplicas(rules, { ...rush, spentUsd: 6 })
  assert.equal(spent.desiredReplicas, 1)
  assert.match(spent.reasons.join(' '), /6 dollars .* spent/)
  const shadow = adviseReplicas({ ...rules, isShadow: true }, rush)
  assert.equal(shadow.desiredReplicas, 1)
  assert.match(shadow.reasons.join(' '), /Only watching: it would be 6/)
})

test('it never leaves its limits and never goes below the calendar unless the limits or money say so', () => {
  const facts = fc.record({
    nowMs: fc.integer({ min: 0, max: 1e6 }),
    calendar: fc.option(fc.record({ replicas: fc.integer({ min: 0, max: 50 }), says: fc.constant('x') })),
    openTurns: fc.option(fc.integer({ min: 0, max: 1e5 })),
    last: fc.constant(null),
    spentUsd: fc.constant(0),
  })
  fc.assert(
    fc.property(facts, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 5, max: 40 }), (given, min, max) => {
      const rules = { ...DEFAULT_SCALING, min, max, step: 100 }
      const { desiredReplicas, floor, ceiling } = adviseReplicas(rules, given)
      assert.ok(desiredReplicas >= min && desiredReplicas <= max)
      assert.ok(desiredReplicas >= floor && floor <= ceiling)
    }),
  )
})
