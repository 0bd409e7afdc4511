import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { effective, type Effective, type KnobValue } from './effective.ts'

const SPAN = { fromDay: '2026-11-01', toDay: '2027-01-31' }
const PERIODS: ShortDefinition['periods'] = {
  'month-end-close': {
    when: 'last 3 bd of month',
    calendar: 'ny',
    bridge: true,
    priority: 50,
    label: 'Month-end close',
  },
  'quarter-end': { when: 'last 5 bd of quarter', calendar: 'ny', priority: 80, label: 'Quarter end' },
  'last-days': { when: 'last 5 days of month', calendar: 'ny', priority: 50, label: 'Last days' },
  nights: { when: 'not holiday', calendar: 'ny', hours: ['20:00', '06:00'] },
}
/** Within the close of November alone; within those of December all three; outside of all. */
const IN_CLOSE = '2026-11-25T17:00:00Z'
const IN_ALL = '2026-12-30T17:00:00Z'
const OUTSIDE = '2026-11-10T17:00:00Z'

function ask(policies: ShortDefinition['policies'], [key, base]: readonly [string, KnobValue], at: string): Effective {
  return effective(planOf({ periods: PERIODS, policies }, SPAN), { key, base }, Date.parse(at))
}

function untilOf({ untilMs }: Effective): string | null {
  return untilMs === null ? null : new Date(untilMs).toISOString().slice(0, 16)
}

const TTL = ['cache.tool:ledger.balance.ttl', 300_000] as const
const QUARTERED: ShortDefinition['policies'] = [['month-end-close', { 'cache.tool:ledger.*.ttl': 'x0.25' }]]

test('outside of its periods a value is what it was, up to when one begins', () => {
  const found = ask(QUARTERED, TTL, OUTSIDE)
  assert.deepEqual([found.value, found.steps, untilOf(found)], [300_000, [], '2026-11-25T05:00'])
})

test('a factor moves it, and the step says who, how and where that is written', () => {
  const found = ask(QUARTERED, TTL, IN_CLOSE)
  assert.deepEqual(found, {
    key: 'cache.tool:ledger.balance.ttl',
    base: 300_000,
    value: 75_000,
    steps: [
      {
        period: 'month-end-close',
        label: 'Month-end close',
        priority: 50,
        says: 'x0.25',
        value: 75_000,
        factor: 0.25,
        isDecisive: true,
        source: { file: 'calendar.yaml', line: 101 },
      },
    ],
    untilMs: Date.parse('2026-12-01T05:00:00Z'),
    isMoving: false,
  })
  assert.equal(ask(QUARTERED, ['cache.llm:chat.ttl', 300_000], IN_CLOSE).value, 300_000, 'another class')
})

test('equal priorities become one by the table of knobs', () => {
  const both = (key: string, values: readonly [string | number, string | number], base: number): KnobValue =>
    ask(
      [
        ['month-end-close', { [key]: values[0] }],
        ['last-days', { [key]: values[1] }],
      ],
      [key, base],
      IN_ALL,
    ).value
  assert.equal(both('cache.a.ttl', ['x0.5', '100s'], 300_000), 100_000)
  assert.equal(both('cache.a.stale', ['x2', 'x3'], 1000), 2000)
  assert.equal(both('cache.a.prewarm', [200, 50], 0), 200)
  assert.equal(both('limits.a.rate', ['x2', 30], 10), 30)
  assert.equal(both('limits.a.budget', ['x0.5', 'x0.8'], 10), 8)
  assert.equal(both('alerts.a.threshold', ['x1.5', 2], 1), 2)
  assert.equal(both('alerts.a.for', ['x0.5', '2m'], 600_000), 300_000)
  assert.equal(both('mcp.a.probe', ['10s', 'x0.5'], 30_000), 10_000)
  assert.equal(both('scale.a.min', [6, 'x2'], 4), 8)
  assert.equal(both('backup.every', ['4h', '1d'], 86_400_000), 14_400_000)
})

