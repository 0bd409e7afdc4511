import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { SophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { JobDefinition } from '#platform/jobs/jobs.ts'
import type { Mail } from '#platform/mail/mailer.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { principalSeeing } from '../../../test/support/records.ts'
import { insertDraft } from './drafts-store.ts'
import { createDrafts, type DraftsNeeds } from './index.ts'
import { DRAFT_SEND } from './send-draft.ts'

const ADA = principalSeeing()
const GREYLISTED = new SophiaError('MAIL_FAILED', { detail: 'Come again later.' })
const signal = new AbortController().signal

/** Ada's mail, approved, over a database that refuses so many times to store what comes of a try. */
async function setUp(refusals: number) {
  const { database } = await openTestDatabase()
  const clock = createManualClock()
  const id = createId()
  await database.inTransaction(async (handle) => {
    const { memberId, email, name } = ADA
    await handle.run(sql`insert into members (id, email, name, role) values (${memberId}, ${email}, ${name}, 'member')`)
    await insertDraft(handle, {
      id,
      memberId,
      kind: 'email',
      persona: 'marcus',
      about: { kind: 'deal', id: 'd1', label: 'Pier' },
      recipients: [{ name: 'Dana Fox', email: 'dana@example.com' }],
      subject: 'As agreed',
      body: 'Hello Dana',
      changes: [],
      sources: [],
      notes: [],
      idempotencyKey: null,
      now: clock.now(),
    })
    // A sequence counts on although the statement is undone.
    await handle.run(sql`create sequence tries`)
    await handle.run(sql`create table refusal as select ${refusals}::int as tries`)
    await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
      begin
        if nextval('tries') <= (select tries from refusal) then raise exception 'refused' using errcode = '53100'; end if;
        return new;
      end $$`)
    await handle.run(sql`create trigger refuse before update on drafts for each row
      when (old.sending_since is not null and new.sending_since is null) execute function refuse()`)
  })
  const sent: Mail[] = []
  const answers: (Error | (() => Promise<void>))[] = []
  let job: JobDefinition<unknown> | undefined
  const needs: DraftsNeeds = {
    database,
    clock,
    log: pino({ level: 'silent' }),
    jobs: {
      define: (definition) => {
        if (definition.name === DRAFT_SEND)
          job = { ...definition, run: (payload, until) => definition.run(definition.parse(payload), until) }
      },
      send: () => Promise.resolve(),
      sendAgain: () => Promise.resolve(false),
    },
    mailer: {
      send: async (mail) => {
        const answer = answers.shift()
        if (answer instanceof Error) throw answer
        await answer?.()
        sent.push(mail)
      },
      probe: () => Promise.resolve({ ok: true, latencyMs: 0 }),
      close: () => undefined,
    },
    publicUrl: 'https://sophia.example.com',
    findFollowUpFacts: () => Promise.reject(new Error('nobody asks for them')),
    applyDealUpdate: () => Promise.reject(new Error('nothing is applied')),
  }
  const drafts = createDrafts(needs)
  await drafts.approve(ADA, { id, how: 'deliver' })
  const run = async (): Promise<string> => {
    const ended = await job?.run({ draftId: id }, signal).then(
      () => 'done',
      (error: unknown) => (error instanceof SophiaError ? error.code : 'failed'),
    )
    return ended ?? 'no job'
  }
  const read = () => drafts.get(ADA, id)
  return { database, clock, drafts, id, sent, answers, run, read }
}

test('a mail that was taken is told as sent once the database has room for it', async () => {
  const { run, read, sent } = await setUp(3)
  assert.equal(await run(), 'done')
  const { status, failure } = await read()
  assert.deepEqual([sent.length, status, failure], [1, 'sent', null])
})

test('a refusal that passes is kept until it can be stored, and the mail leaves with the next try', async () => {
  const { run, read, sent, answers } = await setUp(3)
  answers.push(GREYLISTED)
  assert.equal(await run(), 'MAIL_FAILED')
  const delayed = await read()
  assert.deepEqual(
    [delayed.status, delayed.failure],
    ['approved', 'Not sent yet, it will be tried again: Come again later.'],
  )
  assert.equal(await run(), 'done')
  assert.deepEqual([sent.length, (await read()).status], [1, 'sent'])
})

test('after half a minute without room the try gives up; the next one cannot know, says so and sends nothing', async () => {
  const { run, read, sent, clock, database } = await setUp(1_000_000)
  const startedMs = clock.monotonicMs()
  assert.equal(await run(), 'STORAGE_FULL')
  assert.ok(clock.monotonicMs() - startedMs <= 31_000)
  assert.deepEqual([sent.length, (await read()).status], [1, 'approved'])
  await database.read((handle) => handle.run(sql`update refusal set tries = 0`))
  assert.equal(await run(), 'done')
  const { status, failure } = await read()
  assert.deepEqual([sent.length, status], [1, 'failed'])
  assert.match(failure ?? '', /may have been sent/)
})

test('the end of an earlier try, come late, takes nothing from the one that is under way', async () => {
  const { run, read, sent, answers, database, clock, id } = await setUp(0)
  const later = () => {
    clock.advance(60_000)
    return clock.now()
  }
  answers.push(
    // While this one asks, another has given it up, its member has approved it again, and a new try is under way.
    async () => {
      await database.read((handle) =>
        handle.run(sql`update drafts set sending_since = ${later()}, attempts = 1 where id = ${id}`),
      )
      throw GREYLISTED
    },
  )
  assert.equal(await run(), 'MAIL_FAILED')
  assert.equal(await run(), 'done')
  const { status, failure } = await read()
  assert.deepEqual([sent.length, status], [0, 'failed'])
  assert.match(failure ?? '', /may have been sent/)
})
