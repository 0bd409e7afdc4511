import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  differingParts,
  differsWords,
  freshWords,
  holdsWords,
  hoursWords,
  keyWords,
  momentWords,
  monthWords,
  nextChangeWords,
  partPolicies,
  stretchWords,
  valueWords,
  verdictWords,
  windowsOn,
  withLocalTimes,
  type Policy,
  type PolicyStep,
} from './calendar-words.ts'

const ZONE = 'Europe/Berlin'
const READER = { zone: ZONE, nowMs: Date.parse('2026-11-29T15:00:00Z') }

function activeOf(label: string, until: string | null) {
  return { name: label, label, priority: 1, until }
}

function stepOf(change: Partial<PolicyStep>): PolicyStep {
  const source = { file: 'calendar.yaml', line: 3 }
  const said = { label: 'Close', says: 'x0.5', value: 5, factor: 0.5, isDecisive: true }
  return { period: 'close', priority: 50, source, ...said, ...change }
}

test('an instant is told by its day in the zone of the reader, with the year when it is another', () => {
  const words = (instant: string): string => momentWords(instant, READER)
  assert.equal(words('2026-11-29T22:59:00Z'), 'today 23:59')
  assert.equal(words('2026-11-29T23:00:00Z'), 'tomorrow 00:00')
  assert.equal(words('2026-11-28T12:00:00Z'), 'yesterday 13:00')
  assert.equal(words('2026-12-01T04:00:00Z'), 'Tue 1 Dec, 05:00')
  assert.equal(words('2026-12-31T23:30:00Z'), 'Fri 1 Jan 2027, 00:30')
  assert.equal(monthWords('2026-11'), 'November 2026')
})

test('what holds is one sentence, however many there are', () => {
  const close = activeOf('Month-end close', '2026-12-01T04:00:00Z')
  const night = activeOf('Quiet night', '2026-11-30T05:00:00Z')
  assert.equal(holdsWords([], READER), 'No period is in force.')
  assert.equal(holdsWords([close], READER), 'Month-end close until Tue 1 Dec, 05:00.')
  assert.equal(
    holdsWords([close, night], READER),
    'Month-end close until Tue 1 Dec, 05:00 and Quiet night until tomorrow 06:00.',
  )
  const many = [close, night, activeOf('a', null), activeOf('b', null)]
  assert.equal(
    holdsWords(many, READER),
    'Month-end close until Tue 1 Dec, 05:00, Quiet night until tomorrow 06:00, and 2 more.',
  )
  assert.equal(holdsWords([activeOf('Always', null)], READER), 'Always with no end in sight.')
})

test('the next change is the next beginning or end after now', () => {
  const windows = [
    { period: 'close', startsAt: '2026-11-25T05:00:00Z', endsAt: '2026-12-01T04:00:00Z' },
    { period: 'night', startsAt: '2026-11-29T21:00:00Z', endsAt: '2026-11-30T05:00:00Z' },
  ]
  const labels = new Map([['night', 'Quiet night']])
  assert.equal(nextChangeWords(windows, labels, READER), 'Quiet night begins today 22:00.')
  assert.equal(nextChangeWords(windows.slice(0, 1), labels, READER), 'close ends Tue 1 Dec, 05:00.')
  const both = [{ period: 'day', startsAt: '2026-11-30T05:00:00Z', endsAt: '2026-11-30T20:00:00Z' }]
  assert.equal(
    nextChangeWords([...windows.slice(1), ...both], labels, { ...READER, nowMs: Date.parse('2026-11-30T00:00:00Z') }),
    'day begins today 06:00, with 1 more.',
  )
  assert.equal(nextChangeWords([], labels, READER), null)
})

test('a window that reaches beyond what is worked out has no end that could be told', () => {
  const words = (startsAt: string, endsAt: string): string => stretchWords({ period: 'a', startsAt, endsAt }, READER)
  const [long, soon, late, far] = ['2026-06-28', '2026-12-01', '2026-12-02', '2028-03-08'].map(
    (day) => `${day}T00:00:00Z`,
  )
  assert.ok(long && soon && late && far)
  assert.equal(words(soon, late), 'Tue 1 Dec, 01:00 to Wed 2 Dec, 01:00')
  assert.equal(words(long, soon), 'until Tue 1 Dec, 01:00')
  assert.equal(words(soon, far), 'from Tue 1 Dec, 01:00 on')
  assert.equal(words(long, far), 'all the time')
  assert.equal(holdsWords([activeOf('Always', far)], READER), 'Always with no end in sight.')
  assert.equal(nextChangeWords([{ period: 'a', startsAt: long, endsAt: far }], new Map(), READER), null)
})

test('the hours of a window are told for each of its days', () => {
  const window = { period: 'night', startsAt: '2026-11-29T21:00:00Z', endsAt: '2026-12-01T05:00:00Z' }
  assert.equal(hoursWords(window, '2026-11-29', ZONE), 'from 22:00')
  assert.equal(hoursWords(window, '2026-11-30', ZONE), 'all day')
  assert.equal(hoursWords(window, '2026-12-01', ZONE), 'until 06:00')
  const day = { period: 'pay', startsAt: '2026-11-29T05:00:00Z', endsAt: '2026-11-29T19:00:00Z' }
  assert.equal(hoursWords(day, '2026-11-29', ZONE), '06:00 to 20:00')
  const early = { period: 'early', startsAt: '2026-11-28T23:00:00Z', endsAt: '2026-11-29T05:00:00Z' }
  assert.equal(hoursWords(early, '2026-11-29', ZONE), 'until 06:00')
  const late = { period: 'late', startsAt: '2026-11-29T21:00:00Z', endsAt: '2026-11-29T23:00:00Z' }
  assert.equal(hoursWords(late, '2026-11-29', ZONE), 'from 22:00')
  assert.deepEqual(windowsOn([window, day], '2026-11-29', ZONE), [window, day])
  assert.deepEqual(windowsOn([window, day], '2026-12-01', ZONE), [window])
  assert.deepEqual(windowsOn([window, day], '2026-12-02', ZONE), [])
})

