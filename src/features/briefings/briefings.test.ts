import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import type { BriefingContent } from '#domain/briefing/content.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import type { Mail } from '#platform/mail/mailer.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { briefingRoutes } from '#http/routes/briefing-routes.ts'
import { addMember, chainOf, openConversationHouse, sayInPieces } from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openTestServer } from '../../../test/support/http-fixture.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createBriefings, type Briefings } from './index.ts'

const silent = pino({ level: 'silent' })
const signal = new AbortController().signal
const DAILY = {
  cadence: 'daily',
  weekday: 1,
  hour: 8,
  timeZone: 'UTC',
  persona: 'marcus',
  email: false,
  webhook: false,
} as const

/** As if the tables had been made or restored so long ago, by the clock of the database, which is not that of this file. */
const began = (database: Database, agoMs: number) =>
  database.read((handle) =>
    handle.run(sql`update schema_migrations set applied_at = now() - ${agoMs} * interval '1 millisecond'`),
  )

/** Everything opened so far is older by the clock of the database, too. */
const age = (database: Database, hours: number) =>
  database.read((handle) =>
    handle.run(sql`update briefings set created_at = created_at - ${hours} * interval '1 hour'`),
  )

/** Everything real but the far ends of the wires: the mail server and the webhook. */
async function setUp(start = '2026-11-23T07:00:00.000Z') {
  const { database } = await openTestDatabase()
  const clock = createManualClock(start)
  await began(database, 7_200_000)
  const ann = await addMember(database, 'ann')
  const bob = await addMember(database, 'bob')
  const allowed = new Map<string, Principal>([ann, bob].map((member) => [member.memberId, member]))
  const conversations = openConversationHouse({ database, chain: chainOf(sayInPieces('x')), members: [ann, bob] })
  const jobs = createJobs({ database, log: silent, clock })
  after(() => jobs.stop(0))
  const mails: Mail[] = []
  const messages: string[] = []
  const asked: string[] = []
  const far = { fault: undefined as Error | undefined }
  const fail = (): void => {
    if (far.fault) throw far.fault
  }
  const compose = async (principal: Principal): Promise<BriefingContent> => ({
    headline: `For ${principal.name} alone`,
    sections: [],
    asOf: '2026-11-23',
    isToday: true,
    caveats: [],
  })
  const briefings = createBriefings({
    database,
    clock,
    log: silent,
    jobs,
    mailer: { send: async (mail) => (fail(), void mails.push(mail)) },
    webhook: { post: async ({ id }) => (asked.push(id), fail(), void messages.push(id)) },
    publicUrl: 'https://sophia.example.com',
    principalOf: async (memberId) => allowed.get(memberId) ?? null,
    getPersona: async (id) => (id === 'marcus' ? {} : Promise.reject(new SophiaError('PERSONA_NOT_FOUND'))),
    composeBriefing: compose,
    postBriefing: (post) => conversations.postBriefing(post),
  })
  for (const job of briefings.jobs) jobs.define(job)
  return { database, clock, ann, bob, allowed, conversations, briefings, mails, messages, asked, far }
}
type World = Awaited<ReturnType<typeof setUp>>

function jobOf(briefings: Briefings, name: string) {
  const job = briefings.jobs.find((known) => known.name === name)
  assert.ok(job)
  return job
}

const tick = ({ briefings }: World) => jobOf(briefings, 'briefing-tick').run(undefined, signal)
const Stored = z.object({ id: z.string(), data: z.unknown() })

/** Runs the waiting delivery jobs that the queue holds, as a worker would; answers how many asked for another try. */
async function work({ database, briefings }: World): Promise<number> {
  const job = jobOf(briefings, 'briefing-delivery')
  const take = sql`select id, data from pgboss.job where name = 'briefing-delivery' and state = 'created'`
  let failures = 0
  for (const { id, data } of await database.read((handle) => handle.rows(Stored, take))) {
    const isDone = await job.run(job.parse(data), signal).then(
      () => true,
      () => false,
    )
    if (!isDone) failures += 1
    else await database.read((handle) => handle.run(sql`delete from pgboss.job where id = ${id}`))
  }
  return failures
}

const deliveriesOf = async ({ briefings }: World, principal: Principal) =>
  (await briefings.list(principal, { limit: 10 })).items.flatMap((item) =>
    item.deliveries.map(({ channel, status }) => `${item.period} ${channel} ${status}`),
  )

