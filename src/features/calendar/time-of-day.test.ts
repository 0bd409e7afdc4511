import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from '../../../test/support/calendar-fixture.ts'
import { timeOfDayAt } from './time-of-day.ts'

const plan = planOf(
  {
    periods: {
      close: { label: 'Close', dates: ['2026-11-10'], timezone: 'America/New_York', priority: 50 },
      fair: { label: 'Fair', dates: ['2026-11-10'], timezone: 'Asia/Tokyo', priority: 50 },
      quiet: { label: 'Quiet', dates: ['2026-11-20'] },
    },
    policies: [
      ['close', { 'backup.at': '02:30' }],
      ['fair', { 'backup.at': '04:00' }],
      ['not quiet', { 'backup.at': '22:15' }],
    ],
  },
  { fromDay: '2026-11-01', toDay: '2026-11-30' },
)
const at = (text: string) => timeOfDayAt(plan, 'backup.at', Date.parse(text))

test('a time of day is of the zone of the period whose word it is, and of UTC where no period is in force', () => {
  assert.deepEqual(at('2026-11-10T12:00:00Z'), { minutes: 150, timeZone: 'America/New_York' })
  // In Tokyo the tenth has begun, in New York it has not.
  assert.deepEqual(at('2026-11-09T20:00:00Z'), { minutes: 240, timeZone: 'Asia/Tokyo' })
  assert.deepEqual(at('2026-11-15T12:00:00Z'), { minutes: 1335, timeZone: 'UTC' })
  assert.equal(at('2026-11-20T12:00:00Z'), null)
})
