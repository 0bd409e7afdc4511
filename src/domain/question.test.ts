import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkAnswer, withStandards, type FieldValue, type QuestionField } from './question.ts'

function field(change: Partial<QuestionField>): QuestionField {
  return {
    name: 'it',
    kind: 'text',
    title: 'It',
    description: null,
    isRequired: false,
    format: null,
    least: null,
    most: null,
    options: [],
    standard: null,
    ...change,
  }
}

const OPTIONS = ['a', 'b', 'c'].map((value) => ({ value, label: value.toUpperCase() }))

/** Field, value, what is said of it. */
const CASES: readonly (readonly [Partial<QuestionField>, FieldValue, string | null])[] = [
  [{ isRequired: true }, ' ', 'is needed'],
  [{}, 7, 'has to be text'],
  [{ least: 2, most: 3 }, 'x', 'has to be at least 2 characters'],
  [{ least: 2, most: 3 }, '🦊🦊🦊', null],
  [{ most: 3 }, 'four', 'has to be at most 3 characters'],
  [{ format: 'email' }, 'kim@example.com', null],
  [{ format: 'email' }, 'kim at example.com', 'has to be an e-mail address'],
  [{ format: 'uri' }, 'https://example.com/a', null],
  [{ format: 'uri' }, 'example', 'has to be an address such as https://example.com'],
  [{ format: 'date' }, '2028-02-29', null],
  [{ format: 'date' }, '2027-02-29', 'has to be a day such as 2026-11-30'],
  [{ format: 'date-time' }, '2026-11-30T09:00:00Z', null],
  [{ format: 'date-time' }, '2026-11-30', 'has to be a time such as 2026-11-30T09:00:00Z'],
  [{ kind: 'number', least: 0 }, -0.5, 'has to be at least 0'],
  [{ kind: 'number' }, '7', 'has to be a number'],
  [{ kind: 'integer' }, 1.5, 'has to be a whole number'],
  [{ kind: 'integer', most: 8 }, 8, null],
  [{ kind: 'yes-no' }, 'yes', 'has to be yes or no'],
  [{ kind: 'choice', options: OPTIONS }, 'b', null],
  [{ kind: 'choice', options: OPTIONS }, 'B', 'has to be one of the choices'],
  [{ kind: 'choices', options: OPTIONS, most: 2 }, ['a', 'c'], null],
  [{ kind: 'choices', options: OPTIONS, most: 2 }, ['a', 'b', 'c'], 'has to be at most 2 choices'],
  [{ kind: 'choices', options: OPTIONS }, ['a', 'd'], 'has to be some of the choices'],
]

test('each kind of field says what does not fit it', () => {
  for (const [change, value, says] of CASES) {
    const faults = checkAnswer([field(change)], { it: value })
    assert.equal(faults[0]?.message ?? null, says, JSON.stringify([change, value]))
  }
})

test('what was not asked for is told, and what is needed is missed', () => {
  assert.deepEqual(checkAnswer([field({ isRequired: true })], { other: 'x' }), [
    { path: 'other', message: 'was not asked for' },
    { path: 'it', message: 'is needed' },
  ])
})

test('a standard holds for what is left out or empty, and never over what was given', () => {
  const fields = [field({ name: 'hours', kind: 'integer', standard: 2 }), field({ name: 'note', standard: 'none' })]
  assert.deepEqual(withStandards(fields, { note: '' }), { hours: 2, note: 'none' })
  fc.assert(
    fc.property(fc.integer({ min: 1 }), (hours) => {
      assert.deepEqual(withStandards(fields, { hours }), { hours, note: 'none' })
    }),
  )
})
