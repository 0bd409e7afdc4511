import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { TurnLimits } from '#domain/turn/limits.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openWakeups } from '#platform/wakeups/open-wakeups.ts'
import type { AnsweringOrder } from '../../../test/support/answering-process.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  addMember,
  ask,
  assemble,
  chainOf,
  openConversationHouse,
  untilAborted,
} from '../../../test/support/conversation-house.ts'
import { openTestRedis, redisAddress } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import type { Conversations } from './index.ts'

const ANSWERING = fileURLToPath(new URL('../../../test/support/answering-process.ts', import.meta.url))
const PIECES = ['Said ', 'piece ', 'by ', 'piece, ', 'each ', 'when ', 'the ', 'one ', 'before ', 'was ', 'read.']
/** Whoever looks only so often finds nothing by looking while these tests are patient. */
const POLL_MS = 60_000
const PATIENT_MS = 30_000

const { database, connection } = await openTestDatabase({ poolMax: 10 })
const ann = await addMember(database, 'ann')

/** The process that answers, as its test leads it. */
function startAnswering(t: TestContext, redisUrl: string | null) {
  const order: AnsweringOrder = { connection, redisUrl, member: ann, pieces: PIECES }
  const child = spawn(process.execPath, [ANSWERING, JSON.stringify(order)], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const said = new Set<string>()
  createInterface({ input: child.stdout }).on('line', (line) => said.add(line))
  return { said, sayMore: () => void child.stdin.write('more\n') }
}

/** The process of the test: what it takes in, the other one answers. */
function openAsking(t: TestContext, redisUrl: string | null, limits: Partial<TurnLimits> = {}): Conversations {
  const redis = redisUrl === null ? null : { address: redisAddress(redisUrl), ca: null }
  const log = pino({ level: 'silent' })
  const wakeups = openWakeups({ connection, clock, log, redis, namespace: 'far processes' })
  const chain = chainOf(async function* (request) {
    yield { type: 'text-delta', text: 'For ever' }
    await untilAborted(request.signal)
  })
  const house = openConversationHouse({
    database,
    chain,
    members: [ann],
    limits: { pollMs: POLL_MS, leaseMs: 600_000, ...limits },
    change: { wakeups },
  })
  t.after(async () => {
    await house.drain(0)
    await wakeups.close()
    // What was given back would be claimed in the next test.
    await database.read((handle) => handle.run(sql`delete from turns`))
  })
  return house
}

/** Until a word of the asking process reached the other one, so that the line stands. */
async function untilLinked(asking: Conversations, said: ReadonlySet<string>): Promise<void> {
  const isHeard = async (): Promise<boolean> => {
    await asking.createConversation(ann, { persona: 'marcus' })
    return said.has('heard')
  }
  await until(() => said.has('started'), 'the other process has started', PATIENT_MS)
  await until(isHeard, 'it hears this one', PATIENT_MS)
}

/** To the end, or until patience ends; the next piece is said when the one before was read. */
async function readPieces(asking: Conversations, turnId: string, sayMore: () => void): Promise<PlacedTurnEvent[]> {
  const events: PlacedTurnEvent[] = []
  const signal = AbortSignal.timeout(PATIENT_MS)
  for await (const event of await asking.readTurnEvents({ principal: ann, turnId, signal })) {
    events.push(event)
    if (event.event.type === 'text-delta') sayMore()
  }
  return events
}

for (const kind of ['Redis', 'PostgreSQL']) {
  test(`${kind}: each piece that another process says is read here long before anybody looks`, async (t) => {
    const url = kind === 'Redis' ? (await openTestRedis()).url : null
    const { said, sayMore } = startAnswering(t, url)
    const asking = openAsking(t, url)
    await untilLinked(asking, said)
    const { turnId } = await ask(asking, ann)
    const events = await readPieces(asking, turnId, sayMore)
    assert.equal(assemble(events).end?.status, 'complete')
    assert.equal(assemble(events).text, PIECES.join(''))
    assert.equal(events.filter(({ event }) => event.type === 'text-delta').length, PIECES.length)
  })

  test(`${kind}: a question that came to a process without room is claimed by one that has some, long before it looks`, async (t) => {
    const url = kind === 'Redis' ? (await openTestRedis()).url : null
    const asking = openAsking(t, url, { turnsPerProcess: 1 })
    await asking.start()
    await ask(asking, ann)
    await until(() => asking.activeTurns() === 1, 'its one place is taken', PATIENT_MS)
    const { said, sayMore } = startAnswering(t, url)
    await untilLinked(asking, said)
    const { turnId } = await ask(asking, ann)
    const events = await readPieces(asking, turnId, sayMore)
    assert.equal(assemble(events).text, PIECES.join(''))
  })
}
