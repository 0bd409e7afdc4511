import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { StatusEvent } from '#contract/mcp.ts'
import { systemClock } from '#platform/clock.ts'
import type { Database } from '#platform/postgres/database.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createSharedFeed } from './shared-feed.ts'
import { advanceSequence } from './shared-store.ts'
import { createStatusEvents } from './status-events.ts'

const { database } = await openTestDatabase()
const log = pino({ level: 'silent' })
const probed = (ms: number): StatusEvent => ({
  type: 'probe',
  at: new Date(0).toISOString(),
  server: 'crm',
  outcome: 'ok',
  ms,
})
const store = (ms: number): Promise<number> => database.inTransaction((handle) => advanceSequence(handle, [probed(ms)]))

function openFeed(over: Database) {
  const events = createStatusEvents()
  const heard: number[] = []
  events.listen(({ number }) => void heard.push(number))
  const feed = createSharedFeed(
    { database: over, clock: systemClock, log },
    {
      onReport: () => undefined,
      onMark: () => Promise.resolve(),
      onMinutes: () => undefined,
      onEvent: async (event) => events.publish(event),
      onStepBack: () => undefined,
      onEventsAnew: async (told) => events.stepBack(told),
    },
  )
  return { feed, heard, events }
}

test('an event that is stored in the midst of a look is told once, by the next', async () => {
  let isMidst = false
  const over: Database = {
    ...database,
    read: (work) =>
      database.read((handle) =>
        work({
          ...handle,
          rows: async (...asked) => {
            if (isMidst) await store(2)
            isMidst = false
            return handle.rows(...asked)
          },
        }),
      ),
  }
  await store(1)
  const { feed, heard } = openFeed(over)
  isMidst = true
  await feed.look()
  assert.deepEqual(heard, [1])
  await feed.look()
  await store(3)
  isMidst = true
  await feed.look()
  await feed.look()
  assert.deepEqual(heard, [1, 2, 3, 4])
})

test('a database that went back tells what is new in it, by its smaller numbers, and not again what was told', async () => {
  const { feed, heard, events } = openFeed(database)
  await feed.look()
  const before = heard.length
  assert.ok(before >= 4)
  const ends = new AbortController()
  const reading = events.read(null, ends.signal)
  const next = reading.next()
  await database.read((handle) =>
    handle.client.query(
      'with gone as (delete from mcp_events where number > 2) update mcp_sequence set seq = 2, events = 2',
    ),
  )
  await store(33)
  await feed.look()
  assert.deepEqual(heard.slice(before), [3])
  await store(44)
  await feed.look()
  assert.deepEqual(heard.slice(before), [3, 4])
  const second = reading.next()
  assert.deepEqual([(await next).value?.event, (await second).value?.event], [probed(33), probed(44)])
  ends.abort()
})
