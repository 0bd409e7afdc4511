import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createMemberBook } from './member-book.ts'

const LIMITS = { socketsPerMember: 2, subscriptionsPerMember: 3, framesPerSecond: 2, frameBurst: 4 }

function open() {
  const clock = createManualClock()
  return { clock, book: createMemberBook(LIMITS, clock) }
}

const count = (take: () => boolean): number => {
  let taken = 0
  while (taken < 100 && take()) taken += 1
  return taken
}

test('frames and followed answers count for the member, over all connections', () => {
  const { clock, book } = open()
  const [one, other] = [book.join('ann'), book.join('ann')]
  assert.ok(one && other)
  assert.equal(count(() => one.takeFrame()) + count(() => other.takeFrame()), LIMITS.frameBurst)
  clock.advance(1000)
  assert.equal(
    count(() => other.takeFrame()),
    LIMITS.framesPerSecond,
  )
  assert.equal(
    count(() => one.takeSubscription()),
    LIMITS.subscriptionsPerMember,
  )
  assert.equal(other.takeSubscription(), false)
  one.giveSubscription()
  assert.equal(other.takeSubscription(), true)
  const bobs = book.join('bob')
  assert.equal(bobs && count(() => bobs.takeFrame()), LIMITS.frameBurst)
})

test('a member has so many connections and no more, until one goes', () => {
  const { book } = open()
  const [one] = [book.join('ann'), book.join('ann')]
  assert.equal(book.join('ann'), null)
  one?.leave()
  assert.ok(book.join('ann'))
})

test('to come anew is not to begin anew; who has gone and is owed nothing is forgotten', () => {
  const { clock, book } = open()
  const one = book.join('ann')
  assert.ok(one)
  count(() => one.takeFrame())
  one.leave()
  book.sweep()
  assert.equal(book.join('ann')?.takeFrame(), false)
  book.join('bob')?.leave()
  clock.advance(10_000)
  book.sweep()
  assert.equal(book.size, 1)
})