test('values carry their unit', () => {
  const cases: readonly (readonly [Policy['value'], string, string])[] = [
    [15_000, 'ms', '15\u00a0s'],
    [90_000, 'ms', '90\u00a0s'],
    [7_200_000, 'ms', '2\u00a0h'],
    [250, 'ms', '250\u00a0ms'],
    [1500, 'ms', '1.5\u00a0s'],
    [0, 'ms', '0\u00a0s'],
    [12.5, 'US dollars a day', '$12.5 a day'],
    [20, 'requests a second', '20 requests a second'],
    [1, 'requests a second', '1 request a second'],
    [1, 'replicas', '1 replica'],
    [1, 'entries', '1 entry'],
    [1, '', '1'],
    [1.25, '', '1.25'],
    [true, 'yes or no', 'yes'],
    ['02:30', 'time of day', '02:30'],
    [null, 'time of day', 'nothing'],
    [[], 'text', 'nothing'],
  ]
  for (const [value, unit, words] of cases) assert.equal(valueWords(value, unit), words)
})

test('a key is told by what it moves', () => {
  assert.equal(keyWords('mcp.crm.probe'), 'How often crm is probed')
  assert.equal(keyWords('mcp.*.probe'), 'How often every connection is probed')
  assert.equal(keyWords('limits.member.rate'), 'How fast each member may ask')
  assert.equal(keyWords('cache.tool:ledger.balance.ttl'), 'How long the cache keeps tool:ledger.balance')
  assert.equal(keyWords('freeze.deploys'), 'Whether deploys wait')
  assert.equal(keyWords('context'), 'What the colleagues are told')
  assert.equal(keyWords('moon.phase'), null)
})

test('a step decides, or it is said what overruled it', () => {
  const decisive = stepOf({ priority: 80 })
  const equal = stepOf({ priority: 80, isDecisive: false })
  const lower = stepOf({ priority: 50, isDecisive: false })
  const steps = [decisive, equal, lower]
  assert.deepEqual(
    steps.map((step) => verdictWords(step, steps)),
    ['Decides', 'Overruled by an equal', 'Overruled by a higher priority'],
  )
})

test('keys that nothing moves, or that nothing goes by, stand apart', () => {
  const still: Policy = {
    key: 'mcp.crm.probe',
    base: 1,
    value: 1,
    unit: 'ms',
    isUsed: true,
    until: null,
    isMoving: false,
    steps: [],
    fresh: [],
  }
  const moved = { ...still, key: 'limits.member.rate', steps: [stepOf({})] }
  const unused = { ...moved, key: 'alerts.latency.for', isUsed: false }
  assert.deepEqual(partPolicies([unused, still, moved]), { moved: [moved], unused: [unused], still: [still] })
})

test('instants in sentences are told in the zone of the reader', () => {
  assert.equal(
    withLocalTimes('So it is until 2026-12-01 04:00 UTC. Gone: Pay day ends 2026-11-29 16:00 UTC.', READER),
    'So it is until Tue 1 Dec, 05:00. Gone: Pay day ends today 17:00.',
  )
})

test('who wants fresh values is told with from when', () => {
  const source = { file: 'calendar.yaml', line: 3 }
  const demand = { period: 'close', label: 'Close', from: '2026-11-30T04:00:00Z', isUnderway: false, source }
  assert.equal(freshWords(demand, READER), 'wants fresh values from tomorrow 05:00 on')
  assert.equal(
    freshWords({ ...demand, from: '2026-11-29T04:00:00Z', isUnderway: true }, READER),
    'wants fresh values as of today 05:00',
  )
})

test('where a value would differ is told from when until when, by what way and how often', () => {
  const change = {
    key: 'limits.member.rate',
    unit: 'requests a second',
    before: 40,
    after: 80,
    startsAt: '2026-11-29T21:00:00Z',
    endsAt: '2026-12-01T04:00:00Z',
    isMoving: false,
    again: 0,
  }
  assert.equal(differsWords(change, READER), 'From today 22:00 to Tue 1 Dec, 05:00')
  assert.equal(
    differsWords({ ...change, isMoving: true, again: 29 }, READER),
    'From today 22:00 to Tue 1 Dec, 05:00, by a ramp; and 29 more times',
  )
  assert.equal(differsWords({ ...change, endsAt: null }, READER), 'From today 22:00 on, beyond the next 30 days')
  const now = { ...change, startsAt: '2026-11-29T15:00:20Z' }
  assert.equal(differsWords({ ...now, again: 1 }, READER), 'Now until Tue 1 Dec, 05:00; and 1 more time')
  assert.equal(differsWords({ ...now, endsAt: null }, READER), 'Now, and beyond the next 30 days')
})

test('of texts that are told only those are shown that differ', () => {
  assert.deepEqual(differingParts({ before: ['a', 'b'], after: ['a', 'c'] }), [['b'], ['c']])
  assert.deepEqual(differingParts({ before: ['a'], after: ['a', 'c'] }), [[], ['c']])
  assert.deepEqual(differingParts({ before: ['a', 'b'], after: ['b', 'a'] }), [
    ['a', 'b'],
    ['b', 'a'],
  ])
  assert.deepEqual(differingParts({ before: 1, after: 2 }), [1, 2])
})
