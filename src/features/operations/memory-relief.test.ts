import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createMemoryRelief } from './memory-relief.ts'

test('the cache is let go when memory stays short, once in ten minutes however short it stays, and not for a peak', () => {
  const clock = createManualClock()
  let share = 0.5
  let emptied = 0
  const told: string[] = []
  const relief = createMemoryRelief({
    clock,
    usedShare: () => share,
    empty: () => (emptied += 1),
    onRelieved: (detail) => told.push(detail),
  })
  const look = (of: number, times: number): number => {
    share = of
    for (let at = 0; at < times; at += 1) {
      clock.advance(5000)
      relief.look()
    }
    return emptied
  }
  assert.equal(look(0.87, 10), 0)
  assert.equal(look(0.95, 2) + look(0.5, 1) + look(0.95, 2), 0, 'two peaks')
  assert.equal(look(0.95, 1), 1)
  assert.equal(look(0.95, 119), 1)
  assert.equal(look(0.95, 1), 2)
  assert.deepEqual(told, ['95 % used', '95 % used'])
})
