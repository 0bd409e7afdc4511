import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toEcs } from './to-ecs.ts'

test('names of the schema stay, and all others become labels that are keywords', () => {
  assert.deepEqual(
    toEcs({
      'url.path': '/api/deals',
      'http.route': '/api/deals',
      'sophia.job.name': 'standings',
      server: 'crm',
      count: 3,
      faults: [{ line: 2 }],
      absent: undefined,
    }),
    {
      'url.path': '/api/deals',
      labels: { http_route: '/api/deals', job_name: 'standings', server: 'crm', count: '3', faults: '[{"line":2}]' },
    },
  )
})

test('a span of time is told in nanoseconds', () => {
  assert.deepEqual(toEcs({ 'event.duration_ms': 12.5 }), { 'event.duration': 12_500_000 })
})

test('an error that is none, and one without words, are told', () => {
  assert.deepEqual(toEcs({ error: 'plain' }), { error: { message: 'plain', stack_trace: 'plain' } })
  const { error } = toEcs({ error: Object.assign(new Error(''), { code: 'EPIPE', password: 'hunter2hunter2' }) })
  assert.partialDeepStrictEqual(error, { type: 'Error', code: 'EPIPE', message: '' })
  assert.doesNotMatch(JSON.stringify(error), /hunter2/)
})