test('nothing is sent by default; switched on, it comes once per day as a conversation and by the chosen channels', async () => {
  const world = await setUp()
  const { briefings, ann, bob, clock, conversations } = world
  assert.equal((await briefings.getSettings(ann)).cadence, 'off')
  await tick(world)
  const changed = await briefings.changeSettings(ann, { ...DAILY, email: true, webhook: true })
  assert.equal(changed.nextAt, '2026-11-23T08:00:00.000Z')
  await tick(world)
  assert.deepEqual(await deliveriesOf(world, ann), [])
  clock.advance(3_600_000)
  await Promise.all([tick(world), tick(world)])
  await work(world)
  await tick(world)
  await work(world)
  assert.deepEqual(await deliveriesOf(world, ann), [
    '2026-11-23 conversation sent',
    '2026-11-23 email sent',
    '2026-11-23 webhook sent',
  ])
  assert.deepEqual([world.mails.length, world.messages.length], [1, 1])
  assert.deepEqual(world.mails[0]?.to, [{ name: ann.name, email: ann.email }])
  const { items } = await conversations.listConversations(ann, { limit: 10 })
  assert.deepEqual(
    items.map((item) => [item.title, item.messageCount, item.activeTurnId]),
    [['Your day: 2026-11-23', 1, null]],
  )
  const said = await conversations.listMessages(ann, { conversationId: items[0]?.id ?? '', page: { limit: 10 } })
  assert.deepEqual(
    said.items.map(({ role, model, text }) => [role, model, text]),
    [['assistant', null, 'For ann alone']],
  )
  assert.deepEqual((await briefings.list(bob, { limit: 10 })).items, [])
  // Switched to another hour of the same day: that period has been.
  await briefings.changeSettings(ann, { ...DAILY, hour: 9 })
  clock.advance(3_600_000)
  await tick(world)
  assert.equal((await briefings.list(ann, { limit: 10 })).items.length, 1)
})

test('a suspended member, one who switched it off, and one who unsubscribed get nothing any more', async () => {
  const world = await setUp()
  const { briefings, ann, bob, clock, allowed } = world
  for (const member of [ann, bob]) await briefings.changeSettings(member, { ...DAILY, email: true })
  clock.advance(3_600_000)
  await tick(world)
  allowed.delete(ann.memberId)
  await briefings.changeSettings(bob, DAILY)
  await work(world)
  assert.deepEqual(await deliveriesOf(world, ann), ['2026-11-23 conversation skipped', '2026-11-23 email skipped'])
  assert.deepEqual(await deliveriesOf(world, bob), ['2026-11-23 conversation sent', '2026-11-23 email skipped'])
  assert.equal(world.mails.length, 0)
})

test('a busy server is asked again with the same id; one that says no for good is not', async () => {
  const world = await setUp()
  const { briefings, ann, clock, far, asked, messages } = world
  await briefings.changeSettings(ann, { ...DAILY, email: true, webhook: true })
  clock.advance(3_600_000)
  await tick(world)
  far.fault = new SophiaError('MAIL_FAILED')
  assert.equal(await work(world), 2)
  far.fault = new SophiaError('WEBHOOK_FAILED', { retryable: false })
  assert.equal(await work(world), 0)
  const seen = await deliveriesOf(world, ann)
  assert.deepEqual(seen.slice(1), ['2026-11-23 email failed', '2026-11-23 webhook failed'])
  const [told] = (await briefings.list(ann, { limit: 1 })).items
  assert.deepEqual([asked, messages], [[`briefing-${told?.id}`, `briefing-${told?.id}`], []])
})

test('a process that died while sending leaves an unknown outcome, and nothing is sent twice', async () => {
  const world = await setUp()
  const { briefings, ann, clock, database } = world
  await briefings.changeSettings(ann, { ...DAILY, email: true })
  clock.advance(3_600_000)
  await tick(world)
  await database.read((handle) => handle.run(sql`update briefing_deliveries set status = 'sending'`))
  await work(world)
  assert.deepEqual(await deliveriesOf(world, ann), ['2026-11-23 conversation sent', '2026-11-23 email unknown'])
  assert.equal(world.mails.length, 0)
})

