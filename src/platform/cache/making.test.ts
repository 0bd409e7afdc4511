import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCacheHouse } from '../../../test/support/cache-house.ts'
import type { Maker } from './flight.ts'
import { NOTHING } from './keeper.ts'

const never: Maker<string> = () => new Promise(() => undefined)
const fail: Maker<string> = () => Promise.reject(new Error('the source is down'))

test('a kept value answers at once, without a promise', async () => {
  const { space, make, ask, calls } = openCacheHouse()
  assert.equal(await ask(), 'v1')
  assert.equal(space.getOrSet('k', { owner: 'ann' }, make), 'v1')
  assert.equal(space.get('k', 'ann'), 'v1')
  assert.equal(calls(), 1)
})

test('a thousand who ask at once wait for one making, and get its error all alike', async () => {
  const { ask, calls, ledger } = openCacheHouse()
  const answers = await Promise.all(Array.from({ length: 1000 }, () => ask()))
  assert.deepEqual(new Set(answers), new Set(['v1']))
  assert.equal(calls(), 1)
  assert.deepEqual([ledger().misses, ledger().joined], [1, 999])
  const failed = await Promise.allSettled(Array.from({ length: 50 }, () => ask(fail, 'bob')))
  assert.ok(failed.every(({ status }) => status === 'rejected'))
  assert.equal(await ask(undefined, 'bob'), 'v2', 'an error is not kept')
})

test('what is stale answers at once and is made anew behind it, once', async () => {
  const { clock, ask, calls, ledger } = openCacheHouse()
  await ask()
  await clock.advance(10_000)
  assert.equal(await ask(), 'v1')
  await clock.advance(1)
  assert.equal(await ask(), 'v2')
  assert.equal(calls(), 2)
  assert.equal(ledger().stale, 1)
})

test('many who meet a stale value set off one making', async () => {
  const { clock, space, ask, ledger } = openCacheHouse()
  await ask()
  await clock.advance(15_000)
  let makings = 0
  const slow: Maker<string> = async () => {
    makings += 1
    await clock.sleep(50)
    return 'new'
  }
  for (let count = 0; count < 100; count += 1) assert.equal(space.getOrSet('k', { owner: 'ann' }, slow), 'v1')
  await clock.advance(50)
  assert.equal(space.get('k', 'ann'), 'new')
  assert.deepEqual([makings, ledger().stale], [1, 100])
})

test('when making fails the older value stands in, without a new try for a second; past its time the error is told', async () => {
  const { clock, ask, calls, ledger } = openCacheHouse()
  await ask()
  await clock.advance(30_000)
  assert.equal(await ask(fail), 'v1')
  assert.equal(await ask(), 'v1', 'no new try yet')
  assert.equal(calls(), 1)
  assert.deepEqual([ledger().failures, ledger().stale], [1, 2])
  await clock.advance(1000)
  assert.equal(await ask(), 'v2')
  await clock.advance(100_000)
  await assert.rejects(ask(fail), { message: 'the source is down' })
})

test('past the soft limit the older value answers, and what comes later is kept', async () => {
  const { clock, space, ask, ledger } = openCacheHouse()
  await ask()
  await clock.advance(30_000)
  const slow: Maker<string> = async () => {
    await clock.sleep(1500)
    return 'late'
  }
  const asked = ask(slow)
  await clock.advance(200)
  assert.equal(await asked, 'v1')
  await clock.advance(1300)
  assert.equal(space.get('k', 'ann'), 'late')
  assert.deepEqual([ledger().stale, ledger().misses], [1, 1], 'one answer is counted once')
})

test('who asks when the older value is past standing in waits for the new one', async () => {
  const { clock, ask } = openCacheHouse()
  await ask()
  await clock.advance(99_700)
  const slow: Maker<string> = async () => {
    await clock.sleep(1500)
    return 'new'
  }
  const first = ask(slow)
  await clock.advance(200)
  assert.equal(await first, 'v1')
  await clock.advance(100)
  const second = ask()
  await clock.advance(1200)
  assert.equal(await second, 'new')
})

test('a renewed value takes the place of the older one', async () => {
  const { clock, ask, ledger } = openCacheHouse()
  await ask()
  const { bytes } = ledger().tiers.l1
  await clock.advance(15_000)
  await ask()
  await clock.advance(1)
  assert.equal(await ask(), 'v2')
  assert.deepEqual([ledger().tiers.l1.entries, ledger().tiers.l1.bytes], [1, bytes])
})

test('past the hard limit those who wait are let go; a late value is kept, and later still it is given up', async () => {
  const { clock, space, ask } = openCacheHouse()
  const lateBy =
    (ms: number): Maker<string> =>
    async () => {
      await clock.sleep(ms)
      return 'late'
    }
  const asked = assert.rejects(ask(lateBy(3000)), { code: 'UNREACHABLE' })
  await clock.advance(2000)
  await asked
  await clock.advance(1000)
  assert.equal(space.get('k', 'ann'), 'late')
  const given = assert.rejects(ask(lateBy(5000), 'bob'), { code: 'UNREACHABLE' })
  await clock.advance(6000)
  await given
  assert.equal(space.get('k', 'bob'), undefined)
})

test('a maker that never returns holds nobody beyond the limit, hears that it is given up, and leaves nothing behind', async () => {
  const { clock, ask, calls } = openCacheHouse()
  const signals: AbortSignal[] = []
  const stuck: Maker<string> = ({ signal }) => (signals.push(signal), never({} as Parameters<typeof never>[0]))
  for (let round = 1; round <= 5; round += 1) {
    const waiting = [ask(stuck), ask(stuck)].map((one) => assert.rejects(one, { code: 'UNREACHABLE' }))
    await clock.advance(2000)
    await Promise.all(waiting)
    // Never more than two at work for one key: the one that is waited for and the one that is given up next.
    assert.ok(signals.filter(({ aborted }) => !aborted).length <= 2)
    assert.equal(signals.length, round)
  }
  assert.equal(await ask(), 'v1')
  await clock.advance(4000)
  assert.ok(signals.every(({ aborted }) => aborted))
  assert.equal(calls(), 1)
})

test('that there is nothing is remembered too, for a shorter while', async () => {
  const { clock, ask, calls } = openCacheHouse()
  assert.equal(await ask(async () => NOTHING), NOTHING)
  await clock.advance(999)
  assert.equal(await ask(), NOTHING)
  await clock.advance(1)
  assert.equal(await ask(), 'v1')
  assert.equal(calls(), 1)
})
