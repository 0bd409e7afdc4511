import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReconnector } from './reconnect.ts'

/** Lets everything that waits for a settled promise run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('what got no answer is asked for in growing pauses until the first answer, and not after it', async () => {
  const waits: number[] = []
  let asked = 0
  const line = createReconnector({
    wait: async (ms) => void waits.push(ms),
    askAgain: async () => {
      asked += 1
      // Each failing request of one look says so.
      line.lost()
      if (asked === 6) line.found()
    },
  })
  line.lost()
  await settle()
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 15_000, 15_000])
  assert.equal(asked, 6)
})

test('an answer that comes during the pause makes asking again needless; the next loss starts anew', async () => {
  const pauses: (() => void)[] = []
  let asked = 0
  const line = createReconnector({
    wait: () => new Promise((resolve) => pauses.push(resolve)),
    askAgain: async () => void (asked += 1),
  })
  line.lost()
  line.found()
  pauses.shift()?.()
  await settle()
  assert.equal(asked, 0)
  line.lost()
  assert.equal(pauses.length, 1)
  pauses.shift()?.()
  await settle()
  assert.equal(asked, 1)
})
