import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { effective, type KnobValue } from './effective.ts'
import { explain } from './explain.ts'

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
const IN_ALL = '2026-12-30T17:00:00Z'
const OUTSIDE = '2026-11-10T17:00:00Z'
const TTL = ['cache.tool:ledger.balance.ttl', 300_000] as const

test('an explanation is the same with sentences', () => {
  const policies: ShortDefinition['policies'] = [
    ['quarter-end', { 'cache.tool:*.ttl': 'x0.5' }],
    ['month-end-close', { 'cache.*.ttl': 'x0.25' }],
    ['last-days', { 'cache.*.ttl': '10s' }],
  ]
  const plan = planOf({ periods: PERIODS, policies }, SPAN)
  const tell = (at: string): readonly string[] => explain(plan, { key: TTL[0], base: TTL[1] }, Date.parse(at)).sentences
  assert.deepEqual(tell(IN_ALL), [
    '`cache.tool:ledger.balance.ttl` is 150s; without the calendar it is 5m.',
    'Quarter end (priority 80; calendar.yaml, line 101) says x0.5, which makes 150s.',
    'Month-end close (priority 50; calendar.yaml, line 111) says x0.25, which makes 75s, and a higher priority counts.',
    'Last days (priority 50; calendar.yaml, line 121) says 10s, and a higher priority counts.',
    'So it is until 2027-01-01 05:00 UTC.',
  ])
  assert.deepEqual(tell(OUTSIDE), [
    '`cache.tool:ledger.balance.ttl` is 5m: no period in force moves it.',
    'So it is until 2026-11-25 05:00 UTC.',
  ])
  assert.deepEqual(tell('2026-11-30T17:00:00Z').slice(1), [
    'Month-end close (priority 50; calendar.yaml, line 111) says x0.25, which makes 75s, and another of its priority counts.',
    'Last days (priority 50; calendar.yaml, line 121) says 10s.',
    'Of the same priority counts the smallest: Whoever asks for fresher answers must get them; the other period loses only hits.',
    'So it is until 2026-12-01 05:00 UTC.',
  ])
  const { sentences, ...rest } = explain(plan, { key: TTL[0], base: TTL[1] }, Date.parse(IN_ALL))
  assert.ok(sentences.length > 0)
  assert.deepEqual(rest, effective(plan, { key: TTL[0], base: TTL[1] }, Date.parse(IN_ALL)))
})

test('an explanation names limits, ramps, texts and the end of the plan', () => {
  const policies: ShortDefinition['policies'] = [
    ['close', { 'limits.*.rate': 'x3', 'mcp.*.probe': 'x0.001', context: 'The close is on.', 'freeze.deploys': true }],
  ]
  const close = { when: 'last 3 bd of month', calendar: 'ny', ramp: '30m', priority: 50 }
  const plan = planOf({ periods: { close }, policies }, SPAN)
  const tell = (key: string, base: KnobValue, at: string): readonly string[] =>
    explain(plan, { key, base }, Date.parse(at)).sentences
  assert.deepEqual(tell('limits.a.rate', 10, '2026-11-25T05:15:00Z'), [
    '`limits.a.rate` is 20 requests a second; without the calendar it is 10 requests a second.',
    'close (priority 50; calendar.yaml, line 101) says x3, within its ramp x2 for now, which makes 20 requests a second.',
    'It is on its way until 2026-11-25 05:30 UTC.',
  ])
  assert.equal(tell('mcp.crm.probe', 30_000, '2026-11-25T17:00:00Z')[2], 'No policy moves it out of 1s to 1h.')
  assert.equal(
    tell('context', [], '2026-11-25T17:00:00Z')[0],
    '`context` is "The close is on."; without the calendar it is nothing.',
  )
  assert.equal(
    tell('context', [], '2026-11-25T17:00:00Z')[1],
    'close (priority 50; calendar.yaml, line 103) says "The close is on."',
  )
  assert.equal(
    tell('freeze.deploys', false, '2026-11-25T17:00:00Z')[0],
    '`freeze.deploys` is yes; without the calendar it is no.',
  )
  assert.equal(tell('alerts.a.threshold', 0.5, OUTSIDE)[0], '`alerts.a.threshold` is 0.5: no period in force moves it.')
  assert.equal(
    tell('limits.a.rate', 10, '2027-01-31T23:00:00Z').at(-1),
    'So it is as far as the calendar is worked out.',
  )
})

test('one of a unit is not many of it', () => {
  const tell = (key: string, base: number): string =>
    explain(planOf({ periods: PERIODS, policies: [] }, SPAN), { key, base }, Date.parse(OUTSIDE)).sentences[0] ?? ''
  assert.match(tell('scale.web.min', 1), / is 1 replica:/)
  assert.match(tell('scale.web.min', 2), / is 2 replicas:/)
  assert.match(tell('cache.tool:x.prewarm', 1), / is 1 entry:/)
  assert.match(tell('limits.ann.rate', 1), / is 1 request a second:/)
  assert.match(tell('limits.ann.budget', 1), / is 1 US dollar a day:/)
})
