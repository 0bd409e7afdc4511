import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PLAIN_CALENDAR, type BusinessCalendar } from './business-days.ts'
import { defineBusinessCalendar, type WrittenCalendar } from './define-business-calendar.ts'
import { definePeriod, type WrittenPeriod } from './define-period.ts'
import type { CalendarFault, Defined } from './fault.ts'
import { formatDuration, parseDuration, parseTimeOfDay } from './written-time.ts'

const SOURCE = { file: 'calendar.yaml', line: 7 }
const PAY_READY: BusinessCalendar = { ...PLAIN_CALENDAR, name: 'pay-ready', timeZone: 'America/New_York' }
const CALENDARS = new Map([[PAY_READY.name, PAY_READY]])

function defined<Value>(result: Defined<Value>): Value {
  assert.ok('value' in result, 'faults' in result ? result.faults.map((fault) => fault.message).join() : '')
  return result.value
}

function faultsOf<Value>(result: Defined<Value>): readonly CalendarFault[] {
  assert.ok('faults' in result)
  return result.faults
}

function calendar(more: Partial<WrittenCalendar>): Defined<BusinessCalendar> {
  return defineBusinessCalendar({ name: 'ours', source: SOURCE, ...more })
}

function period(more: Partial<WrittenPeriod>) {
  return definePeriod({ name: 'close', when: 'last 3 bd of month', source: SOURCE, ...more }, CALENDARS)
}

/** The path's last part, the words and the suggestion of the only fault. */
function onlyFault<Value>(result: Defined<Value>): string {
  const [fault, ...others] = faultsOf(result)
  assert.deepEqual(others, [])
  assert.deepEqual(fault?.source, SOURCE)
  return `${fault?.path.at(-1)}: ${fault?.message} [${fault?.suggestion}]`
}

test('a calendar takes its list, changes, week and zone', () => {
  const made = defined(
    calendar({
      base: 'us-fed',
      timezone: 'America/New_York',
      add: ['2026-11-27'],
      remove: ['2026-10-12'],
      week: 'Mon-Wed, fri',
    }),
  )
  assert.deepEqual(made, {
    name: 'ours',
    base: 'us-fed',
    added: new Set(['2026-11-27']),
    removed: new Set(['2026-10-12']),
    workWeek: new Set(['mon', 'tue', 'wed', 'fri']),
    timeZone: 'America/New_York',
  })
  assert.deepEqual(defined(calendar({ name: 'plain' })), PLAIN_CALENDAR)
  assert.deepEqual([...defined(calendar({ week: 'sun-thu' })).workWeek], ['sun', 'mon', 'tue', 'wed', 'thu'])
})

test('a faulty calendar says what is wrong with each part', () => {
  assert.match(onlyFault(calendar({ base: 'us-fet' })), /^base: There is no list of holidays `us-fet`; .*\[us-fed\]$/)
  assert.match(onlyFault(calendar({ add: ['2026-02-30'] })), /^add: `2026-02-30` is no day/)
  assert.match(onlyFault(calendar({ base: 'uk', remove: ['2026-11-26'] })), /^remove: 2026-11-26 is no holiday of `uk`/)
  assert.match(
    onlyFault(calendar({ base: 'uk', add: ['2026-12-25'], remove: ['2026-12-25'] })),
    /^add: 2026-12-25 is both added and removed/,
  )
  assert.match(onlyFault(calendar({ week: '' })), /^week: A week without a working day/)
  assert.match(onlyFault(calendar({ week: 'mon-fry' })), /^week: `mon-fry` is no weekday .*\[fri\]$/)
  assert.match(onlyFault(calendar({ week: 'mon-wed-fri' })), /^week: `mon-wed-fri` is no weekday/)
  assert.match(onlyFault(calendar({ timezone: 'America/New_Yrok' })), /^timezone: .*\[America\/New_York\]$/)
  assert.equal(faultsOf(calendar({ base: 'x', week: 'x', timezone: 'x' })).length, 3, 'all at once')
})

test('a period takes what it says, and else what its calendar says', () => {
  const made = defined(
    period({
      label: 'Month-end close',
      calendar: 'pay-ready',
      hours: ['06:00', '24:00'],
      lead: '4h',
      tail: '1.5h',
      ramp: '30m',
      bridge: true,
      priority: 50,
    }),
  )
  assert.deepEqual(made, {
    name: 'close',
    label: 'Month-end close',
    days: { rule: { kind: 'edge', edge: 'last', count: 3, unit: 'bd', span: 'month' } },
    calendar: PAY_READY,
    timeZone: 'America/New_York',
    fiscal: { kind: 'months', startMonth: 1, startDay: 1 },
    hours: [360, 1440],
    leadMs: 14_400_000,
    tailMs: 5_400_000,
    rampMs: 1_800_000,
    isBridged: true,
    priority: 50,
    source: SOURCE,
  })
  const bare = defined(definePeriod({ name: 'board-day', dates: ['2026-12-03'], source: SOURCE }, CALENDARS))
  assert.deepEqual(
    [bare.label, bare.days, bare.calendar, bare.timeZone, bare.hours, bare.priority, bare.isBridged],
    ['board-day', { dates: new Set(['2026-12-03']) }, PLAIN_CALENDAR, 'UTC', null, 0, false],
  )
  assert.equal(defined(period({ calendar: 'pay-ready', timezone: 'America/Chicago' })).timeZone, 'America/Chicago')
})

