import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, daysBetween, dayOf } from './day.ts'

const anyDay = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9998-12-31T00:00:00Z'), noInvalidDate: true })
  .map(dayOf)

test('days between are those of the calendar, for any two days of four-figure years', () => {
  fc.assert(
    fc.property(anyDay, anyDay, (from, to) => {
      assert.equal(daysBetween(from, to), Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000))
    }),
  )
})

test('a day moved by some days is that many days away', () => {
  fc.assert(
    fc.property(anyDay, fc.integer({ min: -300, max: 300 }), (day, days) => {
      assert.equal(daysBetween(day, addDays(day, days)), days)
    }),
  )
})

test('leap days and ends of years, by hand', () => {
  assert.equal(addDays('2024-02-28', 1), '2024-02-29')
  assert.equal(addDays('2023-02-28', 1), '2023-03-01')
  assert.equal(addDays('2000-02-28', 2), '2000-03-01')
  assert.equal(addDays('1900-02-28', 1), '1900-03-01')
  assert.equal(addDays('2025-12-31', 1), '2026-01-01')
  assert.equal(daysBetween('2024-01-01', '2025-01-01'), 366)
  assert.equal(daysBetween('2026-11-28', '2026-11-28'), 0)
})
