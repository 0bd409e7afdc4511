import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notConfigured, well } from '#domain/doctor/finding.ts'
import { systemClock } from '#platform/clock.ts'
import { createManualClock } from '../../../../test/support/manual-clock.ts'
import { examine, type Check } from './examine.ts'

const needs = { clock: systemClock, limitMs: 60_000, faulty: new Set<string>(), conceal: (text: string) => text }

test('checks run side by side, and their answers come in the order of the checks', async () => {
  const second = Promise.withResolvers<void>()
  const checks: Check[] = [
    // It can only end when the one after it has begun.
    { id: 'first', look: () => second.promise.then(() => well('One.')) },
    {
      id: 'second',
      look: () => {
        second.resolve()
        return notConfigured('Two.')
      },
    },
  ]
  const found = await examine(checks, needs)
  assert.deepEqual(
    found.map(({ id, status, detail, fix }) => [id, status, detail, fix]),
    [
      ['first', 'ok', 'One.', null],
      ['second', 'not_configured', 'Two.', null],
    ],
  )
})

test('one that hangs is a failure after its time, one that breaks is a failure with its reason, and the others are told', async () => {
  const clock = createManualClock()
  const checks: Check[] = [
    { id: 'hanging', look: () => new Promise(() => undefined) },
    { id: 'broken', look: () => Promise.reject(new AggregateError([new Error('connect ECONNREFUSED')])) },
    {
      id: 'thrown',
      look: () => {
        throw new Error('odd')
      },
    },
    { id: 'well', look: () => well('Fine.') },
  ]
  const found = await examine(checks.slice(1), needs)
  assert.deepEqual(
    found.map(({ status, detail }) => [status, detail]),
    [
      ['fail', 'It could not be looked at: connect ECONNREFUSED.'],
      ['fail', 'It could not be looked at: odd.'],
      ['ok', 'Fine.'],
    ],
  )
  const [hanging] = await examine(checks.slice(0, 1), { ...needs, clock, limitMs: 20_000 })
  assert.equal(hanging?.status, 'fail')
  assert.match(hanging?.detail ?? '', /no answer within 20 s/)
})

test('what goes by a faulty setting is not looked at, and never well', async () => {
  let looked = 0
  const look = () => {
    looked += 1
    return well('By the standard value.')
  }
  const found = await examine([{ id: 'port', settings: ['SOPHIA_PORT'], look }], {
    ...needs,
    faulty: new Set(['SOPHIA_PORT']),
  })
  assert.deepEqual([found[0]?.status, looked], ['unknown', 0])
})
