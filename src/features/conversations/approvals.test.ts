import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { EMPTY_TURN, assembleTurn } from '#contract/turn-assembly.ts'
import type { PlacedTurnEvent, TurnEvent } from '#contract/turn-events.ts'
import type { ModelChain } from '#domain/model.ts'
import type { Skill, SkillCall } from '#domain/skill.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  USAGE,
  addMember,
  chainOf,
  createShiftedClock,
  lastMessage,
  newMessage,
  openConversationHouse,
  readAll,
  untilAborted,
} from '../../../test/support/conversation-house.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const bob = await addMember(database, 'bob')

/** Asks for one write, then says what came of it. */
function writingChain(input: unknown = { dealId: 'd1', text: 'call Kim' }): ModelChain & { requests: unknown[] } {
  return chainOf(async function* (request) {
    const last = lastMessage(request)
    if (last?.role === 'tool') {
      yield { type: 'text-delta', text: last.outcomes.map((outcome) => outcome.content).join() }
      yield { type: 'end', reason: 'stop', usage: USAGE }
      return
    }
    yield { type: 'tool-call', call: { callId: 'w1', tool: 'record-next-step', input } }
    yield { type: 'end', reason: 'tool-calls', usage: USAGE }
  })
}

function writeSkill(run: (call: SkillCall) => Promise<void> = () => Promise.resolve()): Skill & { calls: SkillCall[] } {
  const calls: SkillCall[] = []
  return {
    calls,
    name: 'record-next-step',
    title: 'Record a next step',
    description: 'Writes.',
    action: 'skill:run',
    effect: 'write',
    inputSchema: { type: 'object' },
    parse: (input) => input,
    run: async (call) => {
      calls.push(call)
      await run(call)
      return { kind: 'nothing', reason: 'Recorded.', remedy: '' }
    },
  }
}

async function ask(house: Conversations): Promise<string> {
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  return (await house.postMessage(ann, { conversationId: id, message: newMessage() })).turnId
}

type ApprovalNeeded = Extract<TurnEvent, { type: 'approval-needed' }>

async function untilApproval(house: Conversations, turnId: string, minAttempt = 1): Promise<ApprovalNeeded> {
  for await (const placed of await house.readTurnEvents({
    principal: ann,
    turnId,
    signal: AbortSignal.timeout(15_000),
  })) {
    if (placed.event.type === 'approval-needed' && placed.attempt >= minAttempt) return placed.event
  }
  throw new Error('no approval was asked for')
}

async function statusOf(turnId: string): Promise<string | undefined> {
  return (
    await database.read((handle) =>
      handle.first(z.object({ status: z.string() }), sql`select status from tool_calls where turn_id = ${turnId}`),
    )
  )?.status
}

async function endOf(house: Conversations, turnId: string) {
  const events: PlacedTurnEvent[] = await readAll(house, { principal: ann, turnId })
  return events.reduce(assembleTurn, EMPTY_TURN)
}

test('an approved call runs once, with its key and the asker of now; a repeated answer changes nothing', async (t) => {
  const skill = writeSkill()
  const house = openConversationHouse({ database, chain: writingChain(), members: [ann, bob], skills: [skill] })
  await house.start()
  t.after(() => house.drain(0))
  const turnId = await ask(house)
  const needed = await untilApproval(house, turnId)
  for (let tries = 0; (await house.getTurn(ann, turnId)).status !== 'waiting' && tries < 50; tries += 1) await delay(20)
  assert.equal((await house.getTurn(ann, turnId)).status, 'waiting')
  assert.equal(skill.calls.length, 0)
  const answer = { turnId, callId: needed.callId, approve: true }
  await assert.rejects(house.answerApproval({ ...answer, principal: bob }), { code: 'NOT_FOUND' })
  await assert.rejects(house.answerApproval({ ...answer, principal: { ...ann, role: 'viewer' } }), {
    code: 'NOT_PERMITTED',
  })
  await assert.rejects(house.answerApproval({ ...answer, principal: ann, callId: 'w2' }), { code: 'NOT_FOUND' })
  await house.answerApproval({ ...answer, principal: ann })
  const end = await endOf(house, turnId)
  await house.answerApproval({ ...answer, principal: ann })
  await assert.rejects(house.answerApproval({ ...answer, principal: ann, approve: false }), { code: 'CONFLICT' })
  assert.equal(skill.calls.length, 1)
  assert.equal(skill.calls[0]?.idempotencyKey, `${turnId}.0`)
  assert.equal(skill.calls[0]?.principal.memberId, ann.memberId)
  assert.equal(end.calls[0]?.state, 'ok')
  assert.equal(await statusOf(turnId), 'done')
})

