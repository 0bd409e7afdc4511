import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  assumedCeiling,
  costMicros,
  findPrice,
  matchesPattern,
  splitModelLabel,
  worstCaseMicros,
  type PriceTable,
} from './price.ts'

const table: PriceTable = [
  { provider: 'playbook', model: '*', input: 0, cachedInput: 0, output: 0 },
  { provider: 'openai', model: 'big*', input: 2, cachedInput: 0.5, output: 8 },
  { provider: 'openai', model: 'big-mini*', input: 0.4, cachedInput: 0.1, output: 1.6 },
  { provider: 'openai', model: 'big-mini', input: 0.3, cachedInput: 0.1, output: 1.2 },
  {
    provider: 'anthropic',
    model: 'poet-*',
    input: 0.1,
    cachedInput: 0.01,
    output: 0.5,
    longInput: { above: 100_000, input: 0.5, cachedInput: 0.05, output: 2.5 },
  },
]

function priceOf(provider: string, model: string) {
  const price = findPrice(table, provider, model)
  assert.ok(price)
  return price
}

test('a call costs its fresh input, its cached input and its output', () => {
  // 8 000 fresh at 2 + 2 000 cached at 0.5 + 1 000 out at 8 = 16 000 + 1 000 + 8 000 micros
  assert.equal(costMicros(priceOf('openai', 'big'), { input: 10_000, cachedInput: 2000, output: 1000 }), 25_000)
})

test('a long input changes the rates of the whole request, from one token above the mark', () => {
  const price = priceOf('anthropic', 'poet-1')
  assert.equal(costMicros(price, { input: 100_000, cachedInput: 0, output: 1000 }), 10_500)
  assert.equal(costMicros(price, { input: 100_001, cachedInput: 0, output: 1000 }), 52_501)
})

test('the most exact pattern wins and another provider never answers', () => {
  assert.equal(priceOf('openai', 'big-mini').input, 0.3)
  assert.equal(priceOf('openai', 'big-mini-2026').input, 0.4)
  assert.equal(priceOf('openai', 'big-2026').input, 2)
  assert.equal(findPrice(table, 'anthropic', 'big'), undefined)
})

test('an unknown model is held at the dearest rates of its provider, an unknown provider at the dearest of all', () => {
  assert.deepEqual(assumedCeiling(table, 'anthropic'), {
    provider: 'anthropic',
    model: '*',
    input: 0.5,
    cachedInput: 0.05,
    output: 2.5,
  })
  assert.equal(assumedCeiling(table, 'elsewhere')?.output, 8)
  assert.equal(assumedCeiling([], 'elsewhere'), undefined)
})

test('a label is a provider and a model; a bare name is both', () => {
  assert.deepEqual(splitModelLabel('openai/org/model'), { provider: 'openai', model: 'org/model' })
  assert.deepEqual(splitModelLabel('playbook'), { provider: 'playbook', model: 'playbook' })
})

test('no call within its announced size costs more than was held back for it', () => {
  const tokens = fc.nat({ max: 300_000 })
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const anyCall = fc.record({ price: fc.constantFrom(...table), input: tokens, maxOutput: tokens, share })
  fc.assert(
    fc.property(anyCall, (call) => {
      const cachedInput = Math.floor(call.input * call.share)
      const usage = { input: call.input, cachedInput, output: Math.floor(call.maxOutput * call.share) }
      assert.ok(costMicros(call.price, usage) <= worstCaseMicros(call.price, call.input, call.maxOutput))
    }),
  )
})

test('a star stands for any run of characters, also none', () => {
  const parts = fc.array(fc.stringMatching(/^[ab-]{0,3}$/), { minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(parts, fc.stringMatching(/^[ab-]{0,12}$/), (pieces, name) => {
      const expected = new RegExp(`^${pieces.join('.*')}$`).test(name)
      assert.equal(matchesPattern(pieces.join('*'), name), expected)
    }),
  )
})