test('a higher priority overrules, whatever it says; all settings stay visible', () => {
  const policies: ShortDefinition['policies'] = [
    ['month-end-close', { 'cache.*.ttl': 'x0.25' }],
    ['quarter-end', { 'cache.tool:*.ttl': 'x0.5', 'cache.*.stale': '1m' }],
    ['last-days', { 'cache.tool:ledger.balance.ttl': '10s' }],
  ]
  const found = ask(policies, TTL, IN_ALL)
  assert.equal(found.value, 150_000)
  assert.deepEqual(
    found.steps.map(({ period, value, isDecisive }) => [period, value, isDecisive]),
    [
      ['quarter-end', 150_000, true],
      ['month-end-close', 75_000, false],
      ['last-days', 10_000, false],
    ],
  )
  // Christmas Eve is of the quarter's end alone; on 28 December the last days have begun as well.
  assert.equal(ask(policies, TTL, '2026-12-24T17:00:00Z').value, 150_000)
  assert.equal(ask(policies, TTL, '2026-12-27T17:00:00Z').value, 10_000)
  assert.equal(untilOf(ask(policies, TTL, '2026-12-24T17:00:00Z')), '2026-12-25T05:00')
  assert.equal(untilOf(found), '2027-01-01T05:00', 'nothing that is overruled ends it')
})

test('of equals those that say the same both decide, and one that is not heeded does not', () => {
  const steps = (first: string, second: string): boolean[] =>
    ask(
      [
        ['month-end-close', { 'cache.a.ttl': first }],
        ['last-days', { 'cache.a.ttl': second }],
      ],
      ['cache.a.ttl', 1000],
      IN_ALL,
    ).steps.map(({ isDecisive }) => isDecisive)
  assert.deepEqual(steps('x0.5', 'x0.5'), [true, true])
  assert.deepEqual(steps('x0.5', 'x0.25'), [false, true])
})

test('a policy may want periods not to be in force, or none at all', () => {
  const policies: ShortDefinition['policies'] = [
    ['month-end-close and not nights', { 'limits.a.rate': 'x2' }],
    ['not month-end-close', { 'limits.a.rate': 'x0.5' }],
  ]
  const rate = ['limits.a.rate', 10] as const
  assert.equal(ask(policies, rate, '2026-11-25T17:00:00Z').value, 20)
  assert.equal(ask(policies, rate, '2026-11-25T07:00:00Z').value, 10)
  const outside = ask(policies, rate, OUTSIDE)
  assert.deepEqual(
    [outside.value, outside.steps[0]?.period, outside.steps[0]?.label, outside.steps[0]?.priority],
    [5, null, 'not month-end-close', 0],
  )
})

test('a policy of several periods speaks for the one in force, the highest of them', () => {
  const policies: ShortDefinition['policies'] = [
    ['nights or quarter-end', { 'scale.api.min': 6 }],
    ['month-end-close', { 'scale.api.min': 4 }],
  ]
  const min = ['scale.api.min', 2] as const
  assert.equal(ask(policies, min, '2026-12-30T03:00:00Z').value, 6, 'for the quarter end')
  assert.equal(ask(policies, min, '2026-11-25T07:00:00Z').value, 4, 'for the nights, which have priority 0')
})

test('factors are held to the limits, and parts of one are rounded up', () => {
  const one = (key: string, value: string, base: number): KnobValue =>
    ask([['month-end-close', { [key]: value }]], [key, base], IN_CLOSE).value
  assert.equal(one('backup.every', 'x0.001', 86_400_000), 900_000)
  assert.equal(one('mcp.a.probe', 'x100', 60_000), 3_600_000)
  assert.equal(one('cache.a.ttl', 'x0', 60_000), 0)
  assert.equal(one('scale.a.min', 'x1.5', 3), 5)
  assert.equal(one('scale.a.min', 'x1.1', 3), 4)
  assert.equal(one('scale.a.min', 'x1.1', 100), 110, 'not one more, for what a binary fraction leaves over')
  assert.equal(one('mcp.a.probe', 'x2', 7_200_000), 7_200_000, "beyond the limit stays the operator's own value")
  assert.equal(one('mcp.a.probe', 'x0.5', 500), 500)
  assert.equal(one('alerts.a.threshold', 'x1000', 1e9), 1e12)
})

const RAMPED: ShortDefinition['periods'] = {
  close: { when: 'last 3 bd of month', calendar: 'ny', ramp: '1h', priority: 50 },
  quarter: { dates: ['2026-12-30'], calendar: 'ny', ramp: '2h', priority: 80 },
  brief: { dates: ['2026-12-10'], hours: ['10:00', '11:00'], ramp: '1h' },
  brisk: { dates: ['2026-12-10'], hours: ['10:00', '11:00'], ramp: '45m' },
  board: { dates: ['2026-11-24', '2026-11-25'], calendar: 'ny', priority: 90 },
  never: { dates: [] },
}

