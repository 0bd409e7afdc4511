import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { z } from 'zod'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { SophiaError } from '#domain/errors.ts'
import type { ModelChain } from '#domain/model.ts'
import type { Skill } from '#domain/skill.ts'
import { keepAnswers } from '#platform/models/keep-answers.ts'
import { openCacheHouse } from '../../../test/support/cache-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  USAGE,
  addMember,
  answerOf,
  ask,
  assemble,
  chainOf,
  lastMessage,
  newMessage,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const PAGE = { limit: 50 }

async function startHouse(
  t: { after(work: () => Promise<void>): void },
  chain: ModelChain,
  change: Partial<Parameters<typeof openConversationHouse>[0]> = {},
) {
  const house = openConversationHouse({ database, chain, members: [ann], ...change })
  await house.start()
  t.after(() => house.drain(0))
  return house
}

const countRows: Skill = {
  name: 'count-rows',
  title: 'Count rows',
  description: 'Counts.',
  action: 'skill:run',
  effect: 'read',
  inputSchema: { type: 'object' },
  parse: (input) => {
    if (!z.object({}).loose().safeParse(input).success) throw new SophiaError('INVALID_INPUT')
    return input
  },
  run: () =>
    Promise.resolve({
      kind: 'result',
      result: {
        skill: 'count-rows',
        asOf: '2026-01-01',
        headline: '3 rows.',
        coverage: { present: [], missing: [] },
        confidence: { level: 'high', value: 1, reason: '' },
        caveats: [],
        evidence: Array.from(
          { length: 60 },
          (_, index) => ({ kind: 'deal', id: `d${index % 50}`, label: `Deal ${index}` }) as const,
        ),
        nextStep: null,
        figures: {},
      },
    }),
}

test('what a reader puts together is what is stored, with usage, cost and version', async (t) => {
  const text = 'Grüße 👩‍💻: *the pipeline* holds 12 deals.\n\n- one\n- two 🎯'
  const house = await startHouse(t, chainOf(sayInPieces(text, { size: 1, pauseMs: 1 })))
  const asked = await ask(house, ann)
  const assembled = assemble(await readAll(house, { principal: ann, turnId: asked.turnId }))
  const answer = await answerOf(house, ann, asked)
  assert.equal(answer.text, text)
  assert.equal(assembled.text, text)
  assert.equal(assembled.end?.messageId, answer.id)
  assert.deepEqual(answer.usage, USAGE)
  assert.deepEqual(answer.cost, { amountMicros: 7, currency: 'USD' })
  assert.equal(answer.personaVersion, 'abcdef012345')
  assert.equal(answer.model, 'test/script')
  assert.equal((await house.getTurn(ann, asked.turnId)).status, 'complete')
})

test('a stream resumed at every possible cut equals the whole, while live and after the end', async (t) => {
  const house = await startHouse(
    t,
    chainOf(sayInPieces('The quick brown fox jumps over the lazy dog. '.repeat(4), { size: 5, pauseMs: 9 })),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }), async (cuts) => {
      const asked = await ask(house, ann)
      const got: PlacedTurnEvent[] = []
      for (const count of cuts) {
        const gone = new AbortController()
        let taken = 0
        const last = got.at(-1)
        for await (const event of await house.readTurnEvents({
          principal: ann,
          turnId: asked.turnId,
          after: last,
          signal: gone.signal,
        })) {
          got.push(event)
          taken += 1
          if (taken >= count) break
        }
        gone.abort()
      }
      got.push(
        ...(await readAll(house, { principal: ann, turnId: asked.turnId, after: got.at(-1) ?? { attempt: 0, n: 0 } })),
      )
      const whole = await readAll(house, { principal: ann, turnId: asked.turnId })
      assert.deepEqual(got, whole)
      assert.equal(assemble(got).text, (await answerOf(house, ann, asked)).text)
    }),
    { numRuns: 6 },
  )
  const asked = await ask(house, ann)
  const whole = await readAll(house, { principal: ann, turnId: asked.turnId })
  for (const [index, event] of whole.entries()) {
    assert.deepEqual(
      await readAll(house, { principal: ann, turnId: asked.turnId, after: event }),
      whole.slice(index + 1),
    )
  }
})

