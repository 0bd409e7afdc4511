import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { easterSunday } from './holiday-rules.ts'
import { HOLIDAY_LISTS, holidaysOf, isHolidayList, isListedHoliday, type HolidayList } from './holidays.ts'
import { weekdayOf } from './weekday.ts'

/** Written down from the published lists, `MM-DD`; nothing here is computed. */
const US_FED = {
  2020: '01-01 01-20 02-17 05-25 07-04 09-07 10-12 11-11 11-26 12-25',
  2021: '01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25',
  2022: '01-01 01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26',
  2023: '01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-11 11-23 12-25',
  2024: '01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25',
  2025: '01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25',
  2026: '01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25',
  2027: '01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25',
  2028: '01-01 01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-11 11-23 12-25',
  2029: '01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-12 11-22 12-25',
  2030: '01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25',
}
const UK = {
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2024: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28',
  2028: '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
  2029: '01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26',
  2030: '01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26',
}
const TARGET2 = {
  2020: '01-01 04-10 04-13 05-01 12-25 12-26',
  2021: '01-01 04-02 04-05 05-01 12-25 12-26',
  2022: '01-01 04-15 04-18 05-01 12-25 12-26',
  2023: '01-01 04-07 04-10 05-01 12-25 12-26',
  2024: '01-01 03-29 04-01 05-01 12-25 12-26',
  2025: '01-01 04-18 04-21 05-01 12-25 12-26',
  2026: '01-01 04-03 04-06 05-01 12-25 12-26',
  2027: '01-01 03-26 03-29 05-01 12-25 12-26',
  2028: '01-01 04-14 04-17 05-01 12-25 12-26',
  2029: '01-01 03-30 04-02 05-01 12-25 12-26',
  2030: '01-01 04-19 04-22 05-01 12-25 12-26',
}

function shown(list: HolidayList, year: number): string {
  return holidaysOf(list, year)
    .map((holiday) => holiday.day.slice(5))
    .join(' ')
}

for (const [list, golden] of [
  ['us-fed', US_FED],
  ['uk', UK],
  ['target2', TARGET2],
] as const) {
  test(`${list} is the published list of each year from 2020 to 2030`, () => {
    const years = Object.entries(golden)
    assert.equal(years.length, 11)
    for (const [year, days] of years) assert.equal(shown(list, Number(year)), days, `${list} ${year}`)
  })
}

test('bank holidays of earlier reigns: moved and kept once', () => {
  const mayAndJune = (year: number): string =>
    shown('uk', year)
      .match(/0[56]-\d\d/g)
      ?.join(' ') ?? ''
  assert.equal(mayAndJune(1995), '05-08 05-29')
  assert.equal(mayAndJune(2002), '05-06 06-03 06-04')
  assert.equal(mayAndJune(2012), '05-07 06-04 06-05')
  assert.equal(shown('uk', 2011), '01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27')
  assert.match(shown('uk', 1999), /12-31$/)
})

test('holidays carry their names, and Juneteenth begins in 2021', () => {
  const named = (day: string): string | undefined =>
    holidaysOf('us-fed', Number(day.slice(0, 4))).find((holiday) => holiday.day === day)?.name
  assert.equal(named('2026-11-26'), 'Thanksgiving Day')
  assert.equal(named('2022-06-20'), 'Juneteenth National Independence Day')
  assert.equal(named('2020-06-19'), undefined)
})

test('a day is asked of its own year', () => {
  assert.equal(isListedHoliday('us-fed', '2026-07-03'), false, 'a Saturday holiday is not moved to Friday')
  assert.equal(isListedHoliday('us-fed', '2026-07-04'), true)
  assert.equal(isListedHoliday('us-fed', '2027-07-05'), true)
  assert.equal(isListedHoliday('us-fed', '2026-07-05'), false)
  assert.equal(isListedHoliday('none', '2026-12-25'), false)
  assert.deepEqual([isHolidayList('uk'), isHolidayList('mars'), isHolidayList('toString')], [true, false, false])
})

test('Easter is a Sunday from 22 March to 25 April in every year', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1583, max: 9998 }), (year) => {
      const easter = easterSunday(year)
      assert.equal(weekdayOf(easter), 'sun')
      assert.ok(easter >= `${year}-03-22` && easter <= `${year}-04-25`)
    }),
  )
  // The earliest and the latest that the rule gives.
  assert.deepEqual([easterSunday(1818), easterSunday(2038)], ['1818-03-22', '2038-04-25'])
  // Years in which the full moon of the rule comes a week late.
  assert.deepEqual([1954, 1981, 2049, 2076].map(easterSunday), ['1954-04-18', '1981-04-19', '2049-04-18', '2076-04-19'])
})

test('no list names a day twice, each day is of its year, and all are in order', () => {
  const lists = fc.constantFrom(...(Object.keys(HOLIDAY_LISTS) as HolidayList[]))
  fc.assert(
    fc.property(lists, fc.integer({ min: 1978, max: 2200 }), (list, year) => {
      const days = holidaysOf(list, year).map((holiday) => holiday.day)
      assert.deepEqual(days, [...new Set(days)].toSorted())
      assert.ok(days.every((day) => day.startsWith(`${year}-`)))
      for (const day of days) if (list === 'uk') assert.ok(!['sat', 'sun'].includes(weekdayOf(day)), day)
    }),
  )
})