test('within a ramp a factor moves from one and back to one; a value of its own switches at once', () => {
  const plan = planOf({ periods: RAMPED, policies: [['close', { 'limits.*.rate': 'x3', 'scale.api.min': 5 }]] }, SPAN)
  const at = (key: string, instant: string): Effective => effective(plan, { key, base: 1 }, Date.parse(instant))
  const rates: readonly (readonly [string, number])[] = [
    ['2026-11-25T04:59:59.999Z', 1],
    ['2026-11-25T05:00:00Z', 1],
    ['2026-11-25T05:15:00Z', 1.5],
    ['2026-11-25T05:30:00Z', 2],
    ['2026-11-25T06:00:00Z', 3],
    ['2026-11-26T04:00:00Z', 3],
    ['2026-11-26T04:30:00Z', 2],
    ['2026-11-26T05:00:00Z', 1],
  ]
  for (const [instant, rate] of rates) assert.equal(at('limits.a.rate', instant).value, rate, instant)
  const rising = at('limits.a.rate', '2026-11-25T05:15:00Z')
  assert.deepEqual([rising.steps[0]?.factor, rising.steps[0]?.value, rising.isMoving], [1.5, 1.5, true])
  assert.equal(untilOf(rising), '2026-11-25T06:00')
  assert.equal(untilOf(at('limits.a.rate', '2026-11-25T06:00:00Z')), '2026-11-26T04:00')
  assert.equal(untilOf(at('limits.a.rate', '2026-11-26T04:00:00Z')), '2026-11-26T05:00')
  assert.equal(at('scale.api.min', '2026-11-25T05:00:00Z').value, 5)
  assert.equal(untilOf(at('scale.api.min', '2026-11-25T05:00:00Z')), '2026-11-26T05:00')
})

test('a window too short for its ramps turns back in its middle', () => {
  const plan = planOf({ periods: RAMPED, policies: [['brief', { 'limits.*.rate': 'x3' }]] }, SPAN)
  const at = (instant: string): Effective => effective(plan, { key: 'limits.a.rate', base: 1 }, Date.parse(instant))
  assert.deepEqual(
    ['10:00', '10:15', '10:30', '10:45', '11:00'].map((time) => at(`2026-12-10T${time}:00Z`).value),
    [1, 1.5, 2, 1.5, 1],
  )
  assert.equal(untilOf(at('2026-12-10T10:15:00Z')), '2026-12-10T10:30')
  const brisk = planOf({ periods: RAMPED, policies: [['brisk', { 'limits.*.rate': 'x3' }]] }, SPAN)
  const until = (instant: string): string | null =>
    untilOf(effective(brisk, { key: 'limits.a.rate', base: 1 }, Date.parse(instant)))
  assert.deepEqual(['2026-12-10T10:05:00Z', '2026-12-10T10:40:00Z'].map(until), [
    '2026-12-10T10:30',
    '2026-12-10T11:00',
  ])
})

test('the ramp of a policy is the longest of the periods it wants, and of equals one moves away from what stands', () => {
  const rate = (policies: ShortDefinition['policies'], instant: string): KnobValue =>
    effective(planOf({ periods: RAMPED, policies }, SPAN), { key: 'limits.a.rate', base: 1 }, Date.parse(instant)).value
  assert.equal(rate([['close or quarter', { 'limits.*.rate': 'x3' }]], '2026-11-25T06:00:00Z'), 2)
  const equals: ShortDefinition['policies'] = [
    ['close and not never', { 'limits.*.rate': 'x3' }],
    ['close', { 'limits.*.rate': 2 }],
  ]
  assert.equal(rate(equals, '2026-11-25T05:30:00Z'), 2.5)
  assert.equal(rate([['not never', { 'limits.*.rate': 'x3' }]], '2026-12-15T00:00:00Z'), 3, 'all the time')
})

test('what moves below a priority that stands still is not seen', () => {
  const policies: ShortDefinition['policies'] = [
    ['close', { 'limits.*.rate': 'x3' }],
    ['board', { 'limits.*.rate': 7 }],
  ]
  const plan = planOf({ periods: RAMPED, policies }, SPAN)
  const found = effective(plan, { key: 'limits.a.rate', base: 1 }, Date.parse('2026-11-25T05:15:00Z'))
  assert.deepEqual([found.value, found.isMoving, untilOf(found)], [7, false, '2026-11-26T05:00'])
})

