import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSteppedClock } from '../../test/support/stepped-clock.ts'
import { createReadinessAskers } from './readiness-askers.ts'

const BALANCER = '10.0.0.10'

/** Asked once a second for a while by a balancer, and a moment ago by somebody else. */
async function leave(others: readonly string[] = []) {
  const clock = createSteppedClock()
  const askers = createReadinessAskers(clock)
  for (let second = 0; second < 5; second += 1) {
    askers.note(BALANCER)
    await clock.advance(1000)
  }
  for (const other of others) askers.note(other)
  let isHeard = false
  void askers.untilHeard().then(() => (isHeard = true))
  return { clock, askers, isHeard: () => isHeard }
}

test('a balancer that asks each second is waited for until it was told twice, and for what it sent meanwhile', async () => {
  const { clock, askers, isHeard } = await leave()
  askers.note(BALANCER)
  await clock.advance(1000)
  assert.equal(isHeard(), false)
  askers.note(BALANCER)
  await clock.advance(50)
  assert.equal(isHeard(), false)
  await clock.advance(100)
  assert.equal(isHeard(), true)
})

test('of two balancers both are waited for, of one that is gone for four seconds only', async () => {
  const { clock, askers, isHeard } = await leave(['10.0.0.11', '10.0.0.11'])
  askers.note(BALANCER)
  askers.note(BALANCER)
  await clock.advance(3900)
  assert.equal(isHeard(), false)
  await clock.advance(300)
  assert.equal(isHeard(), true)
})

test('of two balancers that show one address each is waited for', async () => {
  const clock = createSteppedClock()
  const askers = createReadinessAskers(clock)
  const ask = async (): Promise<void> => {
    askers.note(BALANCER)
    await clock.advance(500)
  }
  for (let count = 0; count < 8; count += 1) await ask()
  let isHeard = false
  void askers.untilHeard().then(() => (isHeard = true))
  for (let count = 0; count < 3; count += 1) await ask()
  assert.equal(isHeard, false)
  await ask()
  assert.equal(isHeard, true)
})

test('nobody is waited for who asked once, or seldom, or not lately', async () => {
  const clock = createSteppedClock()
  const askers = createReadinessAskers(clock)
  askers.note('once')
  askers.note(BALANCER)
  askers.note(BALANCER)
  await clock.advance(5000)
  askers.note('seldom')
  await clock.advance(5000)
  askers.note('seldom')
  let isHeard = false
  void askers.untilHeard().then(() => (isHeard = true))
  await clock.advance(0)
  assert.equal(isHeard, true)
})
