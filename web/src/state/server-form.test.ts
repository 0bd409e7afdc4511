import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerRecord } from '#contract/mcp.ts'
import { EMPTY_FORM, formOf, idOf, readChange, readNew } from './server-form.ts'

const RECORD: ServerRecord = {
  id: 'crm',
  name: 'CRM',
  source: 'api',
  transport: 'streamable-http',
  target: 'https://crm.example/mcp',
  headers: ['Authorization'],
  critical: false,
  enabled: true,
  expectedTools: ['find', 'read'],
  credentials: 'none',
}

test('an id comes from the name and always fits', () => {
  assert.equal(idOf('Kestrel CRM (EU)'), 'kestrel-crm-eu')
  assert.equal(idOf('Größe & Zahl'), 'gro-e-zahl')
  assert.equal(idOf('—'), '')
  for (const name of ['a'.repeat(99), `${'a'.repeat(39)} b`, `- ${'ab '.repeat(40)}`])
    assert.match(idOf(name), /^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$/)
})

test('the least that is needed is sent, and nothing that was left empty', () => {
  assert.deepEqual(readNew({ ...EMPTY_FORM, name: ' CRM ', id: 'crm', url: ' https://crm.example/mcp?x=1 ' }), {
    body: { id: 'crm', name: 'CRM', url: 'https://crm.example/mcp?x=1', credentials: 'none' },
  })
})

test('headers, tools and a client go along', () => {
  const form = {
    ...EMPTY_FORM,
    name: 'CRM',
    id: 'crm',
    url: 'https://crm.example/mcp',
    headers: [{ key: 1, name: ' Authorization ', value: 'Bearer x' }],
    expectedTools: 'find, read\nfind\n',
    critical: true,
    credentials: 'member' as const,
    clientId: 'sophia',
    scope: 'read',
  }
  const read = readNew(form)
  assert.ok('body' in read)
  assert.deepEqual(read.body.headers, { Authorization: 'Bearer x' })
  assert.deepEqual(read.body.expectedTools, ['find', 'read'])
  assert.deepEqual(read.body.oauth, { clientId: 'sophia', scope: 'read' })
})

test('each fault is told at its field', () => {
  const read = readNew({
    ...EMPTY_FORM,
    id: 'No Good',
    url: 'ftp://x',
    headers: [{ key: 1, name: 'X', value: '' }],
    credentials: 'shared',
    clientSecret: 'alone',
  })
  assert.ok('faults' in read)
  assert.deepEqual(Object.keys(read.faults).toSorted(), ['headers', 'id', 'name', 'oauth', 'url'])
})

test('only what was changed is sent; headers stay unless they are replaced', () => {
  const form = formOf(RECORD)
  assert.equal(readChange(form, RECORD), null)
  assert.deepEqual(readChange({ ...form, name: 'New', expectedTools: 'find' }, RECORD), {
    body: { name: 'New', expectedTools: ['find'] },
  })
  assert.deepEqual(readChange({ ...form, replacesHeaders: true }, RECORD), { body: { headers: {} } })
})
