import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SophiaError, type ErrorCode } from '#domain/errors.ts'
import type { Conversations } from '#features/conversations/index.ts'
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
  type Asked,
} from '../../../test/support/conversation-house.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')

/** The real database behind a line that refuses all when told to, or hangs, and brings later what was sent. */
function cuttable(real: Database): Database & { refusal: ErrorCode | null; hang(): () => void } {
  let passes: Promise<void> = Promise.resolve()
  const line = {
    ...real,
    refusal: null as ErrorCode | null,
    read: <Result>(work: Parameters<typeof real.read<Result>>[0]) => through(() => real.read(work)),
    inTransaction: <Result>(work: Parameters<typeof real.inTransaction<Result>>[0]) =>
      through(() => real.inTransaction(work)),
    hang() {
      const { promise, resolve } = Promise.withResolvers<void>()
      passes = promise
      return resolve
    },
  }
  const through = async <Result>(send: () => Promise<Result>): Promise<Result> => {
    if (line.refusal) throw new SophiaError(line.refusal)
    await passes
    return send()
  }
  return line
}

/** Two processes, of which one answers; the line of each. */
async function openTwo(t: TestContext) {
  const line = cuttable(database)
  const otherLine = cuttable(database)
  const limits = { leaseMs: 1500, heartbeatMs: 150, pollMs: 20 }
  const text = 'One sentence that takes its time. '.repeat(24)
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
  return { line, otherLine, owner, asked, text }
}

for (const refusal of ['DATABASE_UNAVAILABLE', 'OVERLOADED', 'STORAGE_FULL'] as const)
  test(`an outage longer than the lease loses nothing and hands nothing over: the owner goes on where it was (${refusal})`, async (t) => {
    const { line, otherLine, owner, asked, text } = await openTwo(t)
    line.refusal = refusal
    otherLine.refusal = refusal
    await delay(2200)
    // Processes do not get their connections back in the same instant; here the owner is the later one.
    otherLine.refusal = null
    await delay(250)
    line.refusal = null
    await assertUnbroken(owner, asked, text)
  })

test('a database that hangs without a word hands nothing over either, though its claims arrive before the owner is back', async (t) => {
  const { line, otherLine, owner, asked, text } = await openTwo(t)
  const [release, releaseOther] = [line.hang(), otherLine.hang()]
  await delay(2200)
  releaseOther()
  await delay(250)
  release()
  await assertUnbroken(owner, asked, text)
})

async function assertUnbroken(owner: Conversations, asked: Asked, text: string): Promise<void> {
  const events = await readAll(owner, { principal: ann, turnId: asked.turnId })
  assert.deepEqual([...new Set(events.map((event) => event.attempt))], [1])
  assert.equal(assemble(events).text, text)
  assert.equal((await answerOf(owner, ann, asked)).text, text)
}
