import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestartPace } from './restart-pace.ts'

test('a program that ends again and again is given a minute each time, and is quick again after ten minutes without', () => {
  const pace = createRestartPace()
  const pauses = [0, 1, 2, 3, 4, 5, 6].map((second) => pace.next(second * 1000).pauseMs)
  assert.deepEqual(pauses, [100, 100, 100, 100, 100, 60_000, 60_000])
  assert.deepEqual(pace.next(700_000), { pauseMs: 100, isSlowed: false })
})
