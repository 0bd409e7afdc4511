import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outageWords } from './outage-words.ts'

const INSTRUCTIONS = [
  'Today is 2026-11-28 (UTC).',
  'The connection "Our CRM" cannot be used: Cannot be reached. It has been so for 3 min.',
  'The connection "Mail" cannot be used: Switched off.',
].join('\n')

test('a question that names a connection that is out is told which, why and since when', () => {
  const answer = outageWords('What does our crm say about Pier?', INSTRUCTIONS)
  assert.deepEqual(answer, ['The connection "Our CRM" cannot be used: Cannot be reached. It has been so for 3 min.'])
})

test('other questions are told nothing of it', () => {
  assert.deepEqual(outageWords('How is our pipeline?', INSTRUCTIONS), [])
  assert.deepEqual(outageWords('What does our crm say?', 'Today is 2026-11-28 (UTC).'), [])
})
