import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWatchHouse } from '../../../test/support/watch-house.ts'

/** Two processes whose times of day are three minutes apart, with the database's between them. */

const SECOND = 1000
const AHEAD_MS = new Map([
  ['ahead', 90 * SECOND],
  ['behind', -90 * SECOND],
])

async function openApart(replicas: readonly string[] = ['ahead', 'behind']) {
  const house = await openWatchHouse({ replicas, aheadMs: (replica) => AHEAD_MS.get(replica) ?? 0 })
  const of = (name: string) => {
    const room = house.rooms.find(({ replica }) => replica === name)
    assert.ok(room, name)
    return room
  }
  const answer = (isGood: boolean, who = house.rooms): void =>
    who.forEach(({ objectives }) => objectives.note({ objective: 'errors', isGood }, 25))
  /** Three quiet days, an hour and some minutes of work that goes well on both. */
  const work = async (): Promise<void> => {
    house.first.objectives.note({ objective: 'errors', isGood: true }, 3_000_000)
    await house.rounds(1)
    house.clock.advance(3600 * SECOND)
    for (let at = 0; at < 120; at += 1) {
      answer(true)
      await house.rounds(1)
    }
  }
  return { ...house, of, answer, work }
}

/** Whoever of the two comes first judges. */
const ORDERS = [
  ['ahead', 'behind'],
  ['behind', 'ahead'],
] as const

for (const order of ORDERS) {
  test(`clocks that differ wake nobody while all is well, ${order[0]} first`, async () => {
    const { work, posted, mailed, first } = await openApart(order)
    await work()
    assert.deepEqual([posted, mailed], [[], []])
    const { replicas, rules } = await first.watch.listAlerts()
    assert.deepEqual(
      replicas.map(({ state }) => state),
      ['alive', 'alive'],
    )
    assert.deepEqual(
      rules.filter(({ state }) => state !== 'inactive').map(({ id }) => id),
      [],
    )
  })

  test(`a total outage is told in time and once although clocks differ, ${order[0]} first`, async () => {
    const { work, answer, rounds, clock, posted } = await openApart(order)
    await work()
    const begunMs = clock.monotonicMs()
    while (posted.length === 0 && clock.monotonicMs() - begunMs < 120 * SECOND) {
      answer(false)
      await rounds(1)
    }
    assert.ok(clock.monotonicMs() - begunMs <= 20 * SECOND, `told after ${clock.monotonicMs() - begunMs} ms`)
    for (let at = 0; at < 24; at += 1) {
      answer(false)
      await rounds(1)
    }
    assert.equal(posted.filter((text) => text.includes('errors-flash')).length, 1)
    assert.equal(posted.length, 1, posted.join('\n'))
  })

  test(`one of the two that fails is told once, and its end once, ${order[0]} first`, async () => {
    const { of, rounds, posted, stateOf } = await openApart(order)
    for (const name of order) {
      posted.length = 0
      const { componentState } = of(name).metrics
      componentState.set({ component: 'disk', state: 'degraded' }, 1)
      await rounds(24)
      assert.equal((await stateOf('disk-low')).state, 'firing')
      assert.equal(posted.length, 1, posted.join('\n'))
      componentState.set({ component: 'disk', state: 'degraded' }, 0)
      await rounds(24)
      assert.equal((await stateOf('disk-low')).state, 'inactive')
      assert.equal(posted.length, 2, posted.join('\n'))
      assert.match(posted[1] ?? '', /\[resolved\]/)
    }
  })

  test(`when one is killed the other tells so in time, once: ${order[1]} is killed`, async () => {
    const { of, rounds, clock, posted } = await openApart(order)
    await rounds(4)
    const survivor = [of(order[0])]
    const diedMs = clock.monotonicMs()
    while (posted.length === 0 && clock.monotonicMs() - diedMs < 60 * SECOND) await rounds(1, survivor)
    assert.ok(clock.monotonicMs() - diedMs <= 17 * SECOND, `told after ${clock.monotonicMs() - diedMs} ms`)
    await rounds(24, survivor)
    assert.equal(posted.filter((text) => /was not heard of/.test(text) && !text.includes('[resolved]')).length, 1)
  })
}
