import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeChange } from './describe-change.ts'

test('a changed amount is told in its own currency, and as a plain number where that is not known', () => {
  const change = { field: 'value_micros', from: '900000000', to: '1250500000000' }
  assert.deepEqual(describeChange({ ...change, currency: 'EUR' }), {
    title: 'Value changed',
    detail: 'from €900 to €1.3M',
  })
  assert.deepEqual(describeChange({ ...change, currency: null }), {
    title: 'Value changed',
    detail: 'from 900 to 1,250,500',
  })
})

test('what was filled in, removed, moved or decided is said so', () => {
  const say = (field: string, from: string | null, to: string | null) =>
    Object.values(describeChange({ field, from, to, currency: 'USD' })).join(': ')
  assert.equal(say('arr_micros', null, '120000000'), 'Annual recurring revenue filled in: $120')
  assert.equal(say('competitor', 'Rentspool', null), 'Competitor removed: was Rentspool')
  assert.equal(
    say('expected_close_on', '2026-01-01', '2026-02-01'),
    'Expected close moved later: from 2026-01-01 to 2026-02-01',
  )
  assert.equal(say('stage', 'proposal', 'won'), 'Deal won: was in proposal')
})
