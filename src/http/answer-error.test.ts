import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { systemClock as clock } from '#platform/clock.ts'
import { createTraceExport } from '#platform/tracing/trace-export.ts'
import { createTracing } from '#platform/tracing/tracing.ts'
import { openTestServer } from '../../test/support/http-fixture.ts'
import { defineRoute } from './route.ts'

const Line = z.looseObject({ 'trace.id': z.string(), 'sophia.correlation.id': z.string().optional() })

test('all lines of a request that failed stand under one trace, with the id of the caller beside it', async (t) => {
  const exports = createTraceExport({ send: async () => 'sent', log: pino({ level: 'silent' }) })
  const { server, lines } = openTestServer({
    routes: [
      defineRoute(
        { method: 'GET', path: '/broken', summary: '', access: 'public', response: z.object({ done: z.string() }) },
        () => Promise.reject(new Error('broken')),
      ),
    ],
    access: { authenticate: async () => null },
    tracing: createTracing({ clock, exports }),
  })
  t.after(async () => {
    await server.close()
    await exports.close()
  })
  const headers = { 'x-correlation-id': 'from-the-outside-7' }
  const answer = await server.inject({ method: 'GET', url: '/broken', headers })
  assert.equal(answer.statusCode, 500)
  const told = lines.map((line) => Line.parse(JSON.parse(line)))
  assert.equal(told.length, 2)
  assert.deepEqual([...new Set(told.map((line) => line['sophia.correlation.id']))], ['from-the-outside-7'])
  const traces = new Set(told.map((line) => line['trace.id']))
  assert.equal(traces.size, 1)
  assert.match([...traces].join(), /^[0-9a-f]{32}$/)
})
