import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findDueDay } from './due-day.ts'

// 2026-11-22 is a Sunday.
const TODAY = '2026-11-22'

test('days as people write them become calendar days', () => {
  const expected: Record<string, string> = {
    'by 2026-12-01': '2026-12-01',
    'call tomorrow': '2026-11-23',
    today: '2026-11-22',
    'on Friday': '2026-11-27',
    Sunday: '2026-11-29',
    'next Friday': '2026-11-27',
    'next week': '2026-11-23',
    'by the end of the month': '2026-11-30',
    'in 3 days': '2026-11-25',
    'in 2 weeks': '2026-12-06',
    '12 December': '2026-12-12',
    'December 1st': '2026-12-01',
    '3 March': '2027-03-03',
    '5 Jan 2028': '2028-01-05',
    'demo fri': '2026-11-27',
    'in a week': '2026-11-29',
    'in three days': '2026-11-25',
    '27/03/2027': '2027-03-27',
    '03/27/2027': '2027-03-27',
    '30.03.2027': '2027-03-30',
  }
  for (const [text, day] of Object.entries(expected)) assert.equal(findDueDay(text, TODAY)?.day, day, text)
})

test('a date that may be read in two ways is not read', () => {
  assert.equal(findDueDay('04/05/2027', TODAY), undefined)
})

test('next Friday said on a Wednesday is that of the following week', () => {
  assert.equal(findDueDay('next Friday', '2026-11-25')?.day, '2026-12-04')
  assert.equal(findDueDay('Friday', '2026-11-25')?.day, '2026-11-27')
})

test('a day that does not exist is no day', () => {
  assert.equal(findDueDay('31 February', TODAY), undefined)
  assert.equal(findDueDay('2026-13-40', TODAY), undefined)
  assert.equal(findDueDay('soon', TODAY), undefined)
})

test('the phrase lies inside the text', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom('tomorrow', 'by Friday', '2026-12-01', 'in 999 weeks'),
      fc.string(),
      (before, phrase, after) => {
        const text = `${before} ${phrase} ${after}`
        const found = findDueDay(text, TODAY)
        assert.ok(found === undefined || (found.start >= 0 && found.end <= text.length && found.start < found.end))
      },
    ),
  )
})
