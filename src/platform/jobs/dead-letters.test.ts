import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import { systemClock } from '#platform/clock.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { until } from '../../../test/support/until.ts'
import { createJobs } from './create-jobs.ts'

const { database } = await openTestDatabase()
let isMended = false
const done: unknown[] = []
const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock, pollSeconds: 0.5 })
jobs.define({
  name: 'poison',
  parse: (payload) => z.object({ n: z.int() }).parse(payload),
  retries: 0,
  run: async (payload) => {
    if (!isMended) throw new SophiaError('MODEL_UNAVAILABLE')
    done.push(payload)
  },
})
await jobs.start()

const listed = () => jobs.dead.list({ limit: 50 })
/** Sends one and waits until it is given up. */
async function bury(payload: object): Promise<void> {
  const before = (await listed()).items.length
  await jobs.send('poison', payload)
  await until(async () => (await listed()).items.length > before, 'it is given up')
}

test('a job that failed for the last time is listed with its kind, its tries and the reason, never its payload', async () => {
  await bury({ n: 1 })
  await bury({ n: 'the words of a member' })
  const { items } = await listed()
  assert.deepEqual(
    items.map(({ name, tries, code }) => [name, tries, code]),
    [
      ['poison', 1, 'INVALID_INPUT'],
      ['poison', 1, 'MODEL_UNAVAILABLE'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(items), /words of a member/)
  assert.ok(items.every(({ sentAt, failedAt }) => sentAt <= failedAt))
})

test('the list pages from the newest, each once', async () => {
  const { items } = await listed()
  const first = await jobs.dead.list({ limit: 1 })
  assert.ok(first.nextCursor)
  const second = await jobs.dead.list({ limit: 1, cursor: first.nextCursor })
  assert.deepEqual([...first.items, ...second.items], items)
  assert.equal(second.nextCursor, null)
})

test('one that fails again comes back; mended it is done and gone', async () => {
  const [, first] = (await listed()).items
  assert.ok(first)
  assert.equal(await jobs.dead.retry(first.id), 'poison')
  await until(async () => (await listed()).items.length === 2, 'it is back')
  isMended = true
  const again = (await listed()).items.find(({ code }) => code === 'MODEL_UNAVAILABLE')
  assert.ok(again)
  assert.notEqual(again.id, first.id)
  await jobs.dead.retry(again.id)
  await until(() => done.length > 0, 'it is done')
  assert.deepEqual(done, [{ n: 1 }])
  assert.equal((await listed()).items.length, 1)
})

test('one that is discarded is gone, and neither it nor an unknown one can be taken again', async () => {
  const [left] = (await listed()).items
  assert.ok(left)
  assert.equal(await jobs.dead.discard(left.id), 'poison')
  assert.deepEqual((await listed()).items, [])
  await assert.rejects(jobs.dead.discard(left.id), { code: 'NOT_FOUND' })
  await assert.rejects(jobs.dead.retry(left.id), { code: 'NOT_FOUND' })
})

test('a kind that is no longer known is not sent, and stays to be deleted', async () => {
  isMended = false
  await bury({ n: 2 })
  const later = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock })
  const [left] = (await later.dead.list({ limit: 1 })).items
  assert.ok(left)
  await assert.rejects(later.dead.retry(left.id), { code: 'CONFLICT', message: /kind poison/ })
  assert.equal((await listed()).items.length, 1)
  await later.stop(0)
  await jobs.stop(0)
})
