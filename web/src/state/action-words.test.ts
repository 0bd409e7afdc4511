import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTIONS } from '../../../src/domain/permission.ts'
import { actionGroups, actionWords } from './action-words.ts'

const all = Object.keys(ACTIONS).filter((action) => action !== 'session:end')

test('every action that a key could use can be chosen once, in words of its own', () => {
  const choices = actionGroups(Object.keys(ACTIONS)).flatMap((group) => group.choices)
  assert.deepEqual(new Set(choices.map((choice) => choice.action)), new Set(all))
  assert.equal(new Set(choices.map((choice) => choice.words)).size, choices.length)
  assert.ok(!actionGroups(Object.keys(ACTIONS)).some((group) => group.title === 'Other'))
})

test('only what one may do oneself is offered, and an action this page does not know keeps its name', () => {
  assert.deepEqual(actionGroups(['records:read', 'star:gaze']), [
    { title: 'Read', choices: [{ action: 'records:read', words: actionWords('records:read') }] },
    { title: 'Other', choices: [{ action: 'star:gaze', words: 'Star gaze' }] },
  ])
})