test('a denied call does not run, and the model is told', async (t) => {
  const skill = writeSkill()
  const house = openConversationHouse({ database, chain: writingChain(), members: [ann], skills: [skill] })
  await house.start()
  t.after(() => house.drain(0))
  const turnId = await ask(house)
  const needed = await untilApproval(house, turnId)
  await house.answerApproval({ principal: ann, turnId, callId: needed.callId, approve: false })
  const end = await endOf(house, turnId)
  assert.equal(skill.calls.length, 0)
  assert.match(end.text, /NOT_PERMITTED/)
  assert.equal(end.calls[0]?.state, 'failed')
})

test('an approval expires, the model hears of it, and a late answer is refused', async (t) => {
  const skill = writeSkill()
  const house = openConversationHouse({ database, chain: writingChain(), members: [ann], skills: [skill] })
  await house.start()
  t.after(() => house.drain(0))
  const turnId = await ask(house)
  const needed = await untilApproval(house, turnId)
  await database.read((handle) =>
    handle.run(sql`update tool_calls set expires_at = clock_timestamp() where turn_id = ${turnId}`),
  )
  await assert.rejects(house.answerApproval({ principal: ann, turnId, callId: needed.callId, approve: true }), {
    code: 'APPROVAL_EXPIRED',
  })
  const end = await endOf(house, turnId)
  assert.match(end.text, /APPROVAL_EXPIRED/)
  assert.equal(end.end?.status, 'complete')
  assert.equal(skill.calls.length, 0)
  assert.equal(await statusOf(turnId), 'expired')
})

test('whatever the clocks of its processes say, an approval lasts as long as the database says', async (t) => {
  const skill = writeSkill()
  const common = { database, chain: writingChain(), members: [ann], skills: [skill] }
  // One lives an hour in the past, the other an hour in the future.
  const owner = openConversationHouse({ ...common, clock: createShiftedClock(-3_600_000) })
  const other = openConversationHouse({ ...common, clock: createShiftedClock(3_600_000) })
  await owner.start()
  t.after(() => owner.drain(0))
  const turnId = await ask(owner)
  const { callId, expiresAt } = await untilApproval(owner, turnId)
  const [now] = await database.read((handle) =>
    handle.rows(z.object({ now: z.date() }), sql`select clock_timestamp() as now`),
  )
  const leftMs = Date.parse(expiresAt) - (now?.now.getTime() ?? 0)
  assert.ok(leftMs > 500_000 && leftMs <= 600_000, `${leftMs} ms are left`)
  await other.answerApproval({ principal: ann, turnId, callId, approve: true })
  await endOf(owner, turnId)
  assert.deepEqual([skill.calls.length, await statusOf(turnId)], [1, 'done'])
})

/** A call that was approved and began to run when its process was gone. */
async function cutOffInMidRun(t: TestContext) {
  const hanging = writeSkill((call) => untilAborted(call.signal))
  const first = openConversationHouse({ database, chain: writingChain(), members: [ann], skills: [hanging] })
  t.after(() => first.drain(0))
  await first.start()
  const turnId = await ask(first)
  const { callId } = await untilApproval(first, turnId)
  await first.answerApproval({ principal: ann, turnId, callId, approve: true })
  for (let tries = 0; hanging.calls.length === 0 && tries < 100; tries += 1) await delay(10)
  assert.equal(await statusOf(turnId), 'running')
  // What a crash leaves: an expired lease and a call that is running for ever.
  await database.read((handle) =>
    handle.run(
      sql`update turns set lease_until = now() - interval '1 second', fence = gen_random_uuid() where id = ${turnId}`,
    ),
  )
  // Alive, it might be the one that goes on with the turn.
  await first.drain(0)
  return { turnId, callId, hanging }
}

test('a call cut off in mid-run is unknown afterwards: asked for again with a warning, run again only when approved', async (t) => {
  for (const approve of [true, false]) {
    const { turnId, callId, hanging } = await cutOffInMidRun(t)
    const skill = writeSkill()
    const second = openConversationHouse({ database, chain: writingChain(), members: [ann], skills: [skill] })
    t.after(() => second.drain(0))
    await second.start()
    const again = await untilApproval(second, turnId, 2)
    assert.match(again.note ?? '', /may have happened/)
    assert.notEqual(again.callId, callId)
    assert.equal(skill.calls.length, 0)
    await assert.rejects(second.answerApproval({ principal: ann, turnId, callId, approve: true }), {
      code: 'NOT_FOUND',
    })
    await second.answerApproval({ principal: ann, turnId, callId: again.callId, approve })
    const { calls } = await endOf(second, turnId)
    assert.match(String(calls[0]?.summary), approve ? /^Recorded/ : /not known whether the earlier try happened\.$/)
    assert.equal(skill.calls.length, approve ? 1 : 0)
    if (approve) assert.equal(skill.calls[0]?.idempotencyKey, hanging.calls[0]?.idempotencyKey)
    await second.drain(0)
  }
})

