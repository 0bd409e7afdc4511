import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingTools, readForm, readMinutes, startForm, toolsOf, type Mapping } from './sync-form.ts'

const GENERIC = 'name: CRM\nreads:\n  - name: owners\n    tool: list_owners\n  - tool: "search_objects"\n'

function mapping(name: string, part: Partial<Mapping> = {}): Mapping {
  return { name, label: null, settings: [], text: GENERIC, faults: [], ...part }
}

test('the tools of a mapping are read from its text, each once', () => {
  assert.deepEqual(toolsOf(`${GENERIC}  - tool: search_objects\n# tool: none\n`), ['list_owners', 'search_objects'])
  assert.deepEqual(missingTools(GENERIC, ['list_owners']), ['search_objects'])
  assert.equal(missingTools(GENERIC, null), null)
})

test('the form begins with the mapping that fits, else with the generic one', () => {
  const others = [mapping('acme', { text: 'reads:\n  - tool: acme-find\n' }), mapping('generic')]
  assert.equal(startForm(others, ['acme-find']).mapping, 'acme')
  assert.equal(startForm(others, ['nothing']).mapping, 'generic')
  assert.equal(startForm(others, null).mapping, 'generic')
  assert.equal(startForm([mapping('acme', { faults: ['line 1: x'] })], ['list_owners']).mapping, 'acme')
})

test('a faulty field is told at its name', () => {
  const form = { ...startForm([mapping('generic')], null), currency: 'euro', minutes: '0' }
  const read = readForm('crm', form, ['org'])
  assert.deepEqual('faults' in read && Object.keys(read.faults).toSorted(), ['currency', 'minutes', 'org'])
})

test('a good form is what the contract wants', () => {
  const form = { ...startForm([mapping('generic')], null), currency: 'eur', minutes: '1,440', settings: { org: ' a ' } }
  const read = readForm('crm', form, ['org'])
  assert.deepEqual('body' in read && read.body, {
    serverId: 'crm',
    mapping: 'generic',
    settings: { org: 'a' },
    currency: 'EUR',
    scheduleMinutes: 1440,
  })
})

test('minutes are whole and within a week', () => {
  assert.deepEqual(['15', '', '1.5', '10081', ' 60 ', 'x'].map(readMinutes), [15, null, null, null, 60, null])
})
