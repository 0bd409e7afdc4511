import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecoveryAction } from '#contract/recoveries.ts'
import { recoveryDetail, recoveryWords } from './recovery-words.ts'

test('whatever was mended by itself is said in words, with its part by the name people know', () => {
  for (const action of RecoveryAction.options) assert.match(recoveryWords({ action, detail: 'redis' }), / .* /)
  assert.equal(recoveryWords({ action: 'part-back', detail: 'mcp' }), 'Connections: works again')
  assert.equal(recoveryDetail({ action: 'part-back', detail: 'mcp' }), '')
  assert.equal(recoveryDetail({ action: 'read-only-began', detail: '4.9 % free' }), '4.9 % free')
})
