import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createId } from '#platform/crypto/ids.ts'
import { sql, toStatement, type Sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  addMember,
  ask,
  chainOf,
  createShiftedClock,
  newMessage,
  openConversationHouse,
  sayInPieces,
  untilAborted,
  type Asked,
} from '../../../test/support/conversation-house.ts'
import { recording } from '../../../test/support/statement-plans.ts'
import { until } from '../../../test/support/until.ts'
import { claimTurns } from './queue-store.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const bob = await addMember(database, 'bob')
const cyd = await addMember(database, 'cyd')
const members = [ann, bob, cyd]
const silent = chainOf(sayInPieces(''))

/** A house that only takes questions in. */
function openIdle(limits: Parameters<typeof openConversationHouse>[0]['limits'] = {}) {
  return openConversationHouse({ database, chain: silent, members, limits })
}

const claim = (limit: number) =>
  database.read((handle) => claimTurns(handle, { processId: createId(), leaseMs: 60_000, limit, takesOver: true }))
const empty = (): Promise<unknown> => database.read((handle) => handle.run(sql`delete from turns`))

test('who asks one question does not wait for another who asked ten', async (t) => {
  t.after(empty)
  const house = openIdle()
  for (let count = 0; count < 10; count += 1) await ask(house, ann)
  const ofBob = await ask(house, bob)
  const claimed = await claim(2)
  assert.deepEqual(new Set(claimed.map((turn) => turn.memberId)), new Set([ann.memberId, bob.memberId]))
  assert.ok(claimed.some((turn) => turn.id === ofBob.turnId))
  // Ann has one under way now; who has none comes before her other nine.
  const ofCyd = await ask(house, cyd)
  assert.deepEqual(
    (await claim(1)).map((turn) => turn.id),
    [ofCyd.turnId],
  )
})

test('of one member the oldest question is answered first, and all are answered in the end', async (t) => {
  t.after(empty)
  const house = openIdle()
  const asked = []
  for (let count = 0; count < 6; count += 1) asked.push((await ask(house, ann)).turnId)
  const order = []
  while (order.length < 6) order.push(...(await claim(1)).map((turn) => turn.id))
  assert.deepEqual(order, asked)
})

test('a claim that is done later than it was sent takes over nothing that ran out meanwhile', async (t) => {
  t.after(empty)
  const house = openIdle()
  const [long, lately, alive, free] = [
    await ask(house, ann),
    await ask(house, bob),
    await ask(house, cyd),
    await ask(house, ann),
  ]
  await claim(3)
  const { rows } = await database.read(async ({ client }) => {
    const set = `update turns set lease_until = clock_timestamp() - make_interval(secs => $2) where id = $1`
    await client.query(set, [long.turnId, 10])
    await client.query(set, [lately.turnId, 2])
    return client.query<{ latest: Date }>(`select clock_timestamp() - interval '5 seconds' as latest`)
  })
  const wish = { processId: createId(), leaseMs: 60_000, limit: 10, takesOver: true }
  const take = async (change: { takesOver?: boolean; latest?: Date | undefined }): Promise<string[]> =>
    (await database.read((handle) => claimTurns(handle, { ...wish, ...change }))).map((turn) => turn.id)
  assert.deepEqual(await take({ takesOver: false, latest: rows[0]?.latest }), [free.turnId])
  assert.deepEqual(await take({ latest: rows[0]?.latest }), [long.turnId])
  assert.deepEqual(await take({}), [lately.turnId])
  assert.deepEqual(await take({}), [], `${alive.turnId} is held by somebody`)
})

test('processes that claim at the same time share the queue out: each turn once, and none is left', async (t) => {
  t.after(empty)
  const house = openIdle()
  for (let count = 0; count < 12; count += 1) await ask(house, members[count % 3] ?? ann)
  const claimed = (await Promise.all(Array.from({ length: 6 }, () => claim(3)))).flat().map((turn) => turn.id)
  const rest = (await claim(12)).map((turn) => turn.id)
  assert.equal(new Set([...claimed, ...rest]).size, 12)
  assert.equal(claimed.length + rest.length, 12)
})

test('a queued turn tells its place, by the order of claiming', async (t) => {
  t.after(empty)
  let nowMs = 0
  const clock = { ...createShiftedClock(), monotonicMs: () => nowMs }
  const house = openConversationHouse({ database, chain: silent, members, clock })
  const first = await ask(house, ann)
  const second = await ask(house, ann)
  const ofBob = await ask(house, bob)
  const place = async (turnId: string, member = ann) => (await house.getTurn(member, turnId)).queuePlace
  assert.deepEqual([await place(first.turnId), await place(ofBob.turnId, bob), await place(second.turnId)], [1, 2, 3])
  const later = newMessage('And then?')
  const behind = await house.postMessage(ann, { conversationId: first.conversationId, message: later })
  assert.equal(await place(behind.turnId), null, 'it waits for an earlier question of its conversation')
  await claim(1)
  // What is told of the queue is up to a second old.
  nowMs += 1000
  assert.equal(await place(first.turnId), null, 'it was begun')
  assert.equal(await place(ofBob.turnId, bob), 1)
})

