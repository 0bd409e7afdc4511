import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { changeView, readView, sortBy, writeView } from './table-view.ts'
import { CLIENT_TABLE, DEAL_TABLE } from './tables.ts'

test('what the address keeps gives the same view again', () => {
  const view = fc.record({
    search: fc.string(),
    filters: fc.dictionary(fc.constantFrom(...DEAL_TABLE.filters), fc.string({ minLength: 1 })),
    sort: fc.constantFrom(...DEAL_TABLE.sorts),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    columns: fc.subarray([...DEAL_TABLE.columns], { minLength: 1 }),
    pages: fc.array(fc.string({ minLength: 1 })),
    open: fc.option(fc.string()),
  })
  fc.assert(
    fc.property(view, (before) => {
      const after = readView(writeView(before, DEAL_TABLE), DEAL_TABLE)
      assert.deepEqual({ ...after, filters: { ...after.filters } }, { ...before, filters: { ...before.filters } })
    }),
  )
})

test('an untouched view has an empty address', () => {
  assert.equal(writeView(readView('', CLIENT_TABLE), CLIENT_TABLE), '')
})

test('unknown columns, sorts and filters of an old link are left aside', () => {
  const view = readView('sort=evil&order=asc&columns=nope,arr&password=1', CLIENT_TABLE)
  assert.equal(view.sort, 'name')
  assert.equal(view.order, 'asc')
  assert.deepEqual(view.columns, ['arr'])
  assert.deepEqual(view.filters, {})
})

test('a new question starts at the first page; opening a record stays', () => {
  const view = { ...readView('', DEAL_TABLE), pages: ['a', 'b'] }
  assert.deepEqual(changeView(view, { search: 'x' }).pages, [])
  assert.deepEqual(changeView(view, { open: 'd1' }).pages, ['a', 'b'])
})

test('sorting twice by a column turns the order round', () => {
  const once = sortBy(readView('', DEAL_TABLE), 'value', 'desc')
  assert.equal(once.order, 'desc')
  assert.equal(sortBy(once, 'value', 'desc').order, 'asc')
})
