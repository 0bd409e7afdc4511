import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf, lineWords, mend, placeOf, type Fault } from './calendar-faults.ts'

const TEXT = `calendars:
  ours: { base: us-fad, timezone: Amerika/New_York }
periods:
  close:
    label: Close
    when: last 3 bd of moth # each
    calendar: our
  pay:
    when: "days 1, 15 off month"
  other:
    when: bd
    calendar: ours
policies:
  - match: clse and not pay
    limits:
      member: { rate: fast, budget: x2 }
`

function faultOf(line: number, path: string, change: Partial<Fault> = {}): Fault {
  const place = { column: null, offset: null, length: null, suggestion: null }
  return { file: 'calendar.yaml', line, path: path.split('/'), message: 'Wrong.', ...place, ...change }
}

function shown(fault: Fault): string | null {
  const place = placeOf(TEXT, fault)
  return place && TEXT.slice(place.start, place.end)
}

test('a fault is found at its characters, within the field of its thing', () => {
  assert.equal(shown(faultOf(4, 'periods/close/when', { offset: 13, length: 4 })), 'moth')
  assert.equal(shown(faultOf(8, 'periods/pay/when', { offset: 11, length: 3 })), 'off')
  assert.equal(shown(faultOf(14, 'policies/0/match', { offset: 0, length: 4 })), 'clse')
})

test('its line is that of the field, not of the thing it is in', () => {
  assert.equal(lineOf(TEXT, faultOf(4, 'periods/close/when')), 6)
  assert.equal(lineOf(TEXT, faultOf(10, 'periods/other')), 10)
})

test('without a place the whole value is meant, quotes and comments left out', () => {
  assert.equal(shown(faultOf(4, 'periods/close/when')), 'last 3 bd of moth')
  assert.equal(shown(faultOf(8, 'periods/pay/when')), 'days 1, 15 off month')
  assert.equal(shown(faultOf(2, 'calendars/ours/base')), 'us-fad')
  assert.equal(shown(faultOf(2, 'calendars/ours/timezone')), 'Amerika/New_York')
  assert.equal(shown(faultOf(16, 'policies/0/limits.member.rate')), 'fast')
})

test('a field that its thing does not have is not taken from the next; then the line is shown', () => {
  assert.equal(shown(faultOf(8, 'periods/pay/calendar')), 'pay:')
  assert.equal(shown(faultOf(10, 'periods/other')), 'other:')
})

test('something missing at the end stands at the end of the value', () => {
  const place = placeOf(TEXT, faultOf(10, 'periods/other/when', { offset: 2, length: 0 }))
  assert.deepEqual(place, { start: TEXT.indexOf('bd\n    cal') + 2, end: TEXT.indexOf('bd\n    cal') + 2 })
})

test('a suggestion takes the place of what is wrong', () => {
  const mended = (fault: Fault): string | null => mend(TEXT, fault)
  assert.equal(
    mended(faultOf(4, 'periods/close/when', { offset: 13, length: 4, suggestion: 'month' })),
    TEXT.replace('moth', 'month'),
  )
  assert.equal(
    mended(faultOf(4, 'periods/close/calendar', { suggestion: 'ours' })),
    TEXT.replace('calendar: our\n', 'calendar: ours\n'),
  )
  assert.equal(
    mended(faultOf(2, 'calendars/ours/timezone', { suggestion: 'America/New_York' })),
    TEXT.replace('Amerika/New_York', 'America/New_York'),
  )
})

test('without a suggestion, or without certainty where it belongs, nothing is replaced', () => {
  assert.equal(mend(TEXT, faultOf(4, 'periods/close/when', { offset: 13, length: 4 })), null)
  assert.equal(mend(TEXT, faultOf(8, 'periods/pay/calendar', { suggestion: 'ours' })), null)
  assert.equal(mend(TEXT, faultOf(16, 'policies/0/limits.member.rate', { suggestion: 'limits.member.rate' })), null)
})

test('a fault of a pack has its file and no place here; a line beyond the text is its last', () => {
  const inPack = faultOf(3, 'periods/close', { file: 'rent-cycle.yaml', suggestion: 'close' })
  assert.equal(lineWords(inPack), 'rent-cycle.yaml, line 3')
  assert.equal(lineWords(faultOf(3, 'periods')), 'Line 3')
  assert.equal(placeOf(TEXT, inPack), null)
  assert.equal(lineOf(TEXT, inPack), null)
  assert.equal(mend(TEXT, inPack), null)
  assert.deepEqual(placeOf(TEXT, faultOf(900, 'periods')), { start: TEXT.length, end: TEXT.length })
  assert.deepEqual(placeOf('', faultOf(1, 'periods')), { start: 0, end: 0 })
})
