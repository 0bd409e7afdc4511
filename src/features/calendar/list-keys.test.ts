import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CalendarExplanation } from '#contract/calendar.ts'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import type { KnownBases } from './known-bases.ts'
import { listKeys } from './list-keys.ts'
import { presentExplanation, presentMoved } from './present-now.ts'

const SHORT: ShortDefinition = {
  periods: {
    nights: { when: 'mon-sun', hours: ['22:00', '06:00'], priority: 10 },
    closing: { when: 'last 1 days of month', priority: 50 },
  },
  policies: [
    ['nights', { 'mcp.*.probe': 'x2', context: 'It is night.' }],
    [
      'closing',
      {
        'limits.member.rate': 'x3',
        'limits.key.rate': 'x1',
        'alerts.turns-w*.threshold': 'x2',
        'alerts.moonrise.for': '5m',
        'cache.of-later*.ttl': 'x2',
      },
    ],
  ],
}
const PLAN = planOf(SHORT, { fromDay: '2026-11-01', toDay: '2026-12-31' })
const BASES: KnownBases = new Map([
  ['limits.member.rate', 20],
  ['limits.key.rate', 5],
  ['mcp.crm.probe', 30_000],
  ['mcp.erp.probe', 30_000],
])
const needs = { bases: () => BASES }

test('a pattern is told by the keys that it covers, and by itself where nothing goes by it', () => {
  assert.deepEqual(listKeys(PLAN, BASES), [
    'alerts.moonrise.for',
    'alerts.turns-waiting.threshold',
    'cache.of-later*.ttl',
    'limits.key.rate',
    'limits.member.rate',
    'mcp.crm.probe',
    'mcp.erp.probe',
  ])
  assert.ok(listKeys(PLAN, new Map()).includes('mcp.*.probe'))
})

test('each key that is moved is explained as when asked for; what stays as it is is not', () => {
  const keysAt = (at: string): string[] => presentMoved(needs, PLAN, new Date(at)).map(({ key }) => key)
  assert.deepEqual(keysAt('2026-11-15T12:00:00Z'), [])
  assert.deepEqual(keysAt('2026-11-15T23:00:00Z'), ['mcp.crm.probe', 'mcp.erp.probe', 'context'])
  assert.deepEqual(keysAt('2026-11-30T12:00:00Z'), [
    'alerts.turns-waiting.threshold',
    'limits.member.rate',
    // What nothing here goes by has no value that could be compared.
    'alerts.moonrise.for',
    'cache.of-later*.ttl',
  ])
  const at = new Date('2026-11-30T12:00:00Z')
  for (const told of presentMoved(needs, PLAN, at)) {
    assert.deepEqual(CalendarExplanation.parse(told), presentExplanation(needs, PLAN, { key: told.key, at }))
  }
  assert.throws(() => keysAt('2031-01-01T00:00:00Z'), { code: 'INVALID_INPUT' })
})

test('a key of whose cache a period in force wants fresh values is explained, though its value is as it was', () => {
  const plan = planOf(
    {
      periods: { closing: { when: 'last 1 days of month' } },
      policies: [['closing', { 'cache.tool-result.ttl': { value: 'x1', freshAtStart: true } }]],
    },
    { fromDay: '2026-11-01', toDay: '2026-12-31' },
  )
  const cache: KnownBases = new Map([
    ['cache.tool-result.ttl', 15_000],
    ['cache.embedding.ttl', 15_000],
  ])
  const keysAt = (at: string): string[] =>
    presentMoved({ bases: () => cache }, plan, new Date(at)).map(({ key }) => key)
  assert.deepEqual(keysAt('2026-11-29T12:00:00Z'), [], 'one that is to come moves nothing yet')
  assert.deepEqual(keysAt('2026-11-30T12:00:00Z'), ['cache.tool-result.ttl'])
})
