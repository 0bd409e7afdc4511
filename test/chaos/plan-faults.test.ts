import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAULTS, LINES, planFaults } from './plan-faults.ts'

const wish = { replicas: 3, faults: FAULTS, kills: 30 }

test('a plan has every fault that is wanted, and as many kills, on all replicas and lines', () => {
  const plan = planFaults({ ...wish, seed: 7 })
  for (const fault of FAULTS) {
    const count = plan.filter((planned) => planned.fault === fault).length
    assert.equal(count, fault === 'replica-kill' ? 30 : 1, fault)
  }
  assert.deepEqual(new Set(plan.map(({ place }) => place)), new Set([0, 1, 2]))
  assert.deepEqual(new Set(plan.map(({ line }) => line)), new Set(LINES))
  assert.ok(plan.every(({ lastsMs, pauseMs }) => lastsMs > 0 && pauseMs > 0))
  assert.deepEqual(
    planFaults({ ...wish, faults: ['redis-flush'], seed: 7 }).map(({ fault }) => fault),
    ['redis-flush'],
  )
})

test('a seed repeats its plan, and another gives another', () => {
  assert.deepEqual(planFaults({ ...wish, seed: 7 }), planFaults({ ...wish, seed: 7 }))
  assert.notDeepEqual(planFaults({ ...wish, seed: 7 }), planFaults({ ...wish, seed: 8 }))
})
