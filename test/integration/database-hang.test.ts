import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { z } from 'zod'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { claimTurns } from '#features/conversations/queue-store.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { sql } from '#platform/postgres/sql.ts'
import { addMember, ask, chainOf, openConversationHouse, sayInPieces, USAGE } from '../support/conversation-house.ts'
import { startTestEngine } from '../support/database.ts'
import { familyOf } from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
/** Twice as long as a lease, and shorter than anything that gives up. */
const HANG_MS = 5000
const TURNS = 6

const engine = await startTestEngine()
const { connection } = engine
await migrate({ connection, folder: MIGRATIONS })
const database = openDatabase({ connection, poolMax: 5 })
after(() => database.close())
const ann = await addMember(database, 'ann')

/** A process as far as its turns go: a pool of its own, and two connections for its leases. */
function openProcess(t: TestContext, chain: ReturnType<typeof chainOf>): Conversations {
  const pool = openDatabase({ connection, poolMax: 5 })
  const keeping = openDatabase({ connection, poolMax: 2 })
  const house = openConversationHouse({ database: pool, chain, members: [ann], change: { keeping } })
  t.after(async () => {
    await house.drain(0)
    await Promise.all([pool.close(), keeping.close()])
  })
  return house
}

/** A turn whose owner dies, and whose lease runs out in the midst of the hang. */
async function leaveTurn(): Promise<void> {
  const idle = openConversationHouse({ database, chain: chainOf(sayInPieces('')), members: [ann] })
  await ask(idle, ann)
  const claim = { processId: createId(), leaseMs: HANG_MS, limit: 1, takesOver: false }
  assert.equal((await database.read((handle) => claimTurns(handle, claim))).length, 1)
}

/** Two processes in the midst of several answers each, which go on until told to end, and a turn of one that is dead. */
async function openTwoAtWork(t: TestContext) {
  await leaveTurn()
  let isDone = false
  t.after(() => (isDone = true))
  const chain = chainOf(async function* (request) {
    while (!isDone) {
      yield { type: 'text-delta', text: 'and so on ' }
      await delay(100, undefined, { signal: request.signal })
    }
    yield { type: 'end', reason: 'stop', usage: USAGE }
  })
  const [one, other] = [openProcess(t, chain), openProcess(t, chain)]
  for (const house of [one, other]) await house.start()
  for (let count = 0; count < TURNS; count += 1) await ask(count % 2 === 0 ? one : other, ann)
  await until(() => chain.requests.length === TURNS, 'all are answered')
  assert.deepEqual([one.activeTurns() > 0, other.activeTurns() > 0], [true, true], 'each has some of them')
  return { end: () => void (isDone = true) }
}

const TurnRow = z.object({ attempt: z.int(), status: z.string() })

/** Of the living; what the dead one left is, once it is certain that it is dead. */
async function assertNoneTakenOver({ end }: { end: () => void }): Promise<void> {
  // After a hang as long as that everybody is back, and nobody waits any more before taking over.
  await delay(HANG_MS + 2 * DEFAULT_TURN_LIMITS.leaseMs)
  end()
  const read = () =>
    database.read((handle) => handle.rows(TurnRow, sql`select attempt, status from turns order by created_at, id`))
  await until(async () => (await read()).every(({ status }) => status === 'complete'), 'all have ended')
  const attempts = (await read()).map(({ attempt }) => attempt)
  await database.read((handle) => handle.run(sql`delete from turns`))
  const ofTheLiving = Array.from({ length: TURNS }, () => 1)
  assert.deepEqual(attempts, [2, ...ofTheLiving])
}

for (const round of [1, 2])
  test(`no turn is taken over because PostgreSQL stood still, and then went on: ${round}`, async (t) => {
    const houses = await openTwoAtWork(t)
    // At another moment between two beats and two looks each time.
    await delay(round * 170)
    const family = familyOf(engine.pid)
    for (const pid of family) process.kill(pid, 'SIGSTOP')
    try {
      await delay(HANG_MS)
    } finally {
      for (const pid of family) process.kill(pid, 'SIGCONT')
    }
    await assertNoneTakenOver(houses)
  })

test('no turn is taken over because somebody had locked the table of turns', async (t) => {
  const houses = await openTwoAtWork(t)
  const other = new pg.Client(connection)
  await other.connect()
  t.after(() => other.end())
  await delay(340)
  await other.query('begin; lock table turns in access exclusive mode')
  await delay(HANG_MS)
  await other.query('commit')
  await assertNoneTakenOver(houses)
})
