import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { QuestionAnswer } from '#contract/questions.ts'
import { answering, follow, openAskingHouse, SERVERS, VISIT, type Asked } from '../support/asking-house.ts'
import { ask, calling } from '../support/conversation-house.ts'

const asking = await openAskingHouse()
const { ann, bench } = asking

/** Longer than a call may take here: the person's time is not the server's. */
const PERSON_MS: Readonly<Record<string, number>> = { modern: 3300, legacy: 3300 }

for (const server of SERVERS) {
  test(`${server}: what a tool asks reaches the person as fields, and their answer reaches the tool`, async (t) => {
    const house = await asking.houseWith(
      t,
      calling({ tool: `${server}__plan_visit`, input: { client: 'Maple Ridge' } }),
    )
    const { turnId } = await ask(house, ann)
    const seen: Asked[] = []
    const { turn, events } = await follow(house, turnId, {
      by: ann,
      onAsked: async (asked) => {
        seen.push(asked)
        await delay(PERSON_MS[server] ?? 0)
        const answer = { action: 'accept', content: VISIT } as const
        await house.answerQuestion({ principal: ann, turnId, questionId: asked.questionId, answer })
      },
    })
    assert.equal(seen.length, 1)
    assert.deepEqual([seen[0]?.from, seen[0]?.message], ['Visits', 'When do you visit Maple Ridge?'])
    assert.deepEqual(
      seen[0]?.fields.map(({ name, kind, isRequired, least, most, standard }) => [
        name,
        kind,
        isRequired,
        least,
        most,
        standard,
      ]),
      [
        ['day', 'text', true, null, null, null],
        ['hours', 'integer', false, 1, 8, 2],
        ['kind', 'choice', true, null, null, null],
        ['topics', 'choices', false, null, 2, null],
        ['remind', 'yes-no', false, null, null, true],
        ['contact', 'text', false, null, null, null],
      ],
    )
    assert.deepEqual(seen[0]?.fields[2]?.options[0], { value: 'on-site', label: 'At their office' })
    // What was left out holds its standard.
    assert.match(
      turn.text,
      /\\?"day\\?":\\?"2026-12-01\\?".*\\?"hours\\?":2|\\?"hours\\?":2.*\\?"day\\?":\\?"2026-12-01\\?"/,
    )
    assert.match(turn.text, /\\?"remind\\?":true/)
    assert.equal(turn.calls[0]?.state, 'ok')
    assert.equal(events.find((event) => event.type === 'question-answered')?.action, 'accepted')
    assert.ok(!JSON.stringify(events.filter(({ type }) => type.startsWith('question'))).includes('2026-12-01'))
  })

  test(`${server}: a no is told to the tool as a no`, async (t) => {
    const house = await asking.houseWith(t, calling({ tool: `${server}__plan_visit`, input: { client: 'Kestrel' } }))
    const { turnId } = await ask(house, ann)
    const { turn, events } = await follow(house, turnId, answering(house, ann, { action: 'decline' }))
    assert.match(turn.text, /\\?"answer\\?":\\?"decline\\?"/)
    assert.equal(events.find((event) => event.type === 'question-answered')?.action, 'declined')
  })

  test(`${server}: progress of a long call reaches the reader`, async (t) => {
    const house = await asking.houseWith(t, calling({ tool: `${server}__long_report`, input: { stepMs: 60 } }))
    const { turnId } = await ask(house, ann)
    const { events, turn } = await follow(house, turnId, answering(house, ann, { action: 'decline' }))
    const told = events.filter((event) => event.type === 'tool-progress')
    assert.deepEqual([told[0]?.progress, told[0]?.total, told[0]?.message], [1, 4, 'Read part 1'])
    // At most one a second and the last; over a pipe that may come together with the answer, and then it says no more.
    assert.ok(told.length <= 2 && told.every(({ progress }, at) => at === 0 || progress === 4), JSON.stringify(told))
    assert.equal(turn.calls[0]?.state, 'ok')
  })
}

test('an answer that does not fit is told field by field, and the question stands', async (t) => {
  const house = await asking.houseWith(t, calling({ tool: 'modern__plan_visit', input: { client: 'Maple Ridge' } }))
  const { turnId } = await ask(house, ann)
  const { turn } = await follow(house, turnId, {
    by: ann,
    onAsked: async ({ questionId }) => {
      const wrong = { day: 'soon', hours: 9, kind: 'by boat', topics: ['renewal', 'training', 'roadmap'], more: 'x' }
      const answer = (content: object): Promise<void> =>
        house.answerQuestion({
          principal: ann,
          turnId,
          questionId,
          answer: { action: 'accept', content: content as NonNullable<QuestionAnswer['content']> },
        })
      await assert.rejects(answer(wrong), (error: { code: string; faults: { path: string; message: string }[] }) => {
        assert.equal(error.code, 'INVALID_INPUT')
        assert.deepEqual(
          error.faults.map(({ path, message }) => `${path} ${message}`),
          [
            'content.more was not asked for',
            'content.day has to be a day such as 2026-11-30',
            'content.hours has to be at most 8',
            'content.kind has to be one of the choices',
            'content.topics has to be at most 2 choices',
          ],
        )
        return true
      })
      await answer(VISIT)
    },
  })
  assert.equal(turn.calls[0]?.state, 'ok')
})

test('a writing tool that asks writes once, after the yes to the call and the yes to its question', async (t) => {
  const house = await asking.houseWith(t, calling({ tool: 'modern__confirm_note', input: { text: 'call Kim' } }))
  for (const action of ['decline', 'accept'] as const) {
    const before = bench.notes.length
    const { turnId } = await ask(house, ann)
    const { turn } = await follow(house, turnId, answering(house, ann, { action }))
    assert.equal(bench.notes.length, before + (action === 'accept' ? 1 : 0))
    assert.match(turn.text, action === 'accept' ? /Written: call Kim/ : /Not written: decline/)
  }
})

test('a page of the server is named with its whole address, and nothing is opened', async (t) => {
  for (const server of ['modern', 'legacy']) {
    const house = await asking.houseWith(t, calling({ tool: `${server}__fill_page`, input: {} }))
    const { turnId } = await ask(house, ann)
    const seen: (string | null)[] = []
    const { turn } = await follow(house, turnId, {
      by: ann,
      onAsked: ({ questionId, url }) => {
        seen.push(url)
        return house.answerQuestion({ principal: ann, turnId, questionId, answer: { action: 'accept' } })
      },
    })
    assert.deepEqual(seen, ['https://forms.example.com/visit?case=7'])
    assert.match(turn.text, /The page: accept/)
    await house.drain(0)
  }
})
