import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SophiaError } from '#domain/errors.ts'
import { costMicros, findPrice } from '#domain/price.ts'
import { loadPrices, parsePrices } from './load-prices.ts'

const SHIPPED = fileURLToPath(new URL('../../../prices.yaml', import.meta.url))

function faultsOf(text: string): [string, string][] {
  try {
    parsePrices(text, 'prices.yaml')
  } catch (error) {
    assert.ok(error instanceof SophiaError)
    assert.equal(error.code, 'CONFIG_NOT_VALID')
    return error.faults.map((fault) => [fault.path, fault.message])
  }
  return []
}

test('the shipped file is valid, prices known models and no unknown ones, and the playbook is free', async () => {
  const prices = await loadPrices(SHIPPED)
  const usage = { input: 1_000_000, cachedInput: 0, output: 1_000_000 }
  const opus = findPrice(prices, 'anthropic', 'claude-opus-4-5-20251101')
  assert.ok(opus)
  assert.equal(costMicros(opus, usage), 30_000_000)
  assert.equal(findPrice(prices, 'openai', 'gpt-5-mini-2025-08-07')?.input, 0.25)
  assert.equal(findPrice(prices, 'openai', 'gpt-5')?.input, 1.25)
  assert.equal(findPrice(prices, 'openai', 'gpt-5-pro'), undefined)
  assert.equal(findPrice(prices, 'openai', 'llama3'), undefined)
  assert.equal(findPrice(prices, 'playbook', 'playbook')?.output, 0)
})

test('a fault is told with the line it stands on', () => {
  const text = [
    'sources: []',
    'prices:',
    '  - { provider: a, model: b, input: 1, cachedInput: 1, output: 1 }',
    '  - provider: a',
    '    model: c',
    '    input: cheap',
    '    cachedInput: 1',
    '    output: -1',
  ].join('\n')
  const faults = faultsOf(text)
  assert.deepEqual(
    faults.map(([path]) => path),
    ['line 6, prices.1.input', 'line 8, prices.1.output'],
  )
})

test('a missing or unknown field is told with the line of its entry', () => {
  const text = 'sources: []\nprices:\n  - { provider: a, model: b, input: 1, output: 1, extra: 2 }\n'
  const paths = faultsOf(text).map(([path]) => path)
  assert.ok(paths.includes('line 3, prices.0.cachedInput'))
  assert.ok(paths.includes('line 3, prices.0'))
})

test('what is no YAML, an empty file and a model priced twice are refused', () => {
  assert.match(faultsOf('sources: []\nprices: [')[0]?.[0] ?? '', /^line 2/)
  assert.equal(faultsOf('').length > 0, true)
  const row = '{ provider: a, model: b, input: 1, cachedInput: 1, output: 1 }'
  assert.deepEqual(faultsOf(`sources: []\nprices:\n  - ${row}\n  - ${row}\n`), [['a/b', 'has two prices']])
})

test('a file that is not there is said so', async () => {
  await assert.rejects(loadPrices('/nowhere/prices.yaml'), /cannot be read/)
})
