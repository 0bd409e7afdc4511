import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Skill } from '#domain/skill.ts'
import type { Conversations } from '#features/conversations/index.ts'
import {
  addMember,
  ask,
  chainOf,
  createShiftedClock,
  lastMessage,
  openConversationHouse,
  untilAborted,
  USAGE,
} from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { until } from '../../../test/support/until.ts'

const { database } = await openTestDatabase({ poolMax: 10 })
const ann = await addMember(database, 'ann')

const recordNextStep: Skill = {
  name: 'record-next-step',
  title: 'Record a next step',
  description: 'Writes.',
  action: 'skill:run',
  effect: 'write',
  inputSchema: { type: 'object' },
  parse: (input) => input,
  run: async () => ({ kind: 'nothing', reason: 'Recorded.', remedy: '' }),
}

/** Answers the id of the call that a person is asked to let through. */
async function untilAsked(house: Conversations, turnId: string): Promise<string> {
  const signal = AbortSignal.timeout(15_000)
  for await (const { event } of await house.readTurnEvents({ principal: ann, turnId, signal }))
    if (event.type === 'approval-needed') return event.callId
  throw new Error('no approval was asked for')
}

test('a model that comes to speak after a person took their time does not hang', async (t) => {
  let aheadMs = 0
  const clock = { ...createShiftedClock(), monotonicMs: () => performance.now() + aheadMs }
  const { promise: word, resolve: speak } = Promise.withResolvers<void>()
  const chain = chainOf(async function* (request) {
    if (lastMessage(request)?.role === 'tool') {
      await Promise.race([word, untilAborted(request.signal)])
      yield { type: 'text-delta', text: 'Done.' }
      yield { type: 'end', reason: 'stop', usage: USAGE }
      return
    }
    yield { type: 'tool-call', call: { callId: 'w1', tool: 'record-next-step', input: { dealId: 'd1', text: 'x' } } }
    yield { type: 'end', reason: 'tool-calls', usage: USAGE }
  })
  const house = openConversationHouse({ database, chain, members: [ann], skills: [recordNextStep], clock })
  await house.start()
  t.after(() => house.drain(0))
  const { turnId } = await ask(house, ann)
  const callId = await untilAsked(house, turnId)
  aheadMs = 300_000
  await house.answerApproval({ turnId, callId, approve: true, principal: ann })
  await until(() => chain.requests.length === 2, 'the model is asked again')
  assert.equal((await house.observe()).stalls['no-first-token'], 0)
  aheadMs += 31_000
  assert.equal((await house.observe()).stalls['no-first-token'], 1)
  speak()
  await until(async () => (await house.getTurn(ann, turnId)).status === 'complete', 'it is answered')
})
