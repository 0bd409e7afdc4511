import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import type { Principal } from '#domain/permission.ts'
import { openCacheHouse } from '../../test/support/cache-house.ts'
import { createAnswerCache } from './answer-cache.ts'

const principal = { memberId: 'ann', role: 'rep', teamId: null, visible: { kind: 'all' } } as unknown as Principal

test('the header says stale where an older page was given, whether it was past its time or stood in for one that failed', async (t) => {
  const { cache, clock } = openCacheHouse()
  const answers = createAnswerCache({ cache, epochs: { of: async () => 'one' }, clock, version: '1' })
  const app = fastify()
  t.after(() => app.close())
  let make = async (): Promise<string> => '{}'
  app.get('/', (request, reply) =>
    answers.answer({ keptIn: 'directory', place: ['/'], epochs: [], principal, request, reply, make: () => make() }),
  )
  const ask = async () => {
    const { statusCode, headers } = await app.inject('/')
    return `${statusCode} ${String(headers['x-sophia-cache'])}`
  }
  assert.equal(await ask(), '200 miss; age=0')
  await clock.advance(3000)
  assert.equal(await ask(), '200 l1; age=3')
  await clock.advance(7000)
  assert.equal(await ask(), '200 stale; age=10')
  await clock.advance(1)
  assert.equal(await ask(), '200 l1; age=0', 'made anew behind it')
  make = () => Promise.reject(new Error('the database is away'))
  await clock.advance(40_000)
  assert.equal(await ask(), '200 stale; age=40', 'the older one stood in')
})
