import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Question, QuestionField } from '#contract/questions.ts'
import { answerAtTerminal } from './answer-at-terminal.ts'

function field(name: string, change: Partial<QuestionField> = {}): QuestionField {
  const bare = { kind: 'text', title: name, description: null, isRequired: false, format: null } as const
  return { ...bare, name, least: null, most: null, options: [], standard: null, ...change }
}

const VISIT: Question = {
  from: 'Visits',
  message: 'When do you visit \u001B[2JMaple Ridge?',
  url: null,
  fields: [
    field('Day', { isRequired: true }),
    field('Hours', { kind: 'integer', standard: 2 }),
    field('Kind', { kind: 'choice', options: [{ value: 'remote', label: 'By video' }] }),
    field('Topics', { kind: 'choices', options: [{ value: 'a', label: 'a' }] }),
    field('Remind', { kind: 'yes-no' }),
  ],
}

/** Somebody who says these lines, one after the other, and then leaves. */
function saying(...lines: readonly string[]) {
  const asked: string[] = []
  const left = [...lines]
  return { asked, ask: (prompt: string) => (asked.push(prompt), Promise.resolve(left.shift())) }
}

test('each field is asked with what fits it; what stays empty is left out, and words do not steer the terminal', async () => {
  const { asked, ask } = saying('y', '2026-12-01', '', 'remote', 'a, b', 'n')
  assert.deepEqual(await answerAtTerminal(VISIT, ask), {
    action: 'accept',
    content: { Day: '2026-12-01', Kind: 'remote', Topics: ['a', 'b'], Remind: false },
  })
  assert.deepEqual(asked, [
    '\n"Visits" asks: When do you visit [2JMaple Ridge?\nAnswer? [y/N] ',
    '  Day: ',
    '  Hours (empty: 2): ',
    '  Kind (remote: By video; may stay empty): ',
    '  Topics (a; several with commas; may stay empty): ',
    '  Remind (y/n; may stay empty): ',
  ])
})

test('anything but a yes declines it, and so does leaving in its midst', async () => {
  for (const lines of [[''], ['no'], [], ['y', '2026-12-01']])
    assert.deepEqual(await answerAtTerminal(VISIT, saying(...lines).ask), { action: 'decline' }, lines.join())
})

test('a number is a number, and what is none goes as it was typed so that its fault is told', async () => {
  const hours = { ...VISIT, fields: VISIT.fields.slice(1, 2) }
  assert.deepEqual(await answerAtTerminal(hours, saying('y', '3').ask), { action: 'accept', content: { Hours: 3 } })
  assert.deepEqual(await answerAtTerminal(hours, saying('y', 'x').ask), { action: 'accept', content: { Hours: 'x' } })
})

test('a page is named with its whole address, and nothing is typed for it', async () => {
  const page = { ...VISIT, fields: [], url: 'https://forms.example.com/visit?case=7' }
  const { asked, ask } = saying('yes')
  assert.deepEqual(await answerAtTerminal(page, ask), { action: 'accept', content: {} })
  assert.match(asked[0] ?? '', /https:\/\/forms\.example\.com\/visit\?case=7\nHave you opened the page/)
})
