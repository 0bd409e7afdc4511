import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import type { TurnEvent } from '#contract/turn-events.ts'
import { SophiaError } from '#domain/errors.ts'
import type { ModelChain } from '#domain/model.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill, SkillCall } from '#domain/skill.ts'
import type { TurnLimits } from '#domain/turn/limits.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  addMember,
  answerOf,
  ask,
  assemble,
  calling,
  chainOf,
  lastMessage,
  openConversationHouse,
  readAll,
  untilAborted,
  type Asked,
} from '../../../test/support/conversation-house.ts'
import { until } from '../../../test/support/until.ts'

const { database } = await openTestDatabase({ poolMax: 10 })
const ann = await addMember(database, 'ann')
const CALL = { tool: 'record-next-step', input: { dealId: 'd1' } }

function skillThat(run: (call: SkillCall) => Promise<never>): Skill & { ran: number } {
  const skill = {
    ran: 0,
    name: CALL.tool,
    title: 'Record a next step',
    description: 'Writes.',
    action: 'skill:run' as const,
    effect: 'write' as const,
    inputSchema: { type: 'object' as const },
    parse: (input: unknown) => input,
    run: (call: SkillCall) => ((skill.ran += 1), run(call)),
  }
  return skill
}

interface Opening {
  readonly skill: Skill
  readonly chain?: ModelChain
  readonly limits?: Partial<TurnLimits>
  /** Who the member is when it is looked anew. */
  readonly asker?: () => Principal
}

async function open(
  t: TestContext,
  { skill, chain = calling(CALL), limits = {}, asker = () => ann }: Opening,
): Promise<Conversations> {
  const change = { principalOf: () => Promise.resolve(asker()) }
  const house = openConversationHouse({ database, chain, members: [ann], skills: [skill], limits, change })
  t.after(() => house.drain(0))
  await house.start()
  return house
}

type ApprovalNeeded = Extract<TurnEvent, { readonly type: 'approval-needed' }>

/** What is asked of the person in this attempt. */
async function approvalIn(house: Conversations, turnId: string, attempt: number): Promise<ApprovalNeeded> {
  const signal = AbortSignal.timeout(15_000)
  for await (const placed of await house.readTurnEvents({ principal: ann, turnId, signal }))
    if (placed.event.type === 'approval-needed' && placed.attempt === attempt) return placed.event
  throw new Error('no approval was asked for')
}

/** The only call that a turn's answer tells of, alike for who read along and for who reads it later. */
async function toldCall(house: Conversations, asked: Asked) {
  const heard = assemble(await readAll(house, { principal: ann, turnId: asked.turnId }))
  const { status, calls } = await answerOf(house, ann, asked)
  assert.equal(calls.length, 1)
  assert.deepEqual(
    calls.map(({ callId, ok, summary }) => [callId, ok ? 'ok' : 'failed', summary]),
    heard.calls.map(({ callId, state, summary }) => [callId, state, summary]),
  )
  return { status, summary: calls[0]?.summary ?? '' }
}

for (const [name, status, limits] of [
  ['cancelled', 'cancelled', {}],
  ['out of time', 'failed', { totalMs: 400 }],
] as const) {
  test(`the answer of a turn that was ${name} while an approved call ran says that nobody knows whether it happened`, async (t) => {
    const skill = skillThat((call) => untilAborted(call.signal))
    const house = await open(t, { skill, limits })
    const asked = await ask(house, ann)
    const { turnId } = asked
    const { callId } = await approvalIn(house, turnId, 1)
    await house.answerApproval({ principal: ann, turnId, callId, approve: true })
    await until(() => skill.ran === 1, 'the call runs')
    if (name === 'cancelled') await house.cancelTurn(ann, turnId)
    const told = await toldCall(house, asked)
    assert.equal(told.status, status)
    assert.match(told.summary, /^It is not known whether this happened/)
  })
}

const StatusRow = z.object({ status: z.string() })

async function untilUnknown(turnId: string): Promise<void> {
  const read = () =>
    database.read((handle) => handle.first(StatusRow, sql`select status from tool_calls where turn_id = ${turnId}`))
  await until(async () => (await read())?.status === 'unknown', 'its outcome is unknown')
}

/** Somebody said yes, the call broke off, and the process ends before the model has said what it makes of it. */
async function breakOff(t: TestContext) {
  const skill = skillThat(() => Promise.reject(new SophiaError('UNREACHABLE')))
  const chain = chainOf(async function* (request) {
    if (lastMessage(request)?.role === 'tool') await untilAborted(request.signal)
    yield { type: 'tool-call', call: { callId: 'w1', ...CALL } }
    yield { type: 'end', reason: 'tool-calls', usage: { input: 1, cachedInput: 0, output: 1 } }
  })
  const house = await open(t, { skill, chain })
  const asked = await ask(house, ann)
  const yes = { principal: ann, turnId: asked.turnId, approve: true }
  const { callId } = await approvalIn(house, asked.turnId, 1)
  await house.answerApproval({ ...yes, callId })
  await untilUnknown(asked.turnId)
  return { asked, house, yes: { ...yes, callId } }
}

test('a yes said again, because its answer was lost, does not approve a repeat of a call whose outcome is unknown', async (t) => {
  const { asked, house, yes } = await breakOff(t)
  await assert.rejects(house.answerApproval(yes), { code: 'NOT_FOUND' })
  await house.drain(0)
  const again = skillThat(() => Promise.reject(new SophiaError('UNREACHABLE')))
  const other = await open(t, { skill: again })
  const { callId, note } = await approvalIn(other, asked.turnId, 2)
  assert.match(note ?? '', /may have happened already/)
  await other.answerApproval({ ...yes, callId, approve: false })
  assert.match((await toldCall(other, asked)).summary, /not known whether the earlier try happened/)
  assert.equal(again.ran, 0)
})

for (const [name, code, isRefused] of [
  ['its tool is away', 'TOOL_UNAVAILABLE', false],
  ['its member may no longer run it', 'NOT_PERMITTED', true],
] as const) {
  test(`a repeat that was approved and fails, as ${name}, takes nothing back: nobody knows of the earlier try`, async (t) => {
    const { asked, house, yes } = await breakOff(t)
    await house.drain(0)
    const again = skillThat(() => Promise.reject(new SophiaError('TOOL_UNAVAILABLE')))
    let asker = ann
    const other = await open(t, { skill: again, asker: () => asker })
    const { callId } = await approvalIn(other, asked.turnId, 2)
    if (isRefused) asker = { ...ann, allowedActions: [] }
    await other.answerApproval({ ...yes, callId })
    const { summary } = await toldCall(other, asked)
    assert.match(summary, /\. It is not known whether the earlier try happened\.$/)
    assert.equal(again.ran, isRefused ? 0 : 1)
    assert.match((await answerOf(other, ann, asked)).text, new RegExp(code))
    // Its yes stays what it was, and was not made use of.
    if (!isRefused) await untilUnknown(asked.turnId)
  })
}

test('whoever cancels instead of answering whether to run it again is told that the earlier try may have happened', async (t) => {
  const { asked, house } = await breakOff(t)
  await house.drain(0)
  const other = await open(t, { skill: skillThat(() => Promise.reject(new SophiaError('UNREACHABLE'))) })
  await approvalIn(other, asked.turnId, 2)
  await other.cancelTurn(ann, asked.turnId)
  const told = await toldCall(other, asked)
  assert.equal(told.status, 'cancelled')
  assert.match(told.summary, /It is not known whether/)
})