test('a higher priority that begins within a lower one moves away from what that holds, not from one', () => {
  const plan = planOf(
    {
      periods: RAMPED,
      policies: [
        ['close', { 'limits.*.rate': 'x2' }],
        ['quarter', { 'limits.*.rate': 'x3' }],
      ],
    },
    SPAN,
  )
  const ask10 = (instant: string): Effective => effective(plan, { key: 'limits.a.rate', base: 10 }, Date.parse(instant))
  const at = (instant: string): KnobValue => ask10(instant).value
  assert.deepEqual(
    ask10('2026-12-30T06:00:00Z').steps.map(({ period, says, value, factor, isDecisive }) => [
      period,
      says,
      value,
      factor,
      isDecisive,
    ]),
    [
      ['quarter', 'x3', 25, 2.5, true],
      ['close', 'x2', 20, 2, false],
    ],
  )
  assert.deepEqual(
    ['04:59', '05:00', '06:00', '07:00'].map((time) => at(`2026-12-30T${time}:00Z`)),
    [20, 20, 25, 30],
  )
  assert.deepEqual(
    ['03:00', '04:00', '05:00'].map((time) => at(`2026-12-31T${time}:00Z`)),
    [30, 25, 20],
  )
})

test('freezes, hours of the backup and texts for the colleagues', () => {
  const policies: ShortDefinition['policies'] = [
    ['month-end-close', { 'freeze.deploys': true, 'backup.at': '4:00', context: 'The close is on.' }],
    ['last-days', { 'freeze.deploys': false, 'backup.at': '02:30', context: 'The month ends.' }],
    ['quarter-end', { context: 'The quarter ends.' }],
  ]
  const value = (key: string, base: KnobValue, at: string): KnobValue => ask(policies, [key, base], at).value
  assert.equal(value('freeze.deploys', false, IN_ALL), true)
  assert.equal(value('freeze.deploys', false, OUTSIDE), false)
  assert.equal(value('freeze.deploys', true, '2026-12-27T17:00:00Z'), false, 'a period may lift a freeze')
  assert.equal(value('backup.at', '01:00', IN_ALL), '02:30')
  assert.equal(value('backup.at', null, OUTSIDE), null)
  assert.deepEqual(value('context', [], IN_ALL), ['The quarter ends.', 'The close is on.', 'The month ends.'])
  assert.deepEqual(value('context', [], OUTSIDE), [])
  const context = ask(policies, ['context', []], IN_ALL)
  assert.deepEqual([context.steps.every(({ isDecisive }) => isDecisive), untilOf(context)], [true, '2027-01-01T05:00'])
  assert.deepEqual(
    ask(policies, ['freeze.deploys', false], IN_ALL).steps.map((step) => step.isDecisive),
    [true, false],
  )
  assert.equal(untilOf(ask(policies, ['freeze.deploys', false], '2026-11-26T17:00:00Z')), '2026-12-01T05:00')
  assert.equal(untilOf(ask(policies, ['freeze.deploys', false], '2027-01-30T17:00:00Z')), null)
})

test('of freezes too only the highest priority counts', () => {
  const freeze = (quarter: boolean, close: boolean): unknown[] => {
    const policies: ShortDefinition['policies'] = [
      ['quarter-end', { 'freeze.deploys': quarter }],
      ['month-end-close', { 'freeze.deploys': close }],
    ]
    const found = ask(policies, ['freeze.deploys', false], IN_ALL)
    return [found.value, ...found.steps.map(({ isDecisive }) => isDecisive)]
  }
  assert.deepEqual(freeze(false, true), [false, true, false])
  assert.deepEqual(freeze(true, true), [true, true, false])
})

test('a question that makes no sense is refused in words', () => {
  assert.throws(() => ask([], ['cache.ttl', 1], OUTSIDE), /needs its class/)
  assert.throws(() => ask([], ['cache.a.ttl', '5m'], OUTSIDE), /base of `cache.a.ttl` is a number/)
  assert.throws(() => ask([], ['cache.a.ttl', Number.NaN], OUTSIDE), /is a number/)
  assert.throws(() => ask([], ['freeze.deploys', 1], OUTSIDE), /of another form/)
  assert.throws(() => ask([], ['context', 'text'], OUTSIDE), /of another form/)
  assert.throws(() => ask([], ['backup.at', false], OUTSIDE), /of another form/)
  for (const key of ['cache.a.ttl', 'freeze.deploys']) {
    assert.throws(() => ask([], [key, key === 'cache.a.ttl' ? 1 : false], '2030-01-01T00:00:00Z'), /lies outside/)
  }
})
