import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readIcal } from './read-ical.ts'

const SPAN = { fromDay: '2026-01-01', toDay: '2028-12-31' }

interface Made {
  readonly event: readonly string[]
  readonly more?: readonly string[]
  readonly newline?: string
}

function write({ event, more = [], newline = '\r\n' }: Made): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', 'SUMMARY:Board', ...event, 'END:VEVENT']
  return [...lines, ...more, 'END:VCALENDAR', ''].join(newline)
}

function eventsOf(text: string, span = SPAN) {
  const reading = readIcal('board.ics', text, span)
  assert.ok('events' in reading, JSON.stringify(reading))
  return reading.events
}

function stretchesOf(text: string): string[] {
  return eventsOf(text).stretches.map(({ startMs, endMs, isFloating }) => {
    const [start, end] = [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 16))
    return `${start} ${end}${isFloating ? ' floating' : ''}`
  })
}

function faultsOf(text: string): string[] {
  const reading = readIcal('board.ics', text, SPAN)
  assert.ok('faults' in reading, JSON.stringify(reading))
  return reading.faults.map(({ source, message }) => `${source.file}:${source.line}: ${message}`)
}

test('whole days, of one day or several; the end is not among them', () => {
  assert.deepEqual(eventsOf(write({ event: ['DTSTART;VALUE=DATE:20260302'] })).days, ['2026-03-02'])
  const several = write({ event: ['DTSTART;VALUE=DATE:20260227', 'DTEND;VALUE=DATE:20260302'] })
  assert.deepEqual(eventsOf(several).days, ['2026-02-27', '2026-02-28', '2026-03-01'])
})

test('a byte-order mark, any kind of line end and folded lines are read', () => {
  const event = ['DTSTART;VALUE=DA', ' TE:20260302']
  for (const newline of ['\r\n', '\n', '\r'])
    assert.deepEqual(eventsOf(`\uFEFF${write({ event, newline })}`).days, ['2026-03-02'])
})

test('times in UTC, in a named zone over a change of the clocks, and without a zone', () => {
  const utc = write({ event: ['DTSTART:20260302T090000Z', 'DURATION:PT90M'] })
  assert.deepEqual(stretchesOf(utc), ['2026-03-02T09:00 2026-03-02T10:30'])
  const weekly = write({
    event: [
      'DTSTART;TZID=Europe/Berlin:20260323T090000',
      'DTEND;TZID=Europe/Berlin:20260323T100000',
      'RRULE:FREQ=WEEKLY;COUNT=2',
    ],
  })
  assert.deepEqual(stretchesOf(weekly), ['2026-03-23T08:00 2026-03-23T09:00', '2026-03-30T07:00 2026-03-30T08:00'])
  const floating = write({ event: ['DTSTART:20260302T090000', 'DTEND:20260302T100000'] })
  assert.deepEqual(stretchesOf(floating), ['2026-03-02T09:00 2026-03-02T10:00 floating'])
})

test('a time that the clocks skip begins when they jump', () => {
  const event = ['DTSTART;TZID=Europe/Berlin:20260329T023000', 'DTEND;TZID=Europe/Berlin:20260329T040000']
  assert.deepEqual(stretchesOf(write({ event })), ['2026-03-29T01:00 2026-03-29T02:00'])
})

