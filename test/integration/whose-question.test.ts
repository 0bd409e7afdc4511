import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import { sql } from '#platform/postgres/sql.ts'
import { answering, follow, openAskingHouse, untilAsked, VISIT } from '../support/asking-house.ts'
import { ask, calling, chainOf, lastMessage, openConversationHouse, USAGE } from '../support/conversation-house.ts'

const asking = await openAskingHouse()
const { ann, bob, database } = asking

test("a question is the asker's alone to answer, once; a later word changes nothing", async (t) => {
  const house = await asking.houseWith(t, calling({ tool: 'modern__plan_visit', input: { client: 'Maple Ridge' } }))
  const { turnId } = await ask(house, ann)
  let questionId = ''
  await follow(house, turnId, {
    by: ann,
    onAsked: async (asked) => {
      ;({ questionId } = asked)
      const answer = { action: 'accept', content: VISIT } as const
      const by = (principal: Principal): Promise<void> =>
        house.answerQuestion({ principal, turnId, questionId, answer })
      await assert.rejects(by(bob), { code: 'NOT_FOUND' })
      await assert.rejects(by({ ...ann, allowedActions: ['conversation:use'] }), { code: 'NOT_PERMITTED' })
      await by(ann)
      await by(ann)
      await assert.rejects(
        house.answerQuestion({ principal: ann, turnId, questionId, answer: { action: 'decline' } }),
        { code: 'CONFLICT' },
      )
    },
  })
  const row = await database.read((handle) =>
    handle.first(
      z.object({ status: z.string(), content: z.unknown() }),
      sql`select status, content from tool_questions where id = ${questionId}`,
    ),
  )
  assert.deepEqual(row, { status: 'accepted', content: null }, 'what was answered is not kept')
})

test('a question that nobody answers in time is over, the call goes on, and a late answer is told so', async (t) => {
  const house = await asking.houseWith(t, calling({ tool: 'modern__plan_visit', input: { client: 'Maple Ridge' } }), {
    approvalMs: 700,
  })
  const { turnId } = await ask(house, ann)
  let questionId = ''
  const { turn, events } = await follow(house, turnId, {
    by: ann,
    onAsked: (asked) => Promise.resolve((questionId = asked.questionId)),
  })
  assert.match(turn.text, /\\?"answer\\?":\\?"cancel\\?"/)
  assert.equal(events.find((event) => event.type === 'question-answered')?.action, 'expired')
  await assert.rejects(house.answerQuestion({ principal: ann, turnId, questionId, answer: { action: 'decline' } }), {
    code: 'QUESTION_OVER',
  })
})

test('two people are asked by one server at once, each what is theirs', async (t) => {
  for (const server of ['modern', 'legacy']) {
    const calls = new Map<string, string>()
    const house = await asking.houseWith(
      t,
      chainOf(async function* (request) {
        const last = lastMessage(request)
        const words = JSON.stringify(request.messages[0])
        const client = words.includes('of Ann') ? 'Annapolis Homes' : 'Bobcat Lofts'
        if (last?.role === 'tool')
          yield { type: 'text-delta', text: last.outcomes.map(({ content }) => content).join() }
        else yield { type: 'tool-call', call: { callId: 'c', tool: `${server}__plan_visit`, input: { client } } }
        yield { type: 'end', reason: last?.role === 'tool' ? 'stop' : 'tool-calls', usage: USAGE }
      }),
    )
    const turns = await Promise.all([
      ask(house, ann, 'Plan the visit of Ann'),
      ask(house, bob, 'Plan the visit of Bob'),
    ])
    const both = new Set<string>()
    const everyoneAsked = Promise.withResolvers<void>()
    await Promise.all(
      [ann, bob].map((person, at) =>
        follow(house, turns[at]?.turnId ?? '', {
          by: person,
          onAsked: async ({ questionId, message }, turnId) => {
            calls.set(person.name, message)
            both.add(person.name)
            if (both.size === 2) everyoneAsked.resolve()
            // Both questions are open before either is answered.
            await everyoneAsked.promise
            await house.answerQuestion({ principal: person, turnId, questionId, answer: { action: 'decline' } })
          },
        }),
      ),
    )
    assert.match(calls.get('ann') ?? '', /Annapolis/, server)
    assert.match(calls.get('bob') ?? '', /Bobcat/, server)
    await house.drain(0)
  }
})