test('however many ask for their place, the queue is ranked once a second, and at once for a question that is newer', async (t) => {
  t.after(empty)
  const noted: Sql[] = []
  const clock = { ...createShiftedClock(), monotonicMs: () => nowMs }
  let nowMs = 0
  const house = openConversationHouse({ database: recording(database, noted), chain: silent, members, clock })
  const asked: Asked[] = []
  for (let count = 0; count < 20; count += 1) asked.push(await ask(house, ann))
  const places = () => Promise.all(asked.map(async ({ turnId }) => (await house.getTurn(ann, turnId)).queuePlace))
  const rankings = (): number => noted.filter((query) => /row_number\(\)/.test(toStatement(query).text)).length
  const inOrder = Array.from({ length: 20 }, (_, index) => index + 1)
  assert.deepEqual(await places(), inOrder)
  nowMs = 900
  assert.deepEqual(await places(), inOrder)
  assert.equal(rankings(), 1)
  nowMs = 1000
  await claim(1)
  assert.deepEqual((await places()).slice(1, 4), [1, 2, 3])
  assert.equal(rankings(), 2)
  nowMs = 1100
  const newer = await Promise.all([ask(house, bob), ask(house, bob)])
  const told = await Promise.all(newer.map(async ({ turnId }) => (await house.getTurn(bob, turnId)).queuePlace))
  assert.deepEqual(
    told.toSorted((one, other) => Number(one) - Number(other)),
    [1, 3],
    'Ann has one under way',
  )
  assert.equal(rankings(), 3)
  // Waiting for an earlier question of its conversation is a place that is known, too.
  const behind = { conversationId: asked[5]?.conversationId ?? '', message: newMessage('And then?') }
  const { turnId } = await house.postMessage(ann, behind)
  for (nowMs = 1200; nowMs < 1250; nowMs += 10) assert.equal((await house.getTurn(ann, turnId)).queuePlace, null)
  assert.equal(rankings(), 4)
})

test('when too many questions wait, the next is refused with a time to come back, and was not stored', async (t) => {
  t.after(empty)
  const house = openIdle({ queuedTurns: 3 })
  const first = await ask(house, ann)
  await ask(house, ann)
  await ask(house, bob)
  const message = newMessage('One more')
  const post = () => house.postMessage(ann, { conversationId: first.conversationId, message })
  await assert.rejects(post(), (error: { code?: string; retryAfterSeconds?: number }) => {
    assert.equal(error.code, 'OVERLOADED')
    assert.ok(error.retryAfterSeconds && error.retryAfterSeconds >= 10 && error.retryAfterSeconds < 20)
    return true
  })
  await claim(1)
  // The same id is taken in: nothing of the refused try is there.
  assert.equal((await post()).messageId, message.id)
})

test('a turn that hangs is counted and makes the health degraded until it goes on', async (t) => {
  t.after(empty)
  const clock = createShiftedClock()
  let aheadMs = 0
  const movable = { ...clock, monotonicMs: () => performance.now() + aheadMs }
  const { promise: word, resolve: speak } = Promise.withResolvers<void>()
  const chain = chainOf(async function* (request) {
    await Promise.race([word, untilAborted(request.signal)])
    yield { type: 'text-delta', text: 'At last.' }
    await untilAborted(request.signal)
  })
  const house = openConversationHouse({ database, chain, members, clock: movable })
  await house.start()
  t.after(() => house.drain(0))
  await ask(house, ann)
  await until(() => chain.requests.length === 1, 'the model has begun')
  assert.deepEqual((await house.observe()).state, 'ok')
  aheadMs = 31_000
  const hanging = await house.observe()
  assert.deepEqual([hanging.state, hanging.stalls['no-first-token']], ['degraded', 1])
  assert.match(hanging.detail, /1 begun and without a word/)
  speak()
  await until(async () => (await house.observe()).state === 'ok', 'it goes on')
})

test('a due turn that nobody claims for long is told with how long it has waited', async (t) => {
  t.after(empty)
  const house = openIdle()
  const { turnId } = await ask(house, ann)
  assert.equal((await house.observe()).state, 'ok')
  await database.read((handle) =>
    handle.run(sql`update turns set created_at = created_at - interval '1 minute' where id = ${turnId}`),
  )
  const { state, detail, queued } = await house.observe()
  assert.deepEqual([state, queued], ['degraded', 1])
  assert.match(detail, /the oldest has waited for 6\d s/)
})
