import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clipWindows, lookOf, placeWeek, type PeriodWindow } from './calendar-bars.ts'
import { addDays, weeksOf } from './calendar-days.ts'

const ZONE = 'America/New_York'
/** 23 to 29 November 2026. */
const DAYS = weeksOf('2026-11')[4] ?? []

function windowOf(period: string, startsAt: string, endsAt: string): PeriodWindow {
  return { period, startsAt, endsAt }
}

test('a window stands where its hours lie in the days of the zone', () => {
  const windows = [windowOf('close', '2026-11-25T05:00:00Z', '2026-11-26T17:00:00Z')]
  const { bars, periods, hidden } = placeWeek({ days: DAYS, windows, order: ['close'], zone: ZONE, lanes: 3 })
  const [bar] = bars
  assert.ok(bar)
  assert.equal(bar.isWide, true)
  // Wednesday from midnight to Thursday noon.
  assert.ok(Math.abs(bar.left - 200 / 7) < 1e-9 && Math.abs(bar.width - 150 / 7) < 1e-9)
  assert.deepEqual(periods, [[], [], ['close'], ['close'], [], [], []])
  assert.deepEqual(hidden, [0, 0, 0, 0, 0, 0, 0])
})

test('on a day without one of its hours a window that fills the day still fills it', () => {
  const days = Array.from({ length: 7 }, (_, at) => addDays('2026-03-02', at))
  const widthUntil = (endsAt: string): number => {
    const windows = [windowOf('sunday', '2026-03-08T05:00:00Z', endsAt)]
    const [bar] = placeWeek({ days, windows, order: ['sunday'], zone: ZONE, lanes: 1 }).bars
    assert.ok(bar && Math.abs(bar.left - 600 / 7) < 1e-9)
    return bar.width
  }
  assert.ok(Math.abs(widthUntil('2026-03-09T04:00:00Z') - 100 / 7) < 1e-9)
  // Noon by the clocks comes after eleven of its 23 hours.
  assert.ok(Math.abs(widthUntil('2026-03-08T16:00:00Z') - ((11 / 23) * 100) / 7) < 1e-9)
})

test('a window that reaches over the week is cut at it, and one that ends as it begins is not in it', () => {
  const windows = [
    windowOf('year', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    windowOf('before', '2026-11-20T00:00:00Z', '2026-11-23T05:00:00Z'),
  ]
  const { bars } = placeWeek({ days: DAYS, windows, order: ['year', 'before'], zone: ZONE, lanes: 3 })
  assert.deepEqual(bars, [{ period: 'year', lane: 0, left: 0, width: 100, isWide: true }])
})

test('of a window stays what lies within the span', () => {
  const span = { fromMs: Date.parse('2026-11-24T00:00:00Z'), toMs: Date.parse('2026-11-26T00:00:00Z') }
  const [before, start, noon, end, later] = [
    '2026-11-20T00:00:00.000Z',
    '2026-11-24T00:00:00.000Z',
    '2026-11-25T12:00:00.000Z',
    '2026-11-26T00:00:00.000Z',
    '2026-11-29T00:00:00.000Z',
  ] as const
  const windows = [windowOf('a', before, noon), windowOf('b', noon, later), windowOf('c', end, later)]
  assert.deepEqual(clipWindows(windows, span), [windowOf('a', start, noon), windowOf('b', noon, end)])
})

test('what finds no room is counted on its days', () => {
  const windows = ['a', 'b', 'c'].map((name) => windowOf(name, '2026-11-24T05:00:00Z', '2026-11-25T05:00:00Z'))
  const placed = placeWeek({ days: DAYS, windows, order: ['a', 'b', 'c'], zone: ZONE, lanes: 2 })
  assert.deepEqual(
    placed.bars.map(({ period, lane }) => [period, lane]),
    [
      ['a', 0],
      ['b', 1],
    ],
  )
  assert.deepEqual(placed.hidden, [0, 1, 0, 0, 0, 0, 0])
  assert.deepEqual(placed.periods[1], ['a', 'b', 'c'])
})

test('bars of one lane are never of the same day unless of the same period, and nothing leaves the week', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const hour = fc.integer({ min: 0, max: 10 * 24 })
  const window = fc.record({ period: fc.constantFrom(...names), start: hour, length: fc.integer({ min: 1, max: 60 }) })
  const from = Date.parse('2026-11-22T00:00:00Z')
  const at = (hours: number): string => new Date(from + hours * 3_600_000).toISOString()
  fc.assert(
    fc.property(fc.array(window, { maxLength: 20 }), (drawn) => {
      const windows = drawn.map(({ period, start, length }) => windowOf(period, at(start), at(start + length)))
      const { bars, periods, hidden } = placeWeek({ days: DAYS, windows, order: names, zone: ZONE, lanes: 9 })
      const taken = new Map<string, string>()
      for (const { period, lane, left, width } of bars) {
        assert.ok(left >= 0 && width > 0 && left + width <= 100 + 1e-9)
        const [first, last] = [Math.floor((left / 100) * 7 + 1e-9), Math.ceil(((left + width) / 100) * 7 - 1e-9)]
        for (let day = first; day < last; day += 1) {
          const key = `${lane} ${day}`
          assert.equal(taken.get(key) ?? period, period)
          taken.set(key, period)
          assert.ok(periods[day]?.includes(period))
        }
      }
      assert.deepEqual(new Set(hidden), new Set([0]))
    }),
  )
})

test('twenty-four periods in a row look different, neighbours also without colour', () => {
  const looks = Array.from({ length: 24 }, (_, place) => lookOf(place))
  assert.equal(new Set(looks.map(({ tint, line }) => `${tint} ${line}`)).size, 24)
  looks.forEach(({ line }, place) => assert.notEqual(line, looks[place + 1]?.line))
})
