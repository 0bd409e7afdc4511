import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ModelChain } from '#domain/model.ts'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  addMember,
  answerOf,
  ask,
  assemble,
  chainOf,
  openConversationHouse,
  readAll,
  sayInPieces,
  untilAborted,
} from '../../../test/support/conversation-house.ts'
import { insertEvents } from './journal-store.ts'
import { claimTurns } from './queue-store.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const PAGE = { limit: 50 }

async function startHouse(
  t: { after(work: () => Promise<void>): void },
  chain: ModelChain,
  change: Partial<Parameters<typeof openConversationHouse>[0]> = {},
) {
  const house = openConversationHouse({ database, chain, members: [ann], ...change })
  await house.start()
  t.after(() => house.drain(0))
  return house
}

test('cancel reaches the model within a second, here and from another process', async (t) => {
  for (const where of ['here', 'elsewhere']) {
    let abortedAt = 0
    const answering = await startHouse(
      t,
      chainOf(async function* (request) {
        yield { type: 'text-delta', text: 'I will go on' }
        await untilAborted(request.signal).finally(() => (abortedAt = performance.now()))
      }),
    )
    const idle = openConversationHouse({ database, chain: chainOf(sayInPieces('')), members: [ann] })
    const asked = await ask(answering, ann)
    for await (const event of await answering.readTurnEvents({
      principal: ann,
      turnId: asked.turnId,
      signal: AbortSignal.timeout(5000),
    })) {
      if (event.event.type === 'text-delta') break
    }
    const startedAt = performance.now()
    await (where === 'here' ? answering : idle).cancelTurn(ann, asked.turnId)
    const events = await readAll(answering, { principal: ann, turnId: asked.turnId })
    assert.ok(abortedAt - startedAt < 1000, `${where}: ${abortedAt - startedAt} ms`)
    assert.equal(assemble(events).end?.status, 'cancelled')
    assert.equal((await answerOf(answering, ann, asked)).text, 'I will go on')
    await answering.drain(0)
  }
})

test('a turn cancelled before anybody began it ends at once', async () => {
  const idle = openConversationHouse({ database, chain: chainOf(sayInPieces('never')), members: [ann] })
  const asked = await ask(idle, ann)
  assert.equal((await idle.cancelTurn(ann, asked.turnId)).status, 'cancelled')
  assert.deepEqual(
    (await readAll(idle, { principal: ann, turnId: asked.turnId })).map((event) => event.event.type),
    ['turn-end'],
  )
})

test('a dead owner is taken over: restart told first, then everything afresh, and its late writes match nothing', async (t) => {
  const idle = openConversationHouse({ database, chain: chainOf(sayInPieces('')), members: [ann] })
  const asked = await ask(idle, ann)
  // A process that claims, writes one event and is never heard of again.
  const [dead] = await database.read((handle) =>
    claimTurns(handle, { processId: createId(), leaseMs: 300, limit: 1, takesOver: true }),
  )
  assert.ok(dead && dead.id === asked.turnId)
  const event = (n: number) => ({
    placed: { turnId: dead.id, attempt: 1, n, event: { type: 'text-delta', text: 'old' } as const },
    fence: dead.fence,
    at: new Date(),
  })
  assert.equal((await database.read((handle) => insertEvents(handle, [event(1)]))).size, 1)
  const house = await startHouse(t, chainOf(sayInPieces('Fresh answer.')))
  const events = await readAll(house, { principal: ann, turnId: asked.turnId, after: { attempt: 1, n: 1 } })
  assert.equal(events[0]?.event.type, 'turn-restart')
  assert.deepEqual([events[0]?.attempt, events[0]?.n], [2, 1])
  assert.equal(assemble(events).text, 'Fresh answer.')
  assert.equal((await database.read((handle) => insertEvents(handle, [event(2)]))).size, 0)
  // The attempt of today under another's fence is refused as well.
  const forged = { ...event(9), placed: { ...event(9).placed, attempt: 2 } }
  assert.equal((await database.read((handle) => insertEvents(handle, [forged]))).size, 0)
  assert.deepEqual(await readAll(house, { principal: ann, turnId: asked.turnId }), events)
})

test('an owner whose turn was taken stops without a word', async (t) => {
  const house = await startHouse(t, chainOf(sayInPieces('word '.repeat(200), { size: 5, pauseMs: 10 })))
  const asked = await ask(house, ann)
  for await (const event of await house.readTurnEvents({
    principal: ann,
    turnId: asked.turnId,
    signal: AbortSignal.timeout(5000),
  })) {
    if (event.event.type === 'text-delta') break
  }
  await database.read((handle) =>
    handle.run(
      sql`update turns set fence = gen_random_uuid(), attempt = attempt + 1, lease_until = now() + interval '1 minute' where id = ${asked.turnId}`,
    ),
  )
  for (let tries = 0; house.activeTurns() > 0 && tries < 100; tries += 1) await delay(20)
  assert.equal(house.activeTurns(), 0)
  const { items } = await house.listMessages(ann, { conversationId: asked.conversationId, page: PAGE })
  assert.equal(items.length, 1)
  await database.read((handle) => handle.run(sql`delete from conversations where id = ${asked.conversationId}`))
})

test('draining gives turns back, and another process answers them afresh', async (t) => {
  const first = openConversationHouse({
    database,
    chain: chainOf(sayInPieces('never ends '.repeat(500), { size: 3, pauseMs: 20 })),
    members: [ann],
  })
  await first.start()
  const asked = await ask(first, ann)
  for await (const event of await first.readTurnEvents({
    principal: ann,
    turnId: asked.turnId,
    signal: AbortSignal.timeout(5000),
  })) {
    if (event.event.type === 'text-delta') break
  }
  await first.drain(30)
  assert.equal(first.activeTurns(), 0)
  const second = await startHouse(t, chainOf(sayInPieces('Here it is.')))
  assert.equal(assemble(await readAll(second, { principal: ann, turnId: asked.turnId })).text, 'Here it is.')
})

test('a reader in a process that answers nothing follows by the journal', async (t) => {
  const answering = await startHouse(
    t,
    chainOf(sayInPieces('Seen from afar, in several parts.', { size: 6, pauseMs: 80 })),
  )
  const reading = openConversationHouse({ database, chain: chainOf(sayInPieces('')), members: [ann] })
  const asked = await ask(answering, ann)
  const events = await readAll(reading, { principal: ann, turnId: asked.turnId })
  assert.equal(assemble(events).text, 'Seen from afar, in several parts.')
})
