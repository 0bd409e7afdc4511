import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#platform/clock.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
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

test('who listens is told when a state has become another, and not of each look', async () => {
  let state: Observation['state'] = 'ok'
  const health = healthOf(async () => ({ state }))
  const told: string[] = []
  const stop = health.onChange(() => told.push(health.snapshot().status))
  for (const next of ['ok', 'ok', 'degraded', 'degraded', 'down', 'ok'] as const) {
    state = next
    await health.refresh()
  }
  stop()
  state = 'down'
  await health.refresh()
  assert.deepEqual(told, ['ok', 'degraded', 'down', 'ok'])
})

test('since when a part is as it is stays while looks find it so, and begins anew with another state', async () => {
  let state: Observation['state'] = 'ok'
  const clock = createManualClock('2026-03-10T09:00:00.000Z')
  const health = createHealth({ clock, components: { part: { isCritical: false, probe: async () => ({ state }) } } })
  const sinceOf = (): string | null | undefined => health.snapshot().components['part']?.since
  assert.equal(sinceOf(), null)
  const seen: unknown[] = []
  for (const next of ['ok', 'ok', 'down', 'down', 'ok'] as const) {
    state = next
    clock.advance(1000)
    await health.refresh()
    seen.push(sinceOf()?.slice(17, 19))
  }
  assert.deepEqual(seen, ['01', '01', '03', '03', '05'])
})
