import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { BriefingContent } from '#domain/briefing/content.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { addMember } from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { sql } from '#platform/postgres/sql.ts'
import type { DeliveryKey } from './briefings-store.ts'
import { createBriefings } from './index.ts'

const signal = new AbortController().signal
const CONTENT: BriefingContent = {
  headline: 'Your day',
  sections: [],
  asOf: '2026-11-23',
  isToday: true,
  caveats: [],
}

/** One who is briefed by e-mail and webhook, at the moment at which it is due, and processes that each have the jobs. */
async function setUp() {
  const { database } = await openTestDatabase()
  const clock = createManualClock('2026-11-23T07:00:00.000Z')
  await database.read((handle) =>
    handle.run(sql`update schema_migrations set applied_at = now() - interval '1 hour' * 2`),
  )
  const ann = await addMember(database, 'ann')
  const state = { isAway: false, keys: [] as DeliveryKey[] }
  const outage = (): Promise<never> => Promise.reject(new SophiaError('DATABASE_UNAVAILABLE'))
  const breakable: Database = {
    ...database,
    read: (work) => (state.isAway ? outage() : database.read(work)),
    inTransaction: (...asked) => (state.isAway ? outage() : database.inTransaction(...asked)),
  }
  const left: string[] = []
  const openProcess = (far: { compose?: () => Promise<void>; leave?: () => Promise<void> } = {}) => {
    const take = async (what: string): Promise<void> => {
      await far.leave?.()
      left.push(what)
    }
    const briefings = createBriefings({
      database: breakable,
      clock,
      log: pino({ level: 'silent' }),
      jobs: { send: async (_name, payload) => void state.keys.push(payload as DeliveryKey) },
      mailer: { send: () => take('email') },
      webhook: { post: () => take('webhook') },
      publicUrl: 'https://sophia.example.com',
      principalOf: async () => ann,
      getPersona: async () => ({}),
      composeBriefing: async () => {
        await far.compose?.()
        return CONTENT
      },
      postBriefing: async () => undefined,
    })
    const jobNamed = (name: string) => briefings.jobs.find((job) => job.name === name)
    const deliver = async (channel: DeliveryKey['channel']): Promise<string> => {
      const key = state.keys.find((one) => one.channel === channel)
      const ended = jobNamed('briefing-delivery')?.run(key, signal)
      return (
        (await ended?.then(
          () => 'done',
          (error: unknown) => (error instanceof SophiaError ? error.code : String(error)),
        )) ?? 'no job'
      )
    }
    return { briefings, deliver, tick: () => jobNamed('briefing-tick')?.run(undefined, signal) }
  }
  const first = openProcess()
  const wished = { cadence: 'daily', weekday: 1, hour: 8, timeZone: 'UTC', persona: 'marcus' } as const
  await first.briefings.changeSettings(ann, { ...wished, email: true, webhook: true })
  clock.advance(3_600_000)
  await first.tick()
  const told = async (channel: DeliveryKey['channel']): Promise<string | undefined> => {
    const [briefing] = (await first.briefings.list(ann, { limit: 1 })).items
    return briefing?.deliveries.find((delivery) => delivery.channel === channel)?.status
  }
  return { database, state, left, openProcess, told }
}

test('a database that goes away while a briefing is put together takes no briefing with it', async () => {
  const { state, left, openProcess, told } = await setUp()
  for (const channel of ['email', 'webhook'] as const) {
    const unlucky = openProcess({ compose: async () => void (state.isAway = true) })
    assert.equal(await unlucky.deliver(channel), 'DATABASE_UNAVAILABLE')
    state.isAway = false
    assert.equal(await openProcess().deliver(channel), 'done')
    assert.equal(await told(channel), 'sent')
  }
  assert.deepEqual(left, ['email', 'webhook'])
})

test('a process that dies while it puts a briefing together has sent nothing, and another sends it', async () => {
  const { left, openProcess, told } = await setUp()
  for (const channel of ['email', 'webhook'] as const) {
    const isAtIt = Promise.withResolvers<void>()
    const dying = openProcess({ compose: () => (isAtIt.resolve(), new Promise<void>(() => undefined)) })
    void dying.deliver(channel)
    await isAtIt.promise
    assert.equal(await openProcess().deliver(channel), 'done')
    assert.equal(await told(channel), 'sent')
  }
  assert.deepEqual(left, ['email', 'webhook'])
})

test('a refusal that passes is kept until the database has room for it, and the briefing leaves with the next try', async () => {
  const { database, left, openProcess, told } = await setUp()
  await database.inTransaction(async (handle) => {
    // A sequence counts on although the statement is undone.
    await handle.run(sql`create sequence tries`)
    await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
      begin
        if nextval('tries') <= 3 then raise exception 'refused' using errcode = '53100'; end if;
        return new;
      end $$`)
    await handle.run(sql`create trigger refuse before update on briefing_deliveries for each row
      when (old.status = 'sending' and new.status = 'waiting') execute function refuse()`)
  })
  const greylisted = openProcess({ leave: () => Promise.reject(new SophiaError('MAIL_FAILED')) })
  assert.equal(await greylisted.deliver('email'), 'MAIL_FAILED')
  assert.equal(await told('email'), 'waiting')
  assert.equal(await openProcess().deliver('email'), 'done')
  assert.deepEqual([left, await told('email')], [['email'], 'sent'])
})

test('of two that have the same job one sends, and the other leaves its word alone', async () => {
  for (const isLateFailing of [false, true]) {
    const { left, openProcess, told } = await setUp()
    const isAtIt = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const isLeaving = Promise.withResolvers<void>()
    const arrive = Promise.withResolvers<void>()
    const slow = openProcess({ compose: () => (isAtIt.resolve(), goOn.promise) }).deliver('email')
    await isAtIt.promise
    const quick = openProcess({ leave: () => (isLeaving.resolve(), arrive.promise) }).deliver('email')
    await Promise.race([isLeaving.promise, quick])
    if (isLateFailing) goOn.reject(new SophiaError('OVERLOADED'))
    else goOn.resolve()
    assert.equal(await slow, isLateFailing ? 'OVERLOADED' : 'done')
    assert.equal(await told('email'), 'sending')
    arrive.resolve()
    assert.equal(await quick, 'done')
    assert.deepEqual([left, await told('email')], [['email'], 'sent'])
  }
})