test('fiscal settings are a start or a pattern', () => {
  const fiscal = (written: WrittenPeriod['fiscal']) => defined(period({ fiscal: written })).fiscal
  assert.deepEqual(fiscal({ start: '02-01' }), { kind: 'months', startMonth: 2, startDay: 1 })
  assert.deepEqual(fiscal({ pattern: '4-4-5', anchor: '2026-02-01', longYears: ['2028-01-30'] }), {
    kind: 'weeks',
    pattern: '4-4-5',
    anchor: '2026-02-01',
    longYears: new Set(['2028-01-30']),
  })
  const fault = (written: WrittenPeriod['fiscal']): string => onlyFault(period({ fiscal: written }))
  assert.match(fault({ start: '02-29' }), /^fiscal: A fiscal year needs a `start`/)
  assert.match(fault({}), /^fiscal: A fiscal year needs a `start`/)
  assert.match(fault({ start: '02-01', anchor: '2026-02-01' }), /say their `pattern`/)
  assert.match(fault({ pattern: '4-4-5' }), /needs an `anchor`/)
  assert.match(fault({ pattern: '4-4-5', anchor: '2026-02-30' }), /needs an `anchor`/)
  assert.match(fault({ pattern: '4-4-6', anchor: '2026-02-01' }), /no pattern `4-4-6`.*\[4-4-5\]$/)
  assert.match(fault({ pattern: '4-4-5', anchor: '2026-02-01', start: '02-01' }), /either `start` or `pattern`/)
  assert.match(
    fault({ pattern: '4-4-5', anchor: '2026-02-01', longYears: ['2028-02-01'] }),
    /No fiscal year begins on 2028-02-01; beside it they begin on 2028-01-30 and 2029-01-28/,
  )
})

test('a faulty period says what is wrong with each part', () => {
  assert.match(onlyFault(period({ name: 'Close' })), /^name: `Close` is no name/)
  assert.match(onlyFault(period({ name: 'not' })), /^name: `not` is no name/)
  assert.match(onlyFault(period({ when: undefined })), /^when: A period needs a rule/)
  assert.match(onlyFault(period({ dates: ['2026-12-03'] })), /^dates: Say either `when` or `dates`/)
  assert.match(onlyFault(period({ when: undefined, dates: ['3.12.2026'] })), /^dates: `3.12.2026` is no day/)
  assert.match(
    onlyFault(period({ calendar: 'payready' })),
    /^calendar: There is no calendar `payready`; .*\[pay-ready\]$/,
  )
  assert.match(onlyFault(period({ timezone: 'Berlin' })), /^timezone: /)
  for (const hours of [['06:00'], ['06:00', '06:00'], ['24:00', '06:00'], ['6', '20:00'], ['06:00', '24:01']]) {
    assert.match(onlyFault(period({ hours })), /^hours: /, hours.join())
  }
  for (const field of ['lead', 'tail', 'ramp'] as const) {
    assert.match(onlyFault(period({ [field]: '4 hours' })), new RegExp(`^${field}: \`4 hours\` is no duration`))
    assert.match(onlyFault(period({ [field]: '32d' })), /at most 31 days/)
  }
  assert.match(onlyFault(period({ priority: 0.5 })), /^priority: /)
  assert.match(onlyFault(period({ priority: 1001 })), /^priority: /)
})

test("a rule's fault keeps its place in the text", () => {
  const [fault] = faultsOf(period({ when: 'last 3 bd of quater' }))
  assert.deepEqual(fault, {
    source: SOURCE,
    path: ['periods', 'close', 'when'],
    message: 'Expected `month`, `quarter` or `year`, found `quater`. Did you mean `quarter`?',
    place: { offset: 13, length: 6 },
    suggestion: 'quarter',
  })
})

test('durations and times of day', () => {
  assert.deepEqual(
    ['90s', '5m', '4h', '2d', '1.5h', '0s', '5 M'].map(parseDuration),
    [90_000, 300_000, 14_400_000, 172_800_000, 5_400_000, 0, 300_000],
  )
  assert.deepEqual(['', '5', 'm', '-5m', '5w', '1e3s', '1h30m'].map(parseDuration), Array(7).fill(undefined))
  assert.deepEqual([90_000, 300_000, 172_800_000, 0, 250, 1500].map(formatDuration), [
    '90s',
    '5m',
    '2d',
    '0s',
    '250ms',
    '1.5s',
  ])
  assert.deepEqual(['00:00', '6:05', '23:59', '24:00'].map(parseTimeOfDay), [0, 365, 1439, 1440])
  assert.deepEqual(['24:01', '12:60', '1200', '', '-1:00'].map(parseTimeOfDay), Array(5).fill(undefined))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 }), (seconds) => {
      assert.equal(parseDuration(formatDuration(seconds * 1000)), seconds * 1000)
    }),
  )
})
