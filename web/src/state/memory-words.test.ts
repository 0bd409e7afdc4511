import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audiencesFor, strengthWords } from './memory-words.ts'

test('a memory is clear, fading or faint; a pinned one does not fade', () => {
  assert.equal(strengthWords({ strength: 0.9, isPinned: false }), 'Vivid')
  assert.equal(strengthWords({ strength: 0.4, isPinned: false }), 'Fading')
  assert.equal(strengthWords({ strength: 0.1, isPinned: false }), 'Faint')
  assert.equal(strengthWords({ strength: 0.1, isPinned: true }), 'Pinned')
})

test('only what is about a deal or client can be shared with those who see it', () => {
  const subject = { kind: 'deal', id: 'd', label: 'Deal' } as const
  assert.deepEqual(audiencesFor({ subject }, true), ['member', 'record', 'team', 'company'])
  assert.deepEqual(audiencesFor({ subject: null }, false), ['member', 'company'])
  assert.deepEqual(audiencesFor({ subject: { kind: 'contact', id: 'c', label: 'Dana' } }, true), [
    'member',
    'team',
    'company',
  ])
})
