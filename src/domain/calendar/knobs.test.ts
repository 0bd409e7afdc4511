import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coversKey, KNOBS, parseKnobKey, type Knob, type KnobKey, type KnobName } from './knobs.ts'
import { readSettingValue } from './setting-value.ts'

function keyOf(text: string): KnobKey {
  const key = parseKnobKey(text)
  assert.ok('name' in key, text)
  return key
}

function faultOf(text: string): string {
  const key = parseKnobKey(text)
  assert.ok('message' in key, text)
  return `${key.message} [${key.suggestion}]`
}

test('a key is taken apart at its first and its last point', () => {
  assert.deepEqual(keyOf('cache.tool:ledger.*.ttl'), { name: 'cache.ttl', target: 'tool:ledger.*' })
  assert.deepEqual(keyOf('limits.tenant:a.b.rate'), { name: 'limits.rate', target: 'tenant:a.b' })
  assert.deepEqual(keyOf('mcp.*.probe'), { name: 'mcp.probe', target: '*' })
  assert.deepEqual(keyOf('backup.every'), { name: 'backup.every', target: '' })
  assert.deepEqual(keyOf('context'), { name: 'context', target: '' })
})

test('a faulty key says which there are, or what is missing', () => {
  assert.match(faultOf('cahce.llm:*.ttl'), /^There is no setting .* `cache\.<class>\.ttl`.*\[cache\.llm:\*\.ttl\]$/)
  assert.match(faultOf('scale.api.mni'), /\[scale\.api\.min\]$/)
  assert.match(faultOf('something.else'), /\[null\]$/)
  assert.match(faultOf('cache.ttl'), /^`cache\.ttl` needs its class in the middle: `cache\.<class>\.ttl`\./)
  assert.match(
    faultOf('backup.nightly.every'),
    /^`backup\.nightly\.every` has nothing in the middle\. \[backup\.every\]$/,
  )
  assert.match(faultOf('context.sales'), /There is no setting/)
  for (const key of ['', '.', '..', 'toString', 'constructor.x']) assert.match(faultOf(key), /There is no setting/)
})

test('a star stands for any run of characters, and every pattern that fits counts', () => {
  const asked = keyOf('cache.tool:ledger.balance.ttl')
  const covers = (key: string): boolean => coversKey(keyOf(key), asked)
  assert.deepEqual(
    ['cache.tool:ledger.*.ttl', 'cache.*.ttl', 'cache.*balance.ttl', 'cache.tool:ledger.balance.ttl'].map(covers),
    [true, true, true, true],
  )
  assert.deepEqual(['cache.tool:ledger.ttl', 'cache.*.stale', 'cache.llm:*.ttl', 'cache.Tool:*.ttl'].map(covers), [
    false,
    false,
    false,
    false,
  ])
  assert.equal(coversKey(keyOf('backup.every'), keyOf('backup.every')), true)
})

test('each knob takes its own forms', () => {
  const factor = (value: number): object => ({ kind: 'factor', factor: value })
  const amount = (value: number): object => ({ kind: 'amount', amount: value })
  assert.deepEqual(readSettingValue('cache.ttl', 'x0.25'), factor(0.25))
  assert.deepEqual(readSettingValue('cache.ttl', 'X 2'), factor(2))
  assert.deepEqual(readSettingValue('cache.ttl', '\u00d71.5'), factor(1.5))
  assert.deepEqual(readSettingValue('cache.ttl', '90s'), amount(90_000))
  assert.deepEqual(readSettingValue('cache.prewarm', 200), amount(200))
  assert.deepEqual(readSettingValue('cache.prewarm', 'top(200)'), amount(200))
  assert.deepEqual(readSettingValue('limits.budget', 'x1.5'), factor(1.5))
  assert.deepEqual(readSettingValue('alerts.threshold', -0.5), amount(-0.5))
  assert.deepEqual(readSettingValue('mcp.probe', '10s'), amount(10_000))
  assert.deepEqual(readSettingValue('backup.at', '2:05'), { kind: 'text', text: '02:05' })
  assert.deepEqual(readSettingValue('freeze.deploys', false), { kind: 'flag', isOn: false })
  assert.deepEqual(readSettingValue('context', '  Close is on.\n'), { kind: 'text', text: 'Close is on.' })
})

test('another form, or a value beyond the limits, is a fault in words', () => {
  const faults: readonly (readonly [KnobName, string | number | boolean, RegExp])[] = [
    ['cache.ttl', 300, /takes a factor such as `x0.25` or a duration .*, not `300`; a number has no unit\.$/],
    ['cache.ttl', '0.25', /not `0.25`\.$/],
    ['cache.ttl', 'x1001', /not `x1001`/],
    ['cache.ttl', 'x-1', /not `x-1`/],
    ['cache.ttl', '31d', /held from 0s to 30d; 31d lies beyond/],
    ['backup.every', '10m', /held from 15m to 31d; 10m lies beyond/],
    ['mcp.probe', '0s', /held from 1s to 1h/],
    ['scale.min', '6', /takes a factor such as `x0.25` or a number, not `6`/],
    ['scale.min', 1001, /held from 0 to 1000; 1001 lies beyond/],
    ['limits.rate', Number.NaN, /takes a factor/],
    ['backup.at', '24:00', /takes a time of day/],
    ['backup.at', 'x2', /takes a time of day/],
    ['freeze.deploys', 'yes', /takes `true` or `false`, not `yes`/],
    ['context', '  ', /takes a text/],
    ['context', 'x'.repeat(2001), /at most 2000 characters/],
  ]
  for (const [name, written, message] of faults) {
    const value = readSettingValue(name, written)
    assert.ok('message' in value, `${name} ${written}`)
    assert.match(value.message, message)
  }
})

test('the table says for each knob how equals become one', () => {
  const combines = Object.entries(KNOBS).map(([name, knob]: [string, Knob]) => `${name} ${knob.combine}`)
  assert.deepEqual(combines, [
    'cache.ttl smallest',
    'cache.stale smallest',
    'cache.prewarm largest',
    'limits.rate largest',
    'limits.budget largest',
    'alerts.threshold most lenient',
    'alerts.for largest',
    'mcp.probe smallest',
    'scale.min largest',
    'backup.every smallest',
    'backup.at smallest',
    'drills.every smallest',
    'freeze.deploys any',
    'context all',
  ])
  for (const knob of Object.values(KNOBS)) assert.match(knob.why, /^[A-Z].*\.$/)
})
