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

test('a copy of an error is told as the error, an object that is none by its fields, and several by the words of each', () => {
  const original = new TypeError('no route')
  const copy = {
    message: original.message,
    stack: original.stack,
    queue: 'standings',
    password: 'hunter2hunter2',
  }
  assert.deepEqual(toEcs({ error: copy }), toEcs({ error: original }))
  assert.partialDeepStrictEqual(toEcs({ error: { status: 7, body: 'hunter2hunter2' } }), {
    error: { message: 'no error but an object with status, body' },
  })
  assert.partialDeepStrictEqual(toEcs({ error: Object.create(null) }), {
    error: { message: 'no error but an object with no fields' },
  })
  const several = new AggregateError([
    new Error('connect ECONNREFUSED ::1:5432'),
    new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  ])
  assert.partialDeepStrictEqual(toEcs({ error: several }), {
    error: { type: 'AggregateError', message: 'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432' },
  })
  // What quotes data does so in a copy, too.
  const parsing = new SyntaxError('Unexpected token h in hunter2hunter2')
  const refused = Object.assign(new Error('invalid input: hunter2hunter2'), { code: '22P02', severity: 'ERROR' })
  for (const error of [parsing, refused]) {
    const told = JSON.stringify(
      toEcs({ error: Object.assign({}, error, { message: error.message, stack: error.stack }) }),
    )
    assert.doesNotMatch(told, /hunter2/)
    assert.match(told, /left out/)
  }
})
