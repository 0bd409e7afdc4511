import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  addMember,
  answerOf,
  ask,
  chainOf,
  openConversationHouse,
  readAll,
  sayInPieces,
  untilAborted,
  USAGE,
} from '../../../test/support/conversation-house.ts'
import { until } from '../../../test/support/until.ts'
import { claimTurns } from './queue-store.ts'

const { connection, database } = await openTestDatabase({ poolMax: 10 })
const ann = await addMember(database, 'ann')
const limits = { leaseMs: 700, heartbeatMs: 150, pollMs: 20 }

const TurnRow = z.object({ attempt: z.int(), status: z.string(), lease_until: z.date().nullable() })

async function findTurn(id: string): Promise<z.infer<typeof TurnRow> | undefined> {
  return database.read((handle) =>
    handle.first(TurnRow, sql`select attempt, status, lease_until from turns where id = ${id}`),
  )
}

/** A pool of two that is all taken until released. */
function openTakenPool(t: TestContext) {
  const pool = openDatabase({ connection, poolMax: 2, waitLimitMs: 500 })
  t.after(() => pool.close())
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  return { pool, release, take: () => [1, 2].map(() => pool.read(() => released)) }
}

test('who fills the pool ends no lease, and an answer that finds no connection is stored once there is one', async (t) => {
  const { pool, release, take } = openTakenPool(t)
  const { promise: goOn, resolve: end } = Promise.withResolvers<void>()
  const chain = chainOf(async function* (request) {
    yield { type: 'text-delta', text: 'A whole answer.' }
    await Promise.race([goOn, untilAborted(request.signal)])
    yield { type: 'end', reason: 'stop', usage: USAGE }
  })
  const said: string[] = []
  const log = pino({}, { write: (line) => void said.push(line) })
  const change = { keeping: database, log }
  const house = openConversationHouse({ database: pool, chain, members: [ann], limits, change })
  const other = openConversationHouse({ database, chain: chainOf(sayInPieces('Taken over.')), members: [ann], limits })
  t.after(() => Promise.all([house.drain(0), other.drain(0)]))
  await house.start()
  const asked = await ask(house, ann)
  await until(() => chain.requests.length === 1, 'the model has begun')
  await other.start()
  const taken = take()
  end()
  const refusals = (): number => said.filter((line) => line.includes('the answer could not be stored yet')).length
  await until(() => refusals() === 2, 'two tries to store it found no connection, each for most of a lease')
  release()
  await Promise.all(taken)
  await readAll(other, { principal: ann, turnId: asked.turnId })
  const { status, text } = await answerOf(other, ann, asked)
  assert.deepEqual([status, text], ['complete', 'A whole answer.'])
  assert.equal((await findTurn(asked.turnId))?.attempt, 1)
})

/** Held by a process that may be on its way back: its lease has run out. */
async function leaveHeld(): Promise<string> {
  const idle = openConversationHouse({ database, chain: chainOf(sayInPieces('')), members: [ann] })
  const { turnId } = await ask(idle, ann)
  const claim = { processId: createId(), leaseMs: 1, limit: 1, takesOver: true }
  const [held] = await database.read((handle) => claimTurns(handle, claim))
  assert.equal(held?.id, turnId)
  await delay(5)
  return turnId
}

test('a process that waited for the database at its start takes new questions, and nobody else turns before one lease has passed', async (t) => {
  const left = await leaveHeld()
  let aheadMs = 0
  let wantedMs = 0
  const clock = {
    now: () => new Date(),
    monotonicMs: () => performance.now() + aheadMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await delay(ms, undefined, { signal })
      // Between two claims: one during which a minute went by would tell of a database that stood still.
      if (ms === limits.pollMs) aheadMs = wantedMs
    },
  }
  const house = openConversationHouse({
    database,
    chain: chainOf(sayInPieces('Here.')),
    members: [ann],
    limits: { ...limits, leaseMs: 60_000 },
    clock,
    change: { startsInOutage: true },
  })
  t.after(() => house.drain(0))
  await house.start()
  const asked = await ask(house, ann)
  await readAll(house, { principal: ann, turnId: asked.turnId })
  assert.equal((await answerOf(house, ann, asked)).text, 'Here.')
  assert.equal((await findTurn(left))?.attempt, 1)
  wantedMs = 61_000
  await until(async () => (await findTurn(left))?.attempt === 2, 'it is taken over')
  await readAll(house, { principal: ann, turnId: left })
})

test('what was claimed while the process was told to end is given back at once', async (t) => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  let claimed = 0
  const keeping: Pick<Database, 'read'> = {
    read: async (work) => {
      const result = await database.read(work)
      if (!Array.isArray(result) || result.length === 0) return result
      claimed += 1
      await gate
      return result
    },
  }
  const chain = chainOf(sayInPieces('Too late.'))
  const house = openConversationHouse({ database, chain, members: [ann], change: { keeping } })
  t.after(() => house.drain(0))
  await house.start()
  const { turnId } = await ask(house, ann)
  await until(() => claimed === 1, 'the claim is under way')
  const drained = house.drain(0)
  // By then everything that was begun has been given back.
  await delay(50)
  open()
  await drained
  const turn = await findTurn(turnId)
  assert.deepEqual([turn?.status, turn?.lease_until, chain.requests.length], ['running', null, 0])
  await database.read((handle) => handle.run(sql`delete from turns`))
})
