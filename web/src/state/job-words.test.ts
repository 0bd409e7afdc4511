import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jobWords } from './job-words.ts'

test('a job is named by what it does; one that is not known keeps its own name', () => {
  assert.equal(jobWords('draft-send'), 'Send an approved draft')
  assert.equal(jobWords('crm-tidy-up'), 'Crm tidy up')
})
