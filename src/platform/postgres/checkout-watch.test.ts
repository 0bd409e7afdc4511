import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../../../test/support/database.ts'
import { until } from '../../../test/support/until.ts'
import { createCheckoutWatch, type Checkout } from './checkout-watch.ts'
import { sql } from './sql.ts'

function openWatch() {
  const time = { nowMs: 0 }
  const told: Checkout[] = []
  const watch = createCheckoutWatch({
    monotonicMs: () => time.nowMs,
    onHeld: (checkout) => void told.push(checkout),
  })
  watch.close()
  return { time, told, watch }
}

test('a connection held for over five seconds is told once', () => {
  const { time, told, watch } = openWatch()
  const giveBack = watch.begin({ taken: new Error(), mayTakeLong: false, cut: () => undefined })
  time.nowMs = 5000
  watch.look()
  assert.deepEqual(told, [])
  time.nowMs = 5001
  watch.look()
  watch.look()
  assert.deepEqual(
    told.map(({ heldMs }) => heldMs),
    [5001],
  )
  giveBack()
  assert.deepEqual(watch.held(), [])
})

test('work that may take long is not told, yet is seen among what is held', () => {
  const { time, told, watch } = openWatch()
  watch.begin({ taken: new Error(), mayTakeLong: true, cut: () => undefined })
  time.nowMs = 3_600_000
  watch.look()
  assert.deepEqual(told, [])
  assert.equal(watch.held()[0]?.heldMs, 3_600_000)
})

test('a pool finds by itself what is held, and names the place that took it', async () => {
  const time = { nowMs: 0 }
  const told: Checkout[] = []
  const { database } = await openTestDatabase({
    monotonicMs: () => time.nowMs,
    onHeld: (checkout) => void told.push(checkout),
  })
  const gate = Promise.withResolvers<void>()
  async function forgetful(): Promise<void> {
    await database.inTransaction(async (handle) => {
      await handle.run(sql`select 1`)
      await gate.promise
    })
  }
  const work = forgetful()
  await until(() => database.held().length === 1, 'one is out')
  time.nowMs = 5001
  await until(() => told.length > 0, 'it is told')
  assert.match(told[0]?.stack ?? '', /forgetful .*checkout-watch\.test\.ts/)
  gate.resolve()
  await work
  assert.deepEqual(database.held(), [])
})

test('a connection counts as given back however its work ended', async () => {
  const { database } = await openTestDatabase()
  await assert.rejects(database.read((handle) => handle.run(sql`select 1 / 0`)))
  await assert.rejects(database.inTransaction(() => Promise.reject(new Error('no'))))
  assert.deepEqual(database.held(), [])
})
