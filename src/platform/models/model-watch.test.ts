import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModelWatch } from './model-watch.ts'

const call = (provider: string, status: string) => ({ provider, model: 'one', status, ms: 1 })

test('a model that is away is told although the next in the order answers, until it answers itself', () => {
  const watch = createModelWatch('openai/one')
  assert.equal(watch.observe().state, 'unknown')
  watch.onCall(call('openai', 'MODEL_UNAVAILABLE'))
  watch.onCall(call('playbook', 'ok'))
  assert.deepEqual(watch.observe(), {
    state: 'degraded',
    detail: 'openai/one: MODEL_UNAVAILABLE at its last call. playbook/one answered the last call.',
  })
  watch.onCall(call('openai', 'ok'))
  assert.deepEqual(watch.observe(), { state: 'ok', detail: 'openai/one answered the last call.' })
})

test('without a language model none is said to be well', () => {
  assert.equal(createModelWatch('playbook').observe().state, 'not_configured')
})
