import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Skill, SkillCall, SkillOutcome } from '#domain/skill.ts'
import { sql } from '#platform/postgres/sql.ts'
import {
  addMember,
  answerOf,
  ask,
  assemble,
  calling,
  chainOf,
  openConversationHouse,
  readAll,
  sayInPieces,
  untilAborted,
  USAGE,
} from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
/** A dead owner is noticed at once, so that an attempt that cannot end shows as a second one. */
const limits = { leaseMs: 300, heartbeatMs: 100, pollMs: 20 }

function readSkill(run: (call: SkillCall) => SkillOutcome): Skill {
  return {
    name: 'outside',
    title: 'Outside',
    description: 'Asks a connection.',
    action: 'mcp:call',
    effect: 'read',
    inputSchema: { type: 'object' },
    parse: (input) => input,
    run: (call) => Promise.resolve(run(call)),
  }
}

/** How often it was begun, what was told and what is stored, of a turn that calls this skill once. */
async function callOnce(t: TestContext, skill: Skill) {
  const chain = calling({ tool: 'outside', input: {} })
  const house = openConversationHouse({ database, chain, members: [ann], skills: [skill], limits })
  t.after(() => house.drain(0))
  await house.start()
  const asked = await ask(house, ann)
  const events = await readAll(house, { principal: ann, turnId: asked.turnId })
  const answer = await answerOf(house, ann, asked)
  return { events, answer, attempts: Math.max(...events.map(({ attempt }) => attempt)) }
}

const HALVED = `${'a'.repeat(199)}😀 and more`

test('an answer of a connection whose short form would end within an emoji is told and stored like any other', async (t) => {
  const skill = readSkill(() => ({ kind: 'answer', from: 'CRM', isOk: true, text: HALVED, structured: null }))
  const { events, answer, attempts } = await callOnce(t, skill)
  assert.equal(attempts, 1)
  assert.equal(answer.status, 'complete')
  const told = events.flatMap(({ event }) => (event.type === 'tool-result' ? [event.summary] : []))
  assert.deepEqual(told, [`CRM answered: ${'a'.repeat(199)} …`])
  assert.deepEqual(
    answer.calls.map(({ summary }) => summary),
    told,
  )
})

test('so is what it says of its progress', async (t) => {
  const skill = readSkill(({ person }) => {
    person?.onProgress({ progress: 1, total: 1, message: HALVED })
    return { kind: 'nothing', reason: 'Done.', remedy: '' }
  })
  const { events, attempts } = await callOnce(t, skill)
  assert.equal(attempts, 1)
  const told = events.flatMap(({ event }) => (event.type === 'tool-progress' ? [event.message] : []))
  assert.deepEqual(told, ['a'.repeat(199)])
})

test('so are the words of a failure, half of a pair and NUL among them', async (t) => {
  const skill = readSkill(() => {
    throw new SophiaError('TOOL_FAILED', { detail: 'It said \ud83d and \u0000.' })
  })
  const { events, answer, attempts } = await callOnce(t, skill)
  assert.equal(attempts, 1)
  const told = events.flatMap(({ event }) => (event.type === 'tool-result' ? [event.summary] : []))
  assert.deepEqual(told, ['It said \ufffd and .'])
  assert.equal(answer.calls[0]?.summary, told[0])
})

test('a turn that fails with such words ends with its first attempt', async (t) => {
  const chain = chainOf(async function* () {
    yield { type: 'text-delta', text: 'One moment.' }
    throw new SophiaError('MODEL_REFUSED', { detail: 'No: \ud83d' })
  })
  const house = openConversationHouse({ database, chain, members: [ann], limits })
  t.after(() => house.drain(0))
  await house.start()
  const asked = await ask(house, ann)
  const events = await readAll(house, { principal: ann, turnId: asked.turnId })
  assert.equal(Math.max(...events.map(({ attempt }) => attempt)), 1)
  assert.equal(assemble(events).end?.status, 'failed')
})

/** A PostgreSQL that takes no event with this word in it, as it takes none that cannot be written as JSON. */
async function openRefusing() {
  const { database: own } = await openTestDatabase({ poolMax: 10 })
  const bob = await addMember(own, 'bob')
  await own.inTransaction(async (handle) => {
    await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'refused' using errcode = '22P02'; end $$`)
    await handle.run(
      sql`create trigger refuse before insert on turn_events for each row when (new.event::text like '%poison%') execute function refuse()`,
    )
  })
  return { own, bob }
}

test('an event that the database refuses ends its own turn at once, and no other turn of the process waits for it', async () => {
  const { own, bob } = await openRefusing()
  const heard = Promise.withResolvers<void>()
  const chain = chainOf(async function* (request) {
    const isBad = JSON.stringify(request.messages).includes('bad one')
    yield { type: 'text-delta', text: 'First words.' }
    if (isBad) {
      yield { type: 'text-delta', text: ' Now poison.' }
      await untilAborted(request.signal)
    }
    await heard.promise
    yield { type: 'text-delta', text: ' Last words.' }
    yield { type: 'end', reason: 'stop', usage: USAGE }
  })
  const house = openConversationHouse({ database: own, chain, members: [bob], limits })
  // Before the database's own end, which comes with the test's.
  await using _ = { [Symbol.asyncDispose]: () => house.drain(0) }
  await house.start()
  const bad = await ask(house, bob, 'The bad one')
  const good = await ask(house, bob, 'The good one')
  const events: PlacedTurnEvent[] = []
  const signal = AbortSignal.timeout(10_000)
  for await (const placed of await house.readTurnEvents({ principal: bob, turnId: good.turnId, signal })) {
    events.push(placed)
    if (placed.event.type === 'text-delta') heard.resolve()
  }
  heard.resolve()
  const told = assemble(events)
  assert.deepEqual([told.end?.status, told.text], ['complete', 'First words. Last words.'])
  const ended = await readAll(house, { principal: bob, turnId: bad.turnId })
  assert.deepEqual([...new Set(ended.map(({ attempt }) => attempt))], [1])
  assert.equal(assemble(ended).end?.status, 'failed')
  assert.equal(ended.find(({ event }) => event.type === 'turn-error')?.event.type, 'turn-error')
  assert.deepEqual(
    ended.map(({ n }) => n),
    ended.map((_one, at) => at + 1),
  )
  assert.equal((await answerOf(house, bob, bad)).status, 'failed')
})

test('an event that is refused with the end of its turn leaves the turn failed, not open', async () => {
  const { own, bob } = await openRefusing()
  // More than a flush apart from the end, so that both are written together.
  const chain = chainOf(sayInPieces('A short poison.', { size: 100, pauseMs: 0 }))
  const house = openConversationHouse({ database: own, chain, members: [bob], limits: { ...limits, flushMs: 5000 } })
  // Before the database's own end, which comes with the test's.
  await using _ = { [Symbol.asyncDispose]: () => house.drain(0) }
  await house.start()
  const asked = await ask(house, bob)
  const events = await readAll(house, { principal: bob, turnId: asked.turnId })
  assert.deepEqual([...new Set(events.map(({ attempt }) => attempt))], [1])
  assert.equal(assemble(events).end?.status, 'failed')
  const stored = await own.read((handle) =>
    handle.rows(z.object({ n: z.int() }), sql`select n from turn_events where turn_id = ${asked.turnId} order by n`),
  )
  assert.deepEqual(
    stored.map(({ n }) => n),
    stored.map((_one, at) => at + 1),
  )
})
