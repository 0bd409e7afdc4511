import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QuestionField } from '#contract/questions.ts'
import { contentOf, hintOf, inputTypeOf, typedOf } from './question-form.ts'

function field(name: string, change: Partial<QuestionField>): QuestionField {
  const bare = { kind: 'text', title: name, description: null, isRequired: false, format: null } as const
  return { ...bare, name, least: null, most: null, options: [], standard: null, ...change }
}

const FIELDS = [
  field('hours', { kind: 'integer', standard: 2, least: 1, most: 8 }),
  field('remind', { kind: 'yes-no', standard: true }),
  field('topics', { kind: 'choices', options: [{ value: 'a', label: 'A' }], most: 2 }),
  field('note', { description: 'For their file.', most: 200 }),
  field('at', { format: 'date-time', isRequired: true }),
]

test('a form begins with the standards, and sends each kind as itself', () => {
  const typed = typedOf(FIELDS)
  assert.deepEqual(typed, { hours: '2', remind: true, topics: [], note: '', at: '' })
  assert.deepEqual(contentOf(FIELDS, typed), { hours: 2, remind: true, topics: [] })
  const at = '2026-12-01T09:30'
  assert.deepEqual(contentOf(FIELDS, { ...typed, hours: '3', topics: ['a'], note: 'x', at }), {
    hours: 3,
    remind: true,
    topics: ['a'],
    note: 'x',
    at: new Date(at).toISOString(),
  })
})

test('what is no number goes as it was typed, so that its fault can be told', () => {
  assert.deepEqual(contentOf(FIELDS.slice(0, 1), { hours: 'two' }), { hours: 'two' })
})

test('hints say what is asked, how much, and what may stay empty', () => {
  assert.deepEqual(FIELDS.map(hintOf), [
    'At least 1, at most 8. May stay empty.',
    '',
    'At most 2 choices. May stay empty.',
    'For their file. At most 200 characters. May stay empty.',
    '',
  ])
  assert.deepEqual(FIELDS.map(inputTypeOf), ['number', 'text', 'text', 'text', 'datetime-local'])
})
