import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, type Day } from '../day.ts'
import {
  isBusinessDay,
  isHoliday,
  nextBusinessDay,
  PLAIN_CALENDAR,
  previousBusinessDay,
  type BusinessCalendar,
} from './business-days.ts'
import { onOrAfter, onOrBefore, weekdayOf, weekdaysBetween, WEEKDAYS } from './weekday.ts'

const FED: BusinessCalendar = { ...PLAIN_CALENDAR, name: 'fed', base: 'us-fed' }
const PAY_READY: BusinessCalendar = {
  ...FED,
  added: new Set(['2026-11-27']),
  removed: new Set(['2026-10-12']),
}
const GULF: BusinessCalendar = { ...PLAIN_CALENDAR, workWeek: new Set(['sun', 'mon', 'tue', 'wed', 'thu']) }

test('weekdays, by days of history', () => {
  const known = {
    '1969-07-20': 'sun',
    '1970-01-01': 'thu',
    '2000-02-29': 'tue',
    '2026-11-26': 'thu',
    '1900-01-01': 'mon',
  }
  for (const [day, weekday] of Object.entries(known)) assert.equal(weekdayOf(day), weekday, day)
  assert.deepEqual(weekdaysBetween('fri', 'mon'), ['fri', 'sat', 'sun', 'mon'])
  assert.deepEqual(weekdaysBetween('wed', 'wed'), ['wed'])
})

test('the nearest weekday on either side is that weekday and within a week', () => {
  const days = fc.integer({ min: -20_000, max: 40_000 }).map((offset) => addDays('2000-01-01', offset))
  fc.assert(
    fc.property(days, fc.constantFrom(...WEEKDAYS), (day, weekday) => {
      const after = onOrAfter(day, weekday)
      const before = onOrBefore(day, weekday)
      assert.deepEqual([weekdayOf(after), weekdayOf(before)], [weekday, weekday])
      assert.ok(after >= day && after < addDays(day, 7) && before <= day && before > addDays(day, -7))
    }),
  )
})

test('a Fed bank works on the Friday before a Saturday holiday and rests on the Monday after a Sunday one', () => {
  assert.equal(isBusinessDay(FED, '2026-07-03'), true)
  assert.equal(isBusinessDay(FED, '2027-07-05'), false)
  assert.equal(isBusinessDay(FED, '2027-07-06'), true)
})

test("a company's own days come before its list", () => {
  assert.equal(isHoliday(FED, '2026-11-27'), false)
  assert.equal(isHoliday(PAY_READY, '2026-11-27'), true)
  assert.equal(isHoliday(FED, '2026-10-12'), true)
  assert.equal(isHoliday(PAY_READY, '2026-10-12'), false)
  assert.equal(isBusinessDay(PAY_READY, '2026-10-12'), true)
  assert.equal(nextBusinessDay(PAY_READY, '2026-11-25'), '2026-11-30')
  assert.equal(previousBusinessDay(PAY_READY, '2026-11-30'), '2026-11-25')
})

test('another working week', () => {
  assert.equal(nextBusinessDay(GULF, '2026-11-26'), '2026-11-29')
  assert.equal(previousBusinessDay(GULF, '2026-11-29'), '2026-11-26')
  assert.equal(isBusinessDay(GULF, '2026-11-29'), true)
})

test('next and previous are business days, beyond the day, with none between', () => {
  const days = fc.integer({ min: 0, max: 4000 }).map((offset) => addDays('2020-01-01', offset))
  fc.assert(
    fc.property(fc.constantFrom(FED, PAY_READY, GULF), days, (calendar, day) => {
      const next = nextBusinessDay(calendar, day)
      assert.ok(next !== null && next > day && isBusinessDay(calendar, next))
      for (let between = addDays(day, 1); between < next; between = addDays(between, 1)) {
        assert.equal(isBusinessDay(calendar, between), false)
      }
      if (isBusinessDay(calendar, day)) assert.equal(previousBusinessDay(calendar, next), day)
    }),
  )
})

test('a search ends where a list closes everything', () => {
  const closed = new Set<Day>(Array.from({ length: 1000 }, (_, offset) => addDays('2026-01-01', offset)))
  const calendar = { ...FED, added: closed }
  assert.equal(nextBusinessDay(calendar, '2026-01-10'), null)
  assert.equal(previousBusinessDay(calendar, '2026-01-10'), '2025-12-31')
})
