import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding, SyncRun } from '#contract/sync.ts'
import {
  countsWords,
  everyWords,
  faultyWords,
  freshnessLook,
  groupAilments,
  groupFindings,
  orderCounts,
  previewFields,
  previewTitle,
  runLook,
  runNote,
  runProgress,
  sourceOf,
  syncLook,
  waitingRemovals,
} from './sync-words.ts'

const NONE = { read: 0, created: 0, changed: 0, unchanged: 0, removed: 0, merged: 0, faulty: 0 }
const FRESH = { source: 'crm', name: 'CRM', lastOkAt: null, ageSeconds: 5, state: 'fresh', says: '' } as const

function runOf(part: Partial<SyncRun>): SyncRun {
  return {
    id: '019ab000-0000-7000-8000-000000000001',
    status: 'complete',
    full: true,
    dryRun: false,
    counts: {},
    calls: 0,
    waitedMs: 0,
    faults: 0,
    conflicts: 0,
    errorDetail: null,
    createdAt: '2026-11-28T10:00:00.000Z',
    startedAt: '2026-11-28T10:00:00.000Z',
    endedAt: '2026-11-28T10:00:30.000Z',
    ...part,
  }
}

function finding(part: Partial<Finding>): Finding {
  return { sort: 'fault', kind: 'deals', sourceId: '1', field: null, reason: 'why', value: null, ...part }
}

test('only what is out of date or never came gets a mark of its own', () => {
  assert.deepEqual(
    (['fresh', 'stale', 'never', 'off'] as const).map((state) => freshnessLook(state)?.signal ?? null),
    [null, 'watch', 'unknown', null],
  )
})

test('a record of a connection names it before the colon; others name none', () => {
  assert.deepEqual(['crm:1042', 'd3', ':x', 'crm:a:b'].map(sourceOf), ['crm', null, null, 'crm'])
})

test('failures come before freshness, and switched off is no signal', () => {
  const look = (failures: number, enabled = true) => syncLook({ enabled, failures, freshness: FRESH })?.signal ?? null
  assert.deepEqual([look(0), look(1), look(3), look(3, false)], ['good', 'watch', 'risk', null])
})

test('schedules are said as people say them', () => {
  assert.deepEqual([1, 15, 60, 90, 120, 1440, 2880, 10_080].map(everyWords), [
    'every minute',
    'every 15 min',
    'every hour',
    'every 90 min',
    'every 2 hours',
    'every day',
    'every 2 days',
    'every week',
  ])
})

test('counts name what happened and leave out what did not', () => {
  assert.equal(countsWords({ ...NONE, read: 15, created: 12, unchanged: 3 }), '12 new, 3 as before')
  assert.equal(countsWords(NONE), '')
  assert.deepEqual([faultyWords(NONE), faultyWords({ faulty: 4 })], [null, '4 faulty'])
})

test('counts stand in the order of the mapping, what it does not name last', () => {
  const text = 'name: CRM\nreads:\n  - name: owners\n    kind: reps\n  - kind: deals\n    name: "deals"\n'
  const ordered = orderCounts({ old: NONE, deals: NONE, owners: NONE }, text)
  assert.deepEqual(
    ordered.map(([name]) => name),
    ['owners', 'deals', 'old'],
  )
})

test('a run is good only when all of it was stored', () => {
  const counts = { deals: { ...NONE, read: 3, created: 3 } }
  const looks = [
    runOf({ counts }),
    runOf({ counts, faults: 1 }),
    runOf({ status: 'failed' }),
    runOf({ dryRun: true }),
    runOf({}),
  ]
  assert.deepEqual(
    looks.map((run) => runLook(run)),
    [
      { signal: 'good', words: 'Stored' },
      { signal: 'watch', words: 'Stored, but not all of it' },
      { signal: 'risk', words: 'Failed' },
      { signal: 'unknown', words: 'Tried only, nothing stored' },
      { signal: 'good', words: 'Nothing had changed' },
    ],
  )
  assert.equal(
    runNote(runOf({ calls: 7, waitedMs: 5000 })),
    'Everything was read, took 30 s, 7 calls, 5 s of it waiting, because it asked for that',
  )
})

test('progress is told only against a whole run of before', () => {
  const before = runOf({ id: '019ab000-0000-7000-8000-000000000000', counts: { deals: { ...NONE, read: 200 } } })
  const now = Date.parse('2026-11-28T10:00:10.000Z')
  const running = runOf({ status: 'running', endedAt: null, counts: { deals: { ...NONE, read: 50 } } })
  assert.deepEqual(runProgress(running, [running, before], now), { share: 0.25, leftMs: 30_000 })
  assert.equal(runProgress(running, [running], now), null)
  assert.equal(runProgress({ ...running, full: false }, [before], now), null)
  assert.equal(runProgress({ ...running, counts: { deals: { ...NONE, read: 900 } } }, [before], now)?.share, 0.99)
})

test('removals wait until everything was read again', () => {
  const note = finding({
    sort: 'note',
    sourceId: null,
    reason:
      '30 of 60 deals were not met. Nothing was removed. Look; if they are gone, run the sync with "acceptRemovals".',
  })
  const asked = { ...runOf({}), findings: [note] }
  const later = { ...runOf({ full: false }), findings: [] }
  const whole = { ...runOf({}), findings: [] }
  const dry = { ...runOf({ dryRun: true }), findings: [] }
  const said = ['30 of 60 deals were not met. Nothing was removed.']
  assert.deepEqual(waitingRemovals([asked]), said)
  assert.deepEqual(waitingRemovals([dry, later, asked]), said)
  assert.deepEqual(waitingRemovals([whole, asked]), [])
  assert.deepEqual(groupFindings({ findings: [note], faults: 0, conflicts: 0 }), [])
})

test('findings stand by sort, and a cut is told', () => {
  const findings = [finding({}), finding({ sort: 'conflict' }), finding({ sort: 'note' })]
  assert.deepEqual(
    groupFindings({ findings, faults: 250, conflicts: 1 }).map(({ title }) => title),
    ['1 note', '1 conflict', '250 faults, the first 1 here'],
  )
})

test('what is wrong in the same way is told once, the most frequent first', () => {
  const ailments = groupAilments([
    finding({ sourceId: '1', reason: 'one' }),
    finding({ sourceId: '2', reason: 'other' }),
    finding({ sourceId: '3', reason: 'other' }),
    finding({ sourceId: null, reason: 'other', value: 'x' }),
  ])
  assert.deepEqual(
    ailments.map(({ reason, sourceIds }) => [reason, ...sourceIds]),
    [['other', '2', '3'], ['one', '1'], ['other']],
  )
})

test('a record of a preview has a title, and amounts keep their currency', () => {
  const fields = { name: 'Big deal', client: null, value: '10.50', currency: 'EUR', closeOn: '2026-12-08', rep: '' }
  assert.equal(previewTitle(fields), 'Big deal')
  assert.equal(previewTitle({ client: 'crm:1' }), null)
  assert.deepEqual(previewFields(fields), [
    { name: 'Value', value: '10.50 EUR' },
    { name: 'Close on', value: '8 Dec 2026' },
  ])
  assert.deepEqual(previewFields({ name: 'A', currency: 'EUR' }), [{ name: 'Currency', value: 'EUR' }])
})