test("a turn that ends between a reader's two looks is read whole all the same", async (t) => {
  const begin = Promise.withResolvers<void>()
  const house = await startHouse(
    t,
    chainOf(async function* (request) {
      await begin.promise
      yield* sayInPieces('Late but whole.')(request)
    }),
  )
  const asked = await ask(house, ann)
  // The reader's process looks at the empty journal; before it can go on, the turn is answered to its end elsewhere.
  let isFirst = true
  const slow: typeof database = {
    ...database,
    read: async (work) => {
      const seen = await database.read(work)
      if (isFirst) {
        isFirst = false
        begin.resolve()
        await readAll(house, { principal: ann, turnId: asked.turnId })
      }
      return seen
    },
  }
  const reader = openConversationHouse({ database: slow, chain: chainOf(sayInPieces('')), members: [ann] })
  const events = await readAll(reader, { principal: ann, turnId: asked.turnId })
  assert.equal(assemble(events).text, 'Late but whole.')
})

test('messages of one conversation are answered one after the other, in their order', async (t) => {
  let running = 0
  let most = 0
  const order: string[] = []
  const house = await startHouse(
    t,
    chainOf(async function* (request) {
      running += 1
      most = Math.max(most, running)
      const question = lastMessage(request)
      order.push(question?.role === 'user' ? question.text : '?')
      await delay(20)
      running -= 1
      yield { type: 'text-delta', text: 'ok' }
      yield { type: 'end', reason: 'stop', usage: USAGE }
    }),
  )
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const turns: string[] = []
  for (const text of ['one', 'two', 'three', 'four'])
    turns.push((await house.postMessage(ann, { conversationId: id, message: newMessage(text) })).turnId)
  for (const turnId of turns) await readAll(house, { principal: ann, turnId })
  assert.equal(most, 1)
  assert.deepEqual(order, ['one', 'two', 'three', 'four'])
  const { items } = await house.listMessages(ann, { conversationId: id, page: PAGE })
  assert.deepEqual(
    items.map((item) => item.seq),
    [1, 2, 3, 4, 5, 6, 7, 8],
  )
})

test('tools run, their outcome reaches the model, sources come once each and at most forty', async (t) => {
  const chain = chainOf(async function* (request) {
    const last = lastMessage(request)
    if (last?.role === 'tool') {
      yield {
        type: 'text-delta',
        text: `Read: ${last.outcomes.map((outcome) => `${outcome.callId} ${outcome.ok}`).join(', ')}`,
      }
      yield { type: 'end', reason: 'stop', usage: USAGE }
      return
    }
    yield { type: 'text-delta', text: 'Let me look.' }
    yield { type: 'tool-call', call: { callId: 'a', tool: 'count-rows', input: {} } }
    yield { type: 'tool-call', call: { callId: 'b', tool: 'no-such-tool', input: {} } }
    yield { type: 'tool-call', call: { callId: 'c', tool: 'count-rows', input: 'wrong' } }
    yield { type: 'end', reason: 'tool-calls', usage: USAGE }
  })
  const house = await startHouse(t, chain, { skills: [countRows] })
  const asked = await ask(house, ann)
  const assembled = assemble(await readAll(house, { principal: ann, turnId: asked.turnId }))
  const answer = await answerOf(house, ann, asked)
  assert.equal(answer.text, 'Let me look.\n\nRead: a true, b false, c false')
  assert.equal(assembled.text, answer.text)
  assert.equal(assembled.sources.length, 40)
  assert.deepEqual(answer.sources, assembled.sources)
  assert.deepEqual(Object.fromEntries(answer.calls.map((call) => [call.callId, call.ok])), {
    a: true,
    b: false,
    c: false,
  })
  assert.deepEqual(answer.usage, { input: 20, cachedInput: 4, output: 10 })
})

