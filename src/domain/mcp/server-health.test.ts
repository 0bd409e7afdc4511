import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isFlapping,
  NEVER_SEEN,
  observe,
  putInState,
  UNIMPAIRED,
  type Observation,
  type ServerHealth,
} from './server-health.ts'

const OK: Observation = { kind: 'ok' }
const DOWN: Observation = { kind: 'failed', fault: 'transport' }

function after(observations: readonly Observation[], stepMs = 1000): ServerHealth {
  return observations.reduce(
    (health, observation, index) => observe(health, observation, { atMs: index * stepMs, impairment: UNIMPAIRED }),
    NEVER_SEEN,
  )
}

test('one lost packet is no outage, two in a row are', () => {
  assert.equal(after([OK, DOWN]).state, 'healthy')
  assert.deepEqual([after([OK, DOWN, DOWN]).state, after([OK, DOWN, DOWN]).reason], ['unhealthy', 'transport'])
  assert.equal(after([DOWN]).state, 'unknown')
})

test('a server comes back by degraded, and is healthy after two more good answers', () => {
  const states = [1, 2, 3].map((good) => after([OK, DOWN, DOWN, ...Array.from({ length: good }, () => OK)]))
  assert.deepEqual(
    states.map(({ state, reason }) => [state, reason]),
    [
      ['degraded', 'recovering'],
      ['degraded', 'recovering'],
      ['healthy', 'ok'],
    ],
  )
})

test('a refused credential shows that the server is there: never unhealthy', () => {
  const refused: Observation = { kind: 'refused' }
  const health = after([OK, refused, refused, refused])
  assert.deepEqual([health.state, health.reason, health.failures], ['unknown', 'needs_authorization', 0])
})

test('what is amiss with a server that answers is said, the missing tools first', () => {
  const impaired = { isSlow: true, isFailingOften: false, hasDrift: true, missesExpected: true }
  const reasonWith = (impairment: typeof impaired): string =>
    observe(after([OK]), OK, { atMs: 9000, impairment }).reason
  assert.equal(reasonWith(impaired), 'expected_tools_missing')
  assert.equal(reasonWith({ ...impaired, missesExpected: false }), 'capability_drift')
  assert.equal(reasonWith({ ...impaired, missesExpected: false, hasDrift: false }), 'p95_over_slo')
})

test('a server that is switched off is not put on by a late answer', () => {
  const off = putInState(after([OK]), 'disabled', { reason: 'disabled', atMs: 5000 })
  assert.equal(observe(off, OK, { atMs: 6000, impairment: UNIMPAIRED }).state, 'disabled')
})

/** Down and up again, every two minutes. */
function flap(times: number, startMs = 0): { health: ServerHealth; atMs: number } {
  let health = NEVER_SEEN
  let atMs = startMs
  const take = (observation: Observation): void => {
    atMs += 10_000
    health = observe(health, observation, { atMs, impairment: UNIMPAIRED })
  }
  take(OK)
  for (let round = 0; round < times; round += 1) {
    take(DOWN)
    take(DOWN)
    if (round < times - 1) for (let good = 0; good < 3; good += 1) take(OK)
  }
  return { health, atMs }
}

test('four changes in ten minutes hold the worse state, longer the second time, and quiet ends it', () => {
  assert.equal(isFlapping(flap(2).health, flap(2).atMs), false)
  const { health, atMs } = flap(3)
  assert.equal(isFlapping(health, atMs), true)
  const soon = observe(health, OK, { atMs: atMs + 29_000, impairment: UNIMPAIRED })
  assert.equal(soon.state, 'unhealthy', 'a better state waits')
  const later = observe(health, OK, { atMs: atMs + 31_000, impairment: UNIMPAIRED })
  assert.equal(later.state, 'degraded')
  assert.equal(health.holdMs, 60_000, 'the next hold is longer')
  const quiet = observe(later, OK, { atMs: atMs + 700_000, impairment: UNIMPAIRED })
  assert.equal(quiet.holdMs, 30_000)
})

const anyObservation = fc.constantFrom<Observation>(OK, DOWN, { kind: 'refused' }, { kind: 'failed', fault: 'timeout' })

test('whatever is observed: healthy only after a good answer, unhealthy only after two bad ones, changes are kept in order', () => {
  fc.assert(
    fc.property(
      fc.array(anyObservation, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 100_000 }),
      (all, step) => {
        const health = after(all, step)
        const last = all.at(-1)
        if (health.state === 'healthy') assert.ok(last?.kind === 'ok' || health.failures === 1)
        if (health.failures >= 2) assert.equal(health.state, 'unhealthy')
        const times = health.changes.map(({ atMs }) => atMs)
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        )
        for (const [index, change] of health.changes.entries()) {
          assert.notEqual(change.from, change.to)
          if (index > 0) assert.equal(health.changes[index - 1]?.to, change.from)
        }
      },
    ),
  )
})