test('a child process of the old era that serves two calls at once cannot say whose its question is: nobody is asked', async (t) => {
  const call = { tool: 'old-stdio__plan_visit', input: { client: 'Maple Ridge' } }
  const house = await asking.houseWith(t, calling(call, { tool: 'old-stdio__long_report', input: { stepMs: 150 } }))
  const { turnId } = await ask(house, ann)
  const { turn, events } = await follow(house, turnId, answering(house, ann, { action: 'accept', content: VISIT }))
  assert.ok(!events.some((event) => event.type === 'question-asked'))
  assert.match(turn.text, /\\?"answer\\?":\\?"cancel\\?"/)
})

test('what a person answered is not passed on as the answer to the next call', async (t) => {
  const house = await asking.houseWith(t, calling({ tool: 'modern__plan_visit', input: { client: 'Same' } }))
  let asked = 0
  for (let round = 0; round < 2; round += 1) {
    const { turnId } = await ask(house, ann)
    await follow(house, turnId, {
      by: ann,
      onAsked: ({ questionId }) => {
        asked += 1
        return house.answerQuestion({
          principal: ann,
          turnId,
          questionId,
          answer: { action: 'accept', content: VISIT },
        })
      },
    })
  }
  assert.equal(asked, 2)
})

test('after its owner gave the turn up, the next one asks anew, and the old question is over', async (t) => {
  const chain = calling({ tool: 'modern__plan_visit', input: { client: 'Maple Ridge' } })
  const first = await asking.houseWith(t, chain)
  const { turnId } = await ask(first, ann)
  const asked = await untilAsked(first, { by: ann, turnId, attempt: 1 })
  await first.drain(0)
  // As a process that was killed leaves it.
  await database.read((handle) =>
    handle.run(sql`update tool_questions set status = 'waiting' where id = ${asked.questionId}`),
  )
  const second = await asking.houseWith(t, chain)
  const again = await untilAsked(second, { by: ann, turnId, attempt: 2 })
  assert.notEqual(again.questionId, asked.questionId)
  const answer = { action: 'accept', content: VISIT } as const
  await assert.rejects(second.answerQuestion({ principal: ann, turnId, questionId: asked.questionId, answer }), {
    code: 'QUESTION_OVER',
  })
  await second.answerQuestion({ principal: ann, turnId, questionId: again.questionId, answer })
  const { turn } = await follow(second, turnId, { by: ann, onAsked: () => Promise.resolve() })
  assert.equal(turn.end?.status, 'complete')
})

test('a tool that goes on asking is answered ten times in one call, and then no more', async (t) => {
  const replies: string[] = []
  const insatiable: Skill = {
    name: 'insatiable',
    title: 'Insatiable',
    description: 'Asks and asks.',
    action: 'mcp:call',
    effect: 'read',
    inputSchema: { type: 'object' },
    parse: (input) => input,
    run: async ({ person, signal }) => {
      const question = { from: 'Visits', message: 'And now?', fields: [], url: null }
      for (let round = 0; round < 12; round += 1)
        replies.push((await person?.ask(question, signal))?.action ?? 'nobody')
      return { kind: 'nothing', reason: 'enough', remedy: '' }
    },
  }
  const chain = calling({ tool: 'insatiable', input: {} })
  const house = openConversationHouse({ database, chain, members: [ann], skills: [insatiable] })
  t.after(() => house.drain(0))
  await house.start()
  const { turnId } = await ask(house, ann)
  await follow(house, turnId, answering(house, ann, { action: 'decline' }))
  assert.deepEqual(replies, [...Array.from({ length: 10 }, () => 'decline'), 'cancel', 'cancel'])
})
