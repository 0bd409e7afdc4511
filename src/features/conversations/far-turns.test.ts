import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import pino from 'pino'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { openWakeups } from '#platform/wakeups/open-wakeups.ts'
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
import { openTestRedis, redisAddress } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import type { Conversations } from './index.ts'

const { database, connection } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const log = pino({ level: 'silent' })
const ANSWER = 'Said piece by piece, and read where nobody says it. '.repeat(4)
/** Whoever looks only so often finds nothing by looking. */
const NEVER_MS = 600_000

type HouseOptions = Partial<Parameters<typeof openConversationHouse>[0]>

/** A process of its own as far as the others can tell: its own line for wake-ups, and the database between them. */
function openProcess(t: TestContext, redisUrl: string | null, options: HouseOptions = {}): Conversations {
  const redis = redisUrl === null ? null : { address: redisAddress(redisUrl), ca: null }
  const wakeups = openWakeups({ connection, clock, log, redis, namespace: 'far' })
  const { change = {}, ...rest } = options
  const house = openConversationHouse({
    database,
    chain: chainOf(sayInPieces('')),
    members: [ann],
    ...rest,
    change: { ...change, wakeups },
  })
  t.after(async () => {
    await house.drain(0)
    await wakeups.close()
  })
  return house
}

async function urlOf(kind: string): Promise<string | null> {
  return kind === 'Redis' ? (await openTestRedis()).url : null
}

/** Asks at `asking` until a wake-up of it reached the process that answers, so that the lines stand. */
async function untilLinked(asking: Conversations, answering: Conversations): Promise<void> {
  let isHeard = false
  const stop = answering.onChange(ann.memberId, ({ conversationId }) => void (isHeard ||= conversationId !== null))
  const stopAsking = asking.onChange(ann.memberId, () => undefined)
  await until(async () => {
    await asking.createConversation(ann, { persona: 'marcus' })
    return isHeard
  }, 'they hear each other')
  stop()
  stopAsking()
}

const places = (events: readonly PlacedTurnEvent[]): string[] => events.map(({ attempt, n }) => `${attempt}.${n}`)

for (const kind of ['Redis', 'PostgreSQL']) {
  test(`${kind}: asked at one process, answered at another, followed at both: by wake-ups alone`, async (t) => {
    const url = await urlOf(kind)
    const limits = { pollMs: NEVER_MS }
    const answering = openProcess(t, url, { limits, chain: chainOf(sayInPieces(ANSWER, { size: 20, pauseMs: 20 })) })
    await answering.start()
    const asking = openProcess(t, url, { limits })
    await untilLinked(asking, answering)
    const asked = await ask(asking, ann)
    const [far, near] = await Promise.all([
      readAll(asking, { principal: ann, turnId: asked.turnId }),
      readAll(answering, { principal: ann, turnId: asked.turnId }),
    ])
    assert.equal(assemble(far).text, ANSWER)
    assert.deepEqual(places(far), places(near))
    assert.ok(far.filter(({ event }) => event.type === 'text-delta').length > 1, 'it came in pieces')
  })

  test(`${kind}: a change in a conversation is told at every process`, async (t) => {
    const url = await urlOf(kind)
    const [one, other] = [openProcess(t, url), openProcess(t, url)]
    const heard: (string | null)[] = []
    t.after(other.onChange(ann.memberId, ({ conversationId }) => heard.push(conversationId)))
    await untilLinked(one, other)
    const { id } = await one.createConversation(ann, { persona: 'marcus' })
    await until(() => heard.includes(id), 'it is told')
    assert.ok(heard.includes(null), 'what was told before it listened may have been missed')
  })

  test(`${kind}: a cancel reaches the process that answers, by wake-ups alone`, async (t) => {
    const url = await urlOf(kind)
    const limits = { pollMs: NEVER_MS, heartbeatMs: NEVER_MS, leaseMs: NEVER_MS }
    let isStopped = false
    const answering = openProcess(t, url, {
      limits,
      chain: chainOf(async function* (request) {
        yield { type: 'text-delta', text: 'I will go on' }
        await untilAborted(request.signal).finally(() => (isStopped = true))
      }),
    })
    await answering.start()
    const asking = openProcess(t, url, { limits })
    await untilLinked(asking, answering)
    const asked = await ask(asking, ann)
    const events: PlacedTurnEvent[] = []
    for await (const event of await asking.readTurnEvents({
      principal: ann,
      turnId: asked.turnId,
      signal: AbortSignal.timeout(20_000),
    })) {
      events.push(event)
      if (event.event.type === 'text-delta') await asking.cancelTurn(ann, asked.turnId)
    }
    assert.ok(isStopped)
    assert.equal(assemble(events).end?.status, 'cancelled')
  })
}

test('Redis frozen in the midst of an answer: the follower gets every event once, by looking', async (t) => {
  const redis = await openTestRedis()
  after(() => redis.thaw())
  const chain = chainOf(sayInPieces(ANSWER, { size: 10, pauseMs: 40 }))
  const answering = openProcess(t, redis.url, { chain })
  await answering.start()
  const asking = openProcess(t, redis.url)
  await untilLinked(asking, answering)
  const asked = await ask(asking, ann)
  const events: PlacedTurnEvent[] = []
  for await (const event of await asking.readTurnEvents({
    principal: ann,
    turnId: asked.turnId,
    signal: AbortSignal.timeout(30_000),
  })) {
    events.push(event)
    if (event.event.type === 'text-delta') redis.freeze()
  }
  assert.equal(assemble(events).text, ANSWER)
  assert.deepEqual(places(events), [...new Set(places(events))])
  assert.equal((await answerOf(asking, ann, asked)).text, ANSWER)
  redis.thaw()
})
