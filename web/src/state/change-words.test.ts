import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeWords, type Change } from './change-words.ts'

const at = '2026-03-10T09:00:00Z'
const said = (kind: Change['kind'], subject: string): string => changeWords({ at, kind, subject, by: null }).says

test('each kind of change is told as a person would', () => {
  assert.equal(said('started', '1.2.0'), 'A process of version 1.2.0 began')
  assert.equal(said('schema', '25'), 'The database went to schema 25')
  assert.equal(said('changed', 'setting SOPHIA_MODEL'), 'SOPHIA_MODEL has another value')
  assert.equal(said('changed', 'persona marcus'), 'Marcus answers by another version')
  assert.equal(said('changed', 'calendar'), 'The business calendar was changed in its file')
  assert.equal(said('changed', 'mcp.json'), 'mcp.json was changed')
  assert.equal(said('done', 'mcp.add crm'), 'A connection was added: crm')
  assert.equal(said('done', 'calendar.save'), 'The business calendar was saved')
  // An action of a newer server.
  assert.equal(said('done', 'moon.move'), 'Moon move')
})
