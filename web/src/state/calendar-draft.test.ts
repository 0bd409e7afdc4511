import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDraftKeeper, includePack, includesPack } from './calendar-draft.ts'

function createStore() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

test('a draft is read again as it was kept, by nobody else, until it is forgotten', () => {
  const store = createStore()
  const draft = { text: 'periods: {}\n', from: '' }
  createDraftKeeper(store, 'olga').keep(draft)
  assert.deepEqual(createDraftKeeper(store, 'olga').read(), draft)
  assert.equal(createDraftKeeper(store, 'otto').read(), null)
  createDraftKeeper(store, 'olga').forget()
  assert.equal(createDraftKeeper(store, 'olga').read(), null)
})

test('a broken, full or closed storage costs nothing but the draft', () => {
  const store = createStore()
  store.kept.set('sophia.calendar.olga', '{"text": 7')
  assert.equal(createDraftKeeper(store, 'olga').read(), null)
  const full = { ...store, setItem: () => assert.fail('full') }
  createDraftKeeper(full, 'olga').keep({ text: 'a', from: '' })
  const closed = createDraftKeeper(null, 'olga')
  closed.keep({ text: 'a', from: '' })
  assert.equal(closed.read(), null)
})

test('a pack is included under the first words of the file, and once', () => {
  const text = '# Ours.\n# Since 2026.\n\nperiods: {}\n'
  const added = includePack(text, 'rent-cycle')
  assert.equal(added, '# Ours.\n# Since 2026.\ninclude: [rent-cycle]\n\nperiods: {}\n')
  assert.equal(includesPack(added, 'rent-cycle'), true)
  assert.equal(includePack(added, 'rent-cycle'), added)
  assert.equal(includePack('', 'rent-cycle'), 'include: [rent-cycle]\n')
})

test('what is included already stays, however it is written', () => {
  assert.equal(
    includePack('include: [other]\nperiods: {}\n', 'rent-cycle'),
    'include: [other, rent-cycle]\nperiods: {}\n',
  )
  assert.equal(includePack('include: []\n', 'rent-cycle'), 'include: [rent-cycle]\n')
  const block = 'include:\n  - other\nperiods: {}\n'
  assert.equal(includePack(block, 'rent-cycle'), 'include:\n  - other\n  - rent-cycle\nperiods: {}\n')
  assert.equal(includePack('include:\n- other', 'rent-cycle'), 'include:\n- other\n- rent-cycle\n')
  assert.equal(includesPack('include:\n  - "rent-cycle" # ours\n', 'rent-cycle'), true)
})

test('a comment about a pack does not include it', () => {
  assert.equal(includesPack('# include: [rent-cycle]\nperiods: {}\n', 'rent-cycle'), false)
})
