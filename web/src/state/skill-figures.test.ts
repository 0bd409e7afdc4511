import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figureText } from './figure-text.ts'
import { coverageWords, knownFigures, signalOf } from './skill-figures.ts'

test('what is not known is never a good signal', () => {
  assert.deepEqual(['low', 'medium', 'high', 'healthy', 'at_risk', 'unknown', 'anything'].map(signalOf), [
    'good',
    'watch',
    'risk',
    'good',
    'watch',
    'unknown',
    'unknown',
  ])
})

test('coverage is said in words', () => {
  const missing = ['usage', 'support', 'engagement', 'contacts'].map((input) => ({ input }))
  assert.equal(coverageWords({ present: ['a', 'b'], missing: [] }), 'All 2 inputs present')
  assert.equal(
    coverageWords({ present: ['a', 'b', 'c'], missing: missing.slice(0, 2) }),
    '3 of 5 inputs; usage and support missing',
  )
  assert.equal(coverageWords({ present: ['a'], missing }), '1 of 5 inputs; usage, support and 2 more missing')
  assert.equal(coverageWords({ present: [], missing: [] }), 'No inputs')
})

test('risk and health are recognised by their skill and form, anything else is shown in words', () => {
  const risk = { level: 'high', score: 0.4, signals: [], winProbability: null, more: 1 }
  assert.equal(knownFigures('coach-deal', risk).kind, 'risk')
  assert.equal(
    knownFigures('assess-health', { score: null, band: 'unknown', components: [], drivers: [] }).kind,
    'health',
  )
  assert.equal(knownFigures('coach-deal', { level: 'high' }).kind, 'other')
  assert.equal(knownFigures('review-pipeline', risk).kind, 'other')
})

test('a value of any form is said in words, and unknown is said', () => {
  assert.equal(figureText(null), 'unknown')
  assert.equal(figureText(['rep Anna', 'open']), 'rep Anna, open')
  assert.equal(figureText({ amount: { amountMicros: 1_000_000, currency: 'USD' }, rows: 2 }), '$1')
  assert.equal(figureText({ openDeals: 3 }), 'open deals 3')
})
