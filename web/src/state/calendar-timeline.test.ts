import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Period } from './calendar-bars.ts'
import { shareOf, ticksOf, timelineRows, timelineSpan } from './calendar-timeline.ts'

const DAY = 86_400_000
const ZONE = 'Europe/Berlin'
const NOW = Date.parse('2026-11-29T15:00:00Z')

function periodOf(name: string): Period {
  return { name, label: name, priority: 0, timeZone: 'UTC', when: 'bd', source: { file: 'calendar.yaml', line: 1 } }
}

test('the line is of whole local days, today first, whatever their length', () => {
  const { fromMs, toMs } = timelineSpan(ZONE, NOW, 30)
  assert.equal(new Date(fromMs).toISOString(), '2026-11-28T23:00:00.000Z')
  assert.equal(new Date(toMs).toISOString(), '2026-12-28T23:00:00.000Z')
  const overTheJump = timelineSpan(ZONE, Date.parse('2026-03-20T12:00:00Z'), 30)
  assert.equal(overTheJump.toMs - overTheJump.fromMs, 30 * DAY - 3_600_000)
})

test('each row has its windows, cut at the ends of the line, and what comes next', () => {
  const span = { fromMs: NOW, toMs: NOW + 10 * DAY }
  const at = (days: number): string => new Date(NOW + days * DAY).toISOString()
  const windows = [
    { period: 'close', startsAt: at(4), endsAt: at(6) },
    { period: 'close', startsAt: at(-2), endsAt: at(1) },
    { period: 'night', startsAt: at(-3), endsAt: at(0) },
    { period: 'late', startsAt: at(9), endsAt: at(20) },
  ]
  const rows = timelineRows(['night', 'close', 'late'].map(periodOf), windows, { span, nowMs: NOW })
  assert.deepEqual(
    rows.map(({ period, stretches, next }) => [period.name, stretches, next?.startsAt ?? null]),
    [
      ['night', [], null],
      [
        'close',
        [
          { left: 0, width: 10 },
          { left: 40, width: 20 },
        ],
        at(-2),
      ],
      ['late', [{ left: 90, width: 10 }], at(9)],
    ],
  )
})

test('each day has its mark, and Mondays are told', () => {
  const span = timelineSpan(ZONE, Date.parse('2026-03-27T12:00:00Z'), 5)
  const ticks = ticksOf(ZONE, span)
  assert.deepEqual(
    ticks.map(({ day, isWeekStart }) => [day, isWeekStart]),
    [
      ['2026-03-27', false],
      ['2026-03-28', false],
      ['2026-03-29', false],
      ['2026-03-30', true],
      ['2026-03-31', false],
    ],
  )
  // The 29th has 23 of the 119 hours.
  assert.ok(Math.abs((ticks[3]?.left ?? 0) - (100 * 71) / 119) < 1e-9)
})

test('what lies outside of the line is held to its ends', () => {
  assert.deepEqual(
    [-5, 0, 5, 10, 15].map((ms) => shareOf({ fromMs: 0, toMs: 10 }, ms)),
    [0, 0, 50, 100, 100],
  )
})