test('a zone that only the file defines counts as defined there; one that nobody defines is a fault', () => {
  const zone = ['BEGIN:VTIMEZONE', 'TZID:Office', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0300']
  const more = [...zone, 'TZOFFSETTO:+0300', 'TZNAME:X', 'END:STANDARD', 'END:VTIMEZONE']
  const event = ['DTSTART;TZID=Office:20260302T090000', 'DURATION:PT1H']
  assert.deepEqual(stretchesOf(write({ event, more })), ['2026-03-02T06:00 2026-03-02T07:00'])
  assert.deepEqual(faultsOf(write({ event })), [
    'board.ics:6: "Board": The file does not define the time zone `Office` (no VTIMEZONE), and this system does not know it.',
  ])
})

test('repeated, with dates besides, without dates left out, and up to its end', () => {
  const repeated = write({
    event: [
      'DTSTART;VALUE=DATE:20260105',
      'RRULE:FREQ=WEEKLY;UNTIL=20260126',
      'EXDATE;VALUE=DATE:20260112',
      'RDATE;VALUE=DATE:20260401',
    ],
  })
  assert.deepEqual(eventsOf(repeated).days, ['2026-01-05', '2026-01-19', '2026-01-26', '2026-04-01'])
  const event = ['DTSTART;TZID=America/New_York:20260105T200000', 'DURATION:PT1H']
  const untilUtc = write({ event: [...event, 'RRULE:FREQ=DAILY;UNTIL=20260107T010000Z'] })
  assert.deepEqual(stretchesOf(untilUtc), ['2026-01-06T01:00 2026-01-06T02:00', '2026-01-07T01:00 2026-01-07T02:00'])
})

test('without an end, only as far as the span', () => {
  const { days } = eventsOf(write({ event: ['DTSTART;VALUE=DATE:20151224', 'RRULE:FREQ=YEARLY'] }))
  assert.deepEqual(days, ['2026-12-24', '2027-12-24', '2028-12-24'])
})

test('a leap day occurs in leap years only, a 31st in long months only', () => {
  const leap = ['RRULE:FREQ=YEARLY', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29']
  for (const rule of leap) {
    const { days } = eventsOf(write({ event: ['DTSTART;VALUE=DATE:20240229', rule] }))
    assert.deepEqual(days, ['2028-02-29'])
  }
  const monthly = write({ event: ['DTSTART;VALUE=DATE:20261031', 'RRULE:FREQ=MONTHLY;UNTIL=20270301'] })
  assert.deepEqual(eventsOf(monthly).days, ['2026-10-31', '2026-12-31', '2027-01-31'])
})

test('what is cancelled does not occur: an event, one of its occurrences; one that was moved occurs where it moved to', () => {
  const event = ['DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=WEEKLY;COUNT=3']
  assert.deepEqual(eventsOf(write({ event: [...event, 'STATUS:CANCELLED'] })).days, [])
  const one = ['BEGIN:VEVENT', 'UID:1', 'RECURRENCE-ID;VALUE=DATE:20260112', 'DTSTART;VALUE=DATE:20260113']
  assert.deepEqual(eventsOf(write({ event, more: [...one, 'END:VEVENT'] })).days, [
    '2026-01-05',
    '2026-01-13',
    '2026-01-19',
  ])
  const more = [...one, 'STATUS:CANCELLED', 'END:VEVENT']
  assert.deepEqual(eventsOf(write({ event, more })).days, ['2026-01-05', '2026-01-19'])
})

test('a rule that never meets a day ends in a fault with its line, and not in an endless search', () => {
  const start = 'DTSTART;VALUE=DATE:20260106'
  assert.deepEqual(faultsOf(write({ event: [start, 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'] })), [
    'board.ics:7: "Board": No such month has such a day: the event never occurs.',
  ])
  assert.deepEqual(faultsOf(write({ event: [start, 'RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO'] })), [
    'board.ics:7: "Board": It names no day, however far one looks.',
  ])
})

test('each fault names its event and line', () => {
  assert.deepEqual(faultsOf(write({ event: ['DTSTART;VALUE=DATE:20260231'] })), [
    'board.ics:6: "Board": `2026-02-31` is no day or time.',
  ])
  assert.deepEqual(faultsOf(write({ event: ['LOCATION:Rome'] })), ['board.ics:3: "Board": It has no DTSTART.'])
  assert.deepEqual(faultsOf(write({ event: ['DTSTART:20260302T090000Z', 'DTEND:20260302T080000Z'] })), [
    'board.ics:7: "Board": It ends before it begins.',
  ])
  assert.deepEqual(faultsOf(write({ event: ['DTSTART:20260302T090000Z', 'RRULE:FREQ=HOURLY'] })), [
    'board.ics:7: "Board": Events may repeat daily at most; this one is HOURLY.',
  ])
})

test('what is no iCalendar file is said to be none, with the line where it breaks off', () => {
  assert.match(faultsOf('hello')[0] ?? '', /^board\.ics:1: This is no iCalendar file: /)
  assert.match(faultsOf('')[0] ?? '', /^board\.ics:1: This is no iCalendar file: /)
  assert.match(faultsOf(write({ event: ['no colon here'] }))[0] ?? '', /^board\.ics:6: This is no iCalendar file: /)
  assert.match(faultsOf('BEGIN:VCARD\r\nEND:VCARD\r\n')[0] ?? '', /begins with VCARD/)
})

test('a file may hold so many events, and they may occur so often', () => {
  const event = ['BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20260302', 'END:VEVENT']
  const many = ['BEGIN:VCALENDAR', ...Array.from({ length: 5001 }, () => event).flat(), 'END:VCALENDAR'].join('\r\n')
  assert.deepEqual(faultsOf(many), ['board.ics:1: 5001 events; a file may hold 5000.'])
  const daily = ['BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY', 'END:VEVENT']
  const often = ['BEGIN:VCALENDAR', ...Array.from({ length: 20 }, () => daily).flat(), 'END:VCALENDAR'].join('\r\n')
  assert.deepEqual(faultsOf(often), ['board.ics:1: Its events occur 21920 times around today; at most 20000 may.'])
})
