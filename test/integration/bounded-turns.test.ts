import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluateRule } from '#domain/alerts/evaluate-rule.ts'
import { thresholdOf } from '#domain/alerts/condition.ts'
import { findRule } from '#domain/alerts/rules.ts'
import { NOT_RUNNING_MS } from '#domain/turn/stall.ts'
import { createSignalReader } from '#features/watch/read-signals.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import {
  addMember,
  ask,
  chainOf,
  createShiftedClock,
  openConversationHouse,
  sayInPieces,
  untilAborted,
} from '../support/conversation-house.ts'
import { openTestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const members = [ann]

/** A process whose answers begin, and end when they are let go. */
function openHeld(turnsPerProcess: number) {
  const letGo = Promise.withResolvers<void>()
  const counts = { atWork: 0, most: 0, done: 0 }
  const chain = chainOf(async function* (request) {
    counts.atWork += 1
    counts.most = Math.max(counts.most, counts.atWork)
    await letGo.promise
    counts.atWork -= 1
    counts.done += 1
    yield* sayInPieces('Well.')(request)
  })
  const house = openConversationHouse({ database, chain, members, limits: { turnsPerProcess, pollMs: 50 } })
  return { house, counts, letGo: letGo.resolve }
}

test('of five questions a process that may answer two at once answers two; another takes the rest, else they wait', async (t) => {
  const [one, other] = [openHeld(2), openHeld(2)]
  t.after(() => Promise.all([one, other].map(({ house, letGo }) => (letGo(), house.drain(0)))))
  for (let count = 0; count < 5; count += 1) await ask(one.house, ann)
  await one.house.start()
  await until(() => one.counts.atWork === 2, 'two are answered')
  await other.house.start()
  await until(() => other.counts.atWork === 2, 'the other process answers two more')
  assert.equal((await one.house.observe()).queued, 1)
  assert.deepEqual([one.house.activeTurns(), other.house.activeTurns()], [2, 2])
  one.letGo()
  await until(() => one.counts.done === 3, 'the last is answered once there is room')
  other.letGo()
  await until(() => other.counts.done === 2, 'all are answered')
  assert.deepEqual([one.counts.most, other.counts.most], [2, 2])
})

test('a question that was claimed and not begun is seen by who looks, and by the rule that alerts', async (t) => {
  const clock = createShiftedClock()
  let aheadMs = 0
  const metrics = createMetrics()
  const house = openConversationHouse({
    database,
    members,
    // Never says that it has begun.
    chain: {
      label: 'test/hangs',
      async *stream({ signal }) {
        yield await untilAborted(signal)
      },
    },
    clock: { ...clock, now: clock.now, monotonicMs: () => performance.now() + aheadMs },
    change: { metrics },
  })
  t.after(() => house.drain(0))
  const rule = findRule('turns-hanging')
  assert.ok(rule)
  const readSignals = createSignalReader(metrics, () => performance.now() + aheadMs)
  const judge = async () => {
    const signals = await readSignals()
    const values = (id: string) =>
      new Map(Object.entries(signals[id] ?? {}).map(([subject, value]) => [subject, [value]]))
    return evaluateRule(rule, thresholdOf(rule.condition), { counts: () => undefined, values })
  }
  await house.start()
  await ask(house, ann)
  await until(() => house.activeTurns() === 1, 'it is claimed')
  assert.equal((await house.observe()).state, 'ok')
  assert.deepEqual(await judge(), [{ subject: '', value: 0, isHolding: false }])
  aheadMs = NOT_RUNNING_MS
  const seen = await house.observe()
  assert.deepEqual([seen.state, seen.stalls], ['degraded', { 'not-running': 1, 'no-first-token': 0 }])
  assert.match(seen.detail, /1 claimed and not begun/)
  assert.deepEqual(await judge(), [{ subject: '', value: 1, isHolding: true }])
})
