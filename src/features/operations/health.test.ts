import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#platform/clock.ts'
import { createHealth, type Observation } from './health.ts'

function healthOf(probe: () => Promise<Observation>, isCritical = true) {
  return createHealth({ clock: systemClock, components: { part: { isCritical, probe } } })
}

test('what was never probed is unknown and not ready', () => {
  const health = healthOf(async () => ({ state: 'ok' }))
  assert.equal(health.snapshot().components['part']?.status, 'unknown')
  assert.equal(health.isReady(), false)
})

test('a probe that fails makes its part down with the reason, and the process not ready', async () => {
  const health = healthOf(async () => {
    throw new Error('connection refused')
  })
  await health.refresh()
  assert.deepEqual([health.snapshot().status, health.isReady()], ['down', false])
  assert.equal(health.snapshot().components['part']?.detail, 'connection refused')
})

test('a probe that never answers is down after its time limit', async () => {
  const health = healthOf(() => new Promise(() => undefined))
  await health.refresh()
  assert.match(health.snapshot().components['part']?.detail ?? '', /No answer within/)
})

test('a part that is not critical degrades the whole but leaves it ready', async () => {
  const health = createHealth({
    clock: systemClock,
    components: {
      database: { isCritical: true, probe: async () => ({ state: 'ok' }) },
      personas: { isCritical: false, probe: async () => ({ state: 'degraded', detail: 'marcus.md line 3' }) },
    },
  })
  await health.refresh()
  assert.deepEqual([health.snapshot().status, health.isReady()], ['degraded', true])
})

test('a draining process is not ready however well its parts are', async () => {
  const health = healthOf(async () => ({ state: 'ok' }))
  await health.refresh()
  assert.equal(health.isReady(), true)
  health.startDraining()
  assert.equal(health.isReady(), false)
})