test('what has left is not sent again because its end finds the disk full', async () => {
  for (const refusals of [2, 1_000_000]) {
    const world = await setUp()
    const { briefings, ann, clock, database } = world
    await briefings.changeSettings(ann, { ...DAILY, email: true, webhook: true })
    await database.inTransaction(async (handle) => {
      // A sequence counts on although the statement is undone.
      await handle.run(sql`create sequence tries`)
      await handle.run(sql`create table refusal as select ${refusals}::int as tries`)
      await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
        begin
          if nextval('tries') <= (select tries from refusal) then raise exception 'refused' using errcode = '53100'; end if;
          return new;
        end $$`)
      await handle.run(
        sql`create trigger refuse before update on briefing_deliveries for each row when (new.status = 'sent' and new.channel <> 'conversation') execute function refuse()`,
      )
    })
    clock.advance(3_600_000)
    await tick(world)
    await work(world)
    await work(world)
    assert.deepEqual([world.mails.length, world.messages.length], [1, 1])
    const end = refusals === 2 ? 'sent' : 'unknown'
    assert.deepEqual((await deliveriesOf(world, ann)).slice(1), [
      `2026-11-23 email ${end}`,
      `2026-11-23 webhook ${end}`,
    ])
  }
})

test('after a restore neither what waited in the backup nor what fell due since then leaves a second time, whatever time it is here', async () => {
  for (const year of ['2001', '2099']) {
    const world = await setUp(`${year}-11-23T07:00:00.000Z`)
    const { briefings, ann, clock, database } = world
    await briefings.changeSettings(ann, { ...DAILY, email: true })
    clock.advance(3_600_000)
    await tick(world)
    await database.read((handle) => handle.run(sql`delete from pgboss.job where name = 'briefing-delivery'`))
    // The backup is of this moment, and restored before the day after is told of.
    clock.advance(24 * 3_600_000 + 60_000)
    await age(database, 24)
    await database.read((handle) => handle.run(sql`update briefing_deliveries set changed_at = ${new Date(0)}`))
    await began(database, 0)
    await tick(world)
    await work(world)
    assert.deepEqual(await deliveriesOf(world, ann), [
      `${year}-11-24 conversation sent`,
      `${year}-11-24 email unknown`,
      `${year}-11-23 conversation failed`,
      `${year}-11-23 email unknown`,
    ])
    assert.equal(world.mails.length, 0)
    clock.advance(24 * 3_600_000)
    await began(database, 24 * 3_600_000)
    await tick(world)
    await work(world)
    assert.equal(world.mails.length, 1)
  }
})

test('jobs that were lost are sent again; after most of a day it is too late', async () => {
  const world = await setUp()
  const { briefings, ann, clock, database } = world
  await briefings.changeSettings(ann, DAILY)
  clock.advance(3_600_000)
  await tick(world)
  await database.read((handle) => handle.run(sql`delete from pgboss.job where name = 'briefing-delivery'`))
  clock.advance(21 * 3_600_000)
  await age(database, 21)
  await tick(world)
  await work(world)
  assert.deepEqual(await deliveriesOf(world, ann), ['2026-11-23 conversation failed'])
})

test('one click ends the e-mails, whatever form the mail program posts; the token is stored hashed', async () => {
  const world = await setUp()
  const { briefings, ann, clock, database } = world
  await briefings.changeSettings(ann, { ...DAILY, email: true })
  clock.advance(3_600_000)
  await tick(world)
  await work(world)
  const url = new URL(world.mails[0]?.unsubscribeUrl ?? '')
  const token = url.searchParams.get('token') ?? ''
  assert.ok(world.mails[0]?.text.includes(`/unsubscribe#token=${token}`))
  const everything = await database.read((handle) =>
    handle.rows(z.object({ row: z.string() }), sql`select l::text as row from briefing_unsubscribe_links l`),
  )
  assert.ok(everything.length === 1 && !everything[0]?.row.includes(token))
  const { server } = openTestServer({
    routes: briefingRoutes({ briefings }),
    access: { authenticate: async () => null },
  })
  const post = (path: string, type: string, payload: string) =>
    server.inject({ method: 'POST', url: path, headers: { 'content-type': type }, payload })
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json']) {
    const answer = await post(url.pathname + url.search, type, 'List-Unsubscribe=One-Click')
    assert.deepEqual([answer.statusCode, answer.json()], [200, { done: true }], type)
  }
  assert.equal((await briefings.getSettings(ann)).email.isOn, false)
  const unknown = await post(`${url.pathname}?token=${'x'.repeat(43)}`, 'application/json', '')
  assert.equal(unknown.statusCode, 404)
  await server.close()
})

test('a zone or a colleague that does not exist is refused', async () => {
  const { briefings, ann } = await setUp()
  await assert.rejects(briefings.changeSettings(ann, { ...DAILY, timeZone: 'Mars/Olympus' }), { code: 'INVALID_INPUT' })
  await assert.rejects(briefings.changeSettings(ann, { ...DAILY, persona: 'nobody' }), { code: 'PERSONA_NOT_FOUND' })
})
