import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { systemClock } from '#platform/clock.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { until } from '../../../test/support/until.ts'
import { createJobs } from './create-jobs.ts'
import { createQueueDepths } from './queue-depths.ts'

const { database } = await openTestDatabase()
const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock })
for (const name of ['mail', 'idle'])
  jobs.define({ name, parse: (payload) => payload, run: () => new Promise(() => undefined) })

test('jobs that are due are counted by queue, at a pace of its own however often it is asked', async (t) => {
  t.after(() => jobs.stop(0))
  for (const startAt of [undefined, undefined, new Date(Date.now() + 3_600_000)])
    await jobs.send('mail', {}, startAt === undefined ? {} : { startAt })
  const clock = createSteppedClock()
  let looks = 0
  const counted: typeof database = {
    ...database,
    read: (work) => {
      looks += 1
      return database.read(work)
    },
  }
  const stopping = new AbortController()
  const depths = createQueueDepths({ database: counted, clock, isKnown: (name) => name !== 'unheard-of' })
  assert.equal(depths.waiting(), null)
  depths.start(stopping.signal)
  await until(() => depths.waiting() !== null, 'it has looked')
  for (let scrape = 0; scrape < 100; scrape += 1) depths.waiting()
  assert.equal(looks, 1)
  const of = (name: string) => depths.waiting()?.get(name)
  assert.deepEqual([of('mail'), of('idle'), of('dead-letters')], [2, 0, 0])

  await jobs.send('mail', {})
  await clock.advance(14_999)
  assert.deepEqual([looks, of('mail')], [1, 2])
  await clock.advance(1)
  await until(() => of('mail') === 3, 'it looks again')
  stopping.abort()
  await depths.ended()
})

test('of queues that could not be looked at nothing is told, until they can be again', async () => {
  const clock = createSteppedClock()
  const stopping = new AbortController()
  let isAway = false
  const depths = createQueueDepths({
    database: { ...database, read: (work) => (isAway ? Promise.reject(new Error('away')) : database.read(work)) },
    clock,
    isKnown: () => true,
  })
  depths.start(stopping.signal)
  await until(() => depths.waiting() !== null, 'it has looked')
  isAway = true
  await clock.advance(15_000)
  await until(() => depths.waiting() === null, 'a look fails')
  isAway = false
  await clock.advance(15_000)
  await until(() => depths.waiting() !== null, 'it looks again')
  stopping.abort()
  await depths.ended()
})

test('a process that runs jobs looks by itself, and one that only sends does not; kinds of another version are not told', async (t) => {
  // 'mail' and 'idle' stand there from the other process.
  const running = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock })
  t.after(() => running.stop(0))
  running.define({ name: 'own', parse: (payload) => payload, run: async () => undefined })
  assert.equal(running.waiting(), null)
  await running.start()
  await until(() => running.waiting() !== null, 'it has looked')
  assert.deepEqual(new Set(running.waiting()?.keys()), new Set(['dead-letters', 'own']))
})