test('an unknown call that the new attempt does not ask for is shown, never dropped', async (t) => {
  const { turnId } = await cutOffInMidRun(t)
  const other = chainOf(async function* () {
    yield { type: 'text-delta', text: 'Nothing to write this time.' }
    yield { type: 'end', reason: 'stop', usage: USAGE }
  })
  const second = openConversationHouse({ database, chain: other, members: [ann], skills: [writeSkill()] })
  t.after(() => second.drain(0))
  await second.start()
  const end = await endOf(second, turnId)
  assert.equal(end.calls.length, 1)
  assert.match(end.calls[0]?.summary ?? '', /not known whether it happened/)
  assert.match(String(other.requests[0]?.turnInstructions), /broke off while "record-next-step" ran/)
})

test('a call that was done is recalled after a crash, not repeated', async () => {
  const skill = writeSkill()
  let isStuck = true
  const chain = chainOf(async function* (request) {
    if (lastMessage(request)?.role === 'tool') {
      if (isStuck) await untilAborted(request.signal)
      yield { type: 'text-delta', text: 'Done.' }
      yield { type: 'end', reason: 'stop', usage: USAGE }
      return
    }
    yield { type: 'tool-call', call: { callId: 'w1', tool: 'record-next-step', input: { b: 1, a: 2 } } }
    yield { type: 'end', reason: 'tool-calls', usage: USAGE }
  })
  const first = openConversationHouse({ database, chain, members: [ann], skills: [skill] })
  await first.start()
  const turnId = await ask(first)
  const needed = await untilApproval(first, turnId)
  await first.answerApproval({ principal: ann, turnId, callId: needed.callId, approve: true })
  for (let tries = 0; (await statusOf(turnId)) !== 'done' && tries < 100; tries += 1) await delay(10)
  await first.drain(0)
  isStuck = false
  const second = openConversationHouse({ database, chain, members: [ann], skills: [skill] })
  await second.start()
  const end = await endOf(second, turnId)
  assert.equal(end.text, 'Done.')
  assert.equal(end.calls[0]?.state, 'ok')
  assert.equal(skill.calls.length, 1)
  await second.drain(0)
})

test('a call that was done and that the new attempt does not ask for is told as done', async (t) => {
  const skill = writeSkill()
  let attempt = 0
  const chain = chainOf(async function* (request) {
    if (lastMessage(request)?.role === 'tool') await untilAborted(request.signal)
    attempt += 1
    if (attempt > 1) yield { type: 'text-delta', text: 'Nothing to write this time.' }
    else yield { type: 'tool-call', call: { callId: 'w1', tool: 'record-next-step', input: { a: 1 } } }
    yield { type: 'end', reason: attempt > 1 ? 'stop' : 'tool-calls', usage: USAGE }
  })
  const first = openConversationHouse({ database, chain, members: [ann], skills: [skill] })
  t.after(() => first.drain(0))
  await first.start()
  const turnId = await ask(first)
  const needed = await untilApproval(first, turnId)
  await first.answerApproval({ principal: ann, turnId, callId: needed.callId, approve: true })
  for (let tries = 0; (await statusOf(turnId)) !== 'done' && tries < 500; tries += 1) await delay(10)
  await first.drain(0)
  const second = openConversationHouse({ database, chain, members: [ann], skills: [skill] })
  t.after(() => second.drain(0))
  await second.start()
  const end = await endOf(second, turnId)
  assert.equal(end.text, 'Nothing to write this time.')
  assert.deepEqual(
    end.calls.map(({ state, summary }) => [state, summary]),
    [['ok', 'Recorded.']],
  )
  assert.match(
    String(chain.requests.at(-1)?.turnInstructions),
    /ran "record-next-step" with \{"a":1\}, and it was done/,
  )
  assert.equal(skill.calls.length, 1)
})

test("a key's narrowing holds for the tools of the turns it starts", async (t) => {
  const skill = writeSkill()
  const house = openConversationHouse({ database, chain: writingChain(), members: [ann], skills: [skill] })
  await house.start()
  t.after(() => house.drain(0))
  const key = { ...ann, allowedActions: ['conversation:use'] as const }
  const { id } = await house.createConversation(key, { persona: 'marcus' })
  const { turnId } = await house.postMessage(key, { conversationId: id, message: newMessage() })
  const end = await endOf(house, turnId)
  assert.match(end.text, /SKILL_NOT_FOUND/)
  assert.equal(skill.calls.length, 0)
})
