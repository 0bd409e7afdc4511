import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SophiaError } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
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
} from '../../../test/support/conversation-house.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')

/** The real database behind a line that can be cut: then it answers as an unreachable one does. */
function cuttable(real: Database): Database & { isCut: boolean } {
  const line = {
    ...real,
    isCut: false,
    read: <Result>(work: Parameters<typeof real.read<Result>>[0]) => (line.isCut ? refuse() : real.read(work)),
    inTransaction: <Result>(work: Parameters<typeof real.inTransaction<Result>>[0]) =>
      line.isCut ? refuse() : real.inTransaction(work),
  }
  const refuse = (): Promise<never> => Promise.reject(new SophiaError('DATABASE_UNAVAILABLE'))
  return line
}

test('an outage longer than the lease loses nothing and hands nothing over: the owner goes on where it was', async (t) => {
  const line = cuttable(database)
  const otherLine = cuttable(database)
  const limits = { leaseMs: 700, heartbeatMs: 150, pollMs: 20 }
  const text = 'One sentence that takes its time. '.repeat(12)
  const owner = openConversationHouse({
    database: line,
    chain: chainOf(sayInPieces(text, { size: 8, pauseMs: 40 })),
    members: [ann],
    limits,
  })
  const other = openConversationHouse({
    database: otherLine,
    chain: chainOf(sayInPieces('taken over')),
    members: [ann],
    limits,
  })
  t.after(() => Promise.all([owner.drain(0), other.drain(0)]))
  await owner.start()
  const asked = await ask(owner, ann)
  for await (const event of await owner.readTurnEvents({
    principal: ann,
    turnId: asked.turnId,
    signal: AbortSignal.timeout(5000),
  })) {
    if (event.event.type === 'text-delta') break
  }
  await other.start()
  line.isCut = true
  otherLine.isCut = true
  await delay(1200)
  // Processes do not get their connections back in the same instant; here the owner is the later one.
  otherLine.isCut = false
  await delay(250)
  line.isCut = false
  const events = await readAll(owner, { principal: ann, turnId: asked.turnId })
  assert.deepEqual([...new Set(events.map((event) => event.attempt))], [1])
  assert.equal(assemble(events).text, text)
  assert.equal((await answerOf(owner, ann, asked)).text, text)
})
