import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImportPreview } from '#contract/records.ts'
import { callFaults, callSetting, importProgress, mappingFaults, mapSetting, NOTHING_TOLD } from './import-map.ts'

const PREVIEW: ImportPreview = {
  kind: 'deals',
  kinds: [],
  encoding: 'utf-8',
  delimiter: ',',
  columns: [
    { column: 'id', field: 'id', sample: [] },
    { column: 'Value, net', field: null, sample: [] },
    { column: 'note', field: 'name', sample: [] },
  ],
  fields: [
    { field: 'id', label: 'Deal id', isRequired: true },
    { field: 'value', label: 'Value', isRequired: false },
    { field: 'name', label: 'Name', isRequired: false },
  ],
  missingRequired: [],
  calls: null,
}
const PLAIN = { hasListPrice: false, dayOrder: '' } as const

test('only what differs from the proposal is sent', () => {
  assert.equal(mapSetting(PREVIEW, {}, PLAIN), undefined)
  assert.equal(mapSetting(PREVIEW, { id: 'id', note: null }, PLAIN), 'note=')
  assert.equal(
    mapSetting(PREVIEW, { 'Value, net': 'value' }, { hasListPrice: true, dayOrder: 'day-first' }),
    '"Value, net"=value,@dates=day-first,@list-price=value',
  )
})

test('a missing or doubled field is said before the file is sent', () => {
  assert.deepEqual(mappingFaults(PREVIEW, {}), [])
  assert.deepEqual(mappingFaults(PREVIEW, { id: null }), ['Choose the column that holds “Deal id”.'])
  assert.deepEqual(mappingFaults(PREVIEW, { note: 'id' }), ['“Deal id” is chosen twice.'])
})

test('time left is said only once the rate means something', () => {
  const startedAt = '2026-11-22T10:00:00Z'
  const now = Date.parse(startedAt) + 10_000
  assert.deepEqual(importProgress({ bytesRead: 250, bytesTotal: 1000, startedAt }, now), {
    share: 0.25,
    leftMs: 30_000,
  })
  assert.equal(importProgress({ bytesRead: 10, bytesTotal: 1000, startedAt }, now).leftMs, null)
  assert.deepEqual(importProgress({ bytesRead: 10, bytesTotal: null, startedAt }, now), { share: null, leftMs: null })
})

test('a call needs a day, told or in the file; what is told is sent without what was left open', () => {
  const call = { line: 1, title: null, onDay: null, deal: null, client: null, rep: null }
  const calls = { count: 1, calls: [{ ...call, speakers: [], turns: 2, opening: [] }], faults: [], isExcerpt: false }
  assert.match(callFaults(calls, NOTHING_TOLD)[0] ?? '', /which day/)
  assert.match(callFaults(calls, { ...NOTHING_TOLD, on: '6 May' })[0] ?? '', /year-month-day/)
  const told = { ...NOTHING_TOLD, on: '2026-05-06', deal: 'deal-0042' }
  assert.deepEqual(callFaults(calls, told), [])
  assert.deepEqual(callSetting(calls, told), { on: '2026-05-06', deal: 'deal-0042' })
  assert.deepEqual(callSetting(null, told), {})
  const unread = { count: 0, calls: [], faults: [{ line: 3, reason: 'No speech.' }], isExcerpt: false }
  assert.deepEqual(callFaults(unread, NOTHING_TOLD), ['Line 3: No speech.'])
})
