import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeDefinition, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { defineCalendar } from './define-calendar.ts'
import { isMatched, namesOf, parsePeriodMatch, type PeriodMatch } from './period-match.ts'

const PERIODS: ShortDefinition['periods'] = {
  'month-end-close': { when: 'last 3 bd of month', calendar: 'ny' },
  'quiet-nights': { when: 'bd', hours: ['22:00', '06:00'] },
}

function faultsOf(policies: ShortDefinition['policies'], periods = PERIODS): string[] {
  const defined = defineCalendar(writeDefinition({ periods, policies }))
  assert.ok('faults' in defined)
  return defined.faults.map(
    ({ source, path, message, suggestion }) => `${source.line} ${path.join('/')} ${message} [${suggestion}]`,
  )
}

test('a whole file without a fault', () => {
  const policies: ShortDefinition['policies'] = [
    [
      'month-end-close and not quiet-nights',
      { 'cache.tool:*.ttl': { value: 'x0.25', freshAtStart: true }, 'scale.api.min': 4 },
    ],
  ]
  const defined = defineCalendar(writeDefinition({ periods: PERIODS, policies }))
  assert.ok('value' in defined)
  assert.deepEqual(
    defined.value.periods.map(({ name, timeZone }) => `${name} ${timeZone}`),
    ['month-end-close America/New_York', 'quiet-nights UTC'],
  )
  assert.deepEqual(defined.value.policies, [
    {
      match: {
        kind: 'and',
        all: [
          { kind: 'period', name: 'month-end-close' },
          { kind: 'not', of: { kind: 'period', name: 'quiet-nights' } },
        ],
      },
      matchText: 'month-end-close and not quiet-nights',
      settings: [
        {
          key: { name: 'cache.ttl', target: 'tool:*' },
          value: { kind: 'factor', factor: 0.25 },
          isFreshAtStart: true,
          freshSource: { file: 'calendar.yaml', line: 101 },
          source: { file: 'calendar.yaml', line: 101 },
        },
        {
          key: { name: 'scale.min', target: 'api' },
          value: { kind: 'amount', amount: 4 },
          isFreshAtStart: false,
          freshSource: { file: 'calendar.yaml', line: 102 },
          source: { file: 'calendar.yaml', line: 102 },
        },
      ],
      source: { file: 'calendar.yaml', line: 100 },
    },
  ])
})

test('every fault of a file is told, each with its line and path', () => {
  const faults = faultsOf(
    [
      ['month-end-clsoe', { 'cache.ttl': 'x0.25', 'freeze.deploys': 'yes' }],
      ['quiet-nights', {}],
      ['quiet-nights', { 'mcp.*.probe': { value: '10s', freshAtStart: true } }],
    ],
    { ...PERIODS, 'rent-due': { when: 'days 5-1 of month', calendar: 'nyc' } },
  )
  const expected = [
    /^12 periods\/rent-due\/calendar There is no calendar `nyc`; .*\[ny\]$/,
    /^12 periods\/rent-due\/when 5-1 runs backwards/,
    /^100 policies\/0\/match Expected a period \(`month-end-close`, `quiet-nights` or `rent-due`\).*\[month-end-close\]$/,
    /^101 policies\/0\/cache.ttl `cache.ttl` needs its class/,
    /^102 policies\/0\/freeze.deploys `freeze.deploys` takes `true` or `false`/,
    /^110 policies\/1\/match This policy moves nothing/,
    /^121 policies\/2\/mcp\.\*\.probe `freshAtStart` is of the `ttl`/,
  ]
  assert.equal(faults.length, expected.length, faults.join('\n'))
  for (const [index, pattern] of expected.entries()) assert.match(faults[index] ?? '', pattern)
})

test('a name is given once, and a faulty calendar is no fault of those that use it', () => {
  const written = writeDefinition({ periods: PERIODS, policies: [] })
  const [period] = written.periods
  assert.ok(period)
  const source = { file: 'calendar.yaml', line: 50 }
  const twins = defineCalendar({ ...written, periods: [...written.periods, { ...period, source }] })
  assert.ok('faults' in twins)
  assert.deepEqual(
    twins.faults.map(({ source: { line }, message }) => `${line} ${message}`),
    ['50 `month-end-close` is defined already, on line 10.'],
  )
  const broken = defineCalendar({ ...written, calendars: [{ name: 'ny', base: 'us-fde', source }] })
  assert.ok('faults' in broken)
  assert.deepEqual(
    broken.faults.map(({ path }) => path.join('/')),
    ['calendars/ny/base'],
  )
})

const NAMES = ['month-end-close', 'quiet-nights', 'not-yet', 'c'] as const
const anyMatch: fc.Arbitrary<PeriodMatch> = fc.letrec<{ match: PeriodMatch }>((tie) => ({
  match: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...NAMES).map((name) => ({ kind: 'period' as const, name })),
    tie('match').map((of) => ({ kind: 'not' as const, of })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('match'), { minLength: 2, maxLength: 3 }))
      .map(([kind, all]) => ({ kind, all })),
  ),
})).match

function written(match: PeriodMatch): string {
  if (match.kind === 'period') return match.name
  if (match.kind === 'not') return `not (${written(match.of)})`
  return match.all.map((part) => `(${written(part)})`).join(` ${match.kind} `)
}

test('which periods a policy wants is read with the usual precedence', () => {
  const read = (text: string): PeriodMatch => {
    const reading = parsePeriodMatch(text, new Set(NAMES))
    assert.ok('match' in reading, text)
    return reading.match
  }
  assert.deepEqual(read('c or not c and quiet-nights'), read('c or ((not c) and quiet-nights)'))
  assert.deepEqual(read('NOT C'), { kind: 'not', of: { kind: 'period', name: 'c' } })
  assert.deepEqual(read('not-yet'), { kind: 'period', name: 'not-yet' })
  fc.assert(fc.property(anyMatch, (match) => assert.deepEqual(read(written(match)), match)))
  for (const text of ['', 'c and', '(c', 'c)', 'c quiet-nights', 'd', 'and', 'c & c']) {
    assert.ok('fault' in parsePeriodMatch(text, new Set(NAMES)), text)
  }
  const none = parsePeriodMatch('c', new Set())
  assert.ok('fault' in none && /a period, of which there is none/.test(none.fault.message))
})

test('a period that is only wanted never ends a match by beginning, one that is only unwanted never begins it', () => {
  const states = fc.subarray([...NAMES])
  fc.assert(
    fc.property(anyMatch, states, fc.constantFrom(...NAMES), (match, active, name) => {
      const { wanted, unwanted } = namesOf(match)
      const before = isMatched(match, (asked) => asked !== name && active.includes(asked as (typeof NAMES)[number]))
      const after = isMatched(match, (asked) => asked === name || active.includes(asked as (typeof NAMES)[number]))
      if (!unwanted.has(name)) assert.ok(!before || after)
      if (!wanted.has(name)) assert.ok(before || !after)
    }),
    { numRuns: 500 },
  )
})