test('a model that never stops calling tools ends at the limit of rounds', async (t) => {
  const chain = chainOf(async function* () {
    yield { type: 'tool-call', call: { callId: 'same', tool: 'count-rows', input: {} } }
    yield { type: 'end', reason: 'tool-calls', usage: USAGE }
  })
  const house = await startHouse(t, chain, { skills: [countRows] })
  const asked = await ask(house, ann)
  const events = await readAll(house, { principal: ann, turnId: asked.turnId })
  assert.equal(chain.requests.length, 7)
  assert.equal(assemble(events).error?.code, 'TURN_LIMIT_REACHED')
  const ids = assemble(events).calls.map((call) => call.callId)
  assert.equal(new Set(ids).size, ids.length)
})

test('a failing model ends the turn as failed, and what was said stays', async (t) => {
  const house = await startHouse(
    t,
    chainOf(async function* () {
      yield { type: 'text-delta', text: 'So far so go' }
      throw new SophiaError('MODEL_STREAM_BROKEN')
    }),
  )
  const asked = await ask(house, ann)
  const assembled = assemble(await readAll(house, { principal: ann, turnId: asked.turnId }))
  const answer = await answerOf(house, ann, asked)
  assert.equal(assembled.error?.code, 'MODEL_STREAM_BROKEN')
  assert.equal(assembled.end?.status, 'failed')
  assert.deepEqual([answer.status, answer.errorCode, answer.text], ['failed', 'MODEL_STREAM_BROKEN', 'So far so go'])
})

test('a model that heeds nothing still ends by the time limit', async (t) => {
  const deaf = chainOf(async function* () {
    yield { type: 'text-delta', text: 'Hm' }
    await new Promise(() => undefined)
  })
  const house = await startHouse(t, deaf, { limits: { totalMs: 150 } })
  const asked = await ask(house, ann)
  assert.equal(
    assemble(await readAll(house, { principal: ann, turnId: asked.turnId })).error?.code,
    'TURN_LIMIT_REACHED',
  )
})

test('a spent budget ends the turn with its code and no call of the model', async (t) => {
  const chain = chainOf(sayInPieces('never'))
  const house = await startHouse(t, chain, {
    change: { budget: { reserve: () => Promise.reject(new SophiaError('BUDGET_EXHAUSTED')) } },
  })
  const asked = await ask(house, ann)
  assert.equal(assemble(await readAll(house, { principal: ann, turnId: asked.turnId })).error?.code, 'BUDGET_EXHAUSTED')
  assert.equal(chain.requests.length, 0)
})

test('a question that was answered before, word for word on the same day, costs nothing and says so', async (t) => {
  const chain = chainOf(sayInPieces('Twelve deals are open.'))
  const kept = keepAnswers({ ...chain, label: 'test/script' }, { cache: openCacheHouse().cache, costOf: () => 7 })
  const house = await startHouse(t, kept)
  const first = assemble(await readAll(house, { principal: ann, turnId: (await ask(house, ann, 'How many?')).turnId }))
  const asked = await ask(house, ann, 'How many?')
  const again = assemble(await readAll(house, { principal: ann, turnId: asked.turnId }))
  assert.deepEqual([first.end?.cache, again.end?.cache, chain.requests.length], ['miss', 'exact', 1])
  assert.equal(again.text, first.text)
  const answer = await answerOf(house, ann, asked)
  assert.deepEqual([answer.cost?.amountMicros, answer.usage], [0, { input: 0, cachedInput: 0, output: 0 }])
  await readAll(house, { principal: ann, turnId: (await ask(house, ann, 'How many now?')).turnId })
  assert.equal(chain.requests.length, 2)
})
