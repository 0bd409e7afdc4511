import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CalendarValueChange } from '#contract/calendar.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { whatValuesChange } from './what-values-change.ts'

const SPAN = { fromDay: '2026-11-01', toDay: '2027-01-31' }
const AT_MS = Date.parse('2026-11-10T12:00:00Z')
const PERIODS: ShortDefinition['periods'] = {
  close: { when: 'last 3 bd of month', calendar: 'ny', bridge: true, priority: 50, ramp: '1h' },
  nights: { when: 'mon-sun', hours: ['22:00', '06:00'], priority: 10 },
  year: { when: 'days 10-31 of month or days 1-31 of month', priority: 1 },
}

function planWith(settings: Readonly<Record<string, ShortDefinition['policies'][number][1]>>): CalendarPlan {
  return planOf({ periods: PERIODS, policies: Object.entries(settings) }, SPAN)
}

test('what periods to come would move otherwise is told by key, from when until when, and how often', () => {
  const from = planWith({
    close: { 'limits.member.rate': 'x2', 'scale.worker.min': 2 },
    nights: { 'mcp.*.probe': 'x2' },
  })
  const to = planWith({
    close: { 'limits.member.rate': 'x4', 'scale.worker.min': 9 },
    nights: { 'mcp.*.probe': 'x3' },
    year: { context: 'Every day.' },
  })
  const bases = new Map([
    ['limits.member.rate', 20],
    ['limits.key.rate', 20],
    ['mcp.crm.probe', 30_000],
  ])
  const { values, moreValues } = whatValuesChange({ from, to }, { from: bases, to: bases }, AT_MS)
  assert.equal(moreValues, 0)
  const none = { isMoving: false, again: 0 }
  assert.deepEqual(CalendarValueChange.array().parse(values), [
    {
      key: 'context',
      unit: 'text',
      before: [],
      after: ['Every day.'],
      startsAt: '2026-11-10T12:00:00.000Z',
      endsAt: null,
      ...none,
    },
    {
      key: 'mcp.crm.probe',
      unit: 'ms',
      before: 60_000,
      after: 90_000,
      startsAt: '2026-11-10T22:00:00.000Z',
      endsAt: '2026-11-11T06:00:00.000Z',
      ...none,
      again: 29,
    },
    {
      key: 'limits.member.rate',
      unit: 'requests a second',
      before: 40,
      after: 80,
      startsAt: '2026-11-25T05:00:00.000Z',
      endsAt: '2026-12-01T05:00:00.000Z',
      isMoving: true,
      again: 0,
    },
  ])
})

test('of very many the first are told, and how many more there are', () => {
  const bases = new Map(Array.from({ length: 27 }, (_, at) => [`mcp.crm-${at + 10}.probe`, 30_000] as const))
  const [from, to] = [planWith({}), planWith({ nights: { 'mcp.*.probe': 'x3' } })]
  const { values, moreValues } = whatValuesChange({ from, to }, { from: bases, to: bases }, AT_MS)
  assert.deepEqual([values.length, moreValues, values[0]?.key], [20, 7, 'mcp.crm-10.probe'])
  assert.deepEqual(whatValuesChange({ from, to: from }, { from: bases, to: bases }, AT_MS), {
    values: [],
    moreValues: 0,
  })
})

test('near the end of what is worked out the days that are left are compared', () => {
  const [from, to] = [planWith({}), planWith({ year: { 'limits.member.rate': 'x2' } })]
  const bases = new Map([['limits.member.rate', 20]])
  const { values } = whatValuesChange({ from, to }, { from: bases, to: bases }, Date.parse('2027-01-30T00:00:00Z'))
  assert.deepEqual([values[0]?.startsAt, values[0]?.endsAt, values.length], ['2027-01-30T00:00:00.000Z', null, 1])
})
