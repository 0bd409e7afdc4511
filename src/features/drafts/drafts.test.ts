import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { createCalls } from '#features/deals/calls.ts'
import { SophiaError } from '#domain/errors.ts'
import type { FollowUpFigures } from '#domain/draft/follow-up.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import type { Mail } from '#platform/mail/mailer.ts'
import type { JobDefinition } from '#platform/jobs/jobs.ts'
import { sql } from '#platform/postgres/sql.ts'
import { z } from 'zod'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createTestImports } from '../../../test/support/import-fixture.ts'
import { CALL_DAY, LABELLED_CALLS } from '../../../test/support/labelled-calls.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { createDrafts, type DraftsNeeds } from './index.ts'
import { DRAFT_SEND } from './send-draft.ts'

const { database } = await openTestDatabase()
const clock = clockAt(CALL_DAY)
const calls = createCalls({ database, clock })
const PRIYA: Principal = { ...principalSeeing(['rep-1']), name: 'Priya Nair', email: 'priya@example.com' }
const PEER: Principal = {
  ...principalSeeing(['rep-2']),
  memberId: '018f0000-0000-7000-8000-000000000002',
  email: 'peer@example.com',
}

await database.read(async (handle) => {
  for (const { memberId, email, name } of [PRIYA, PEER])
    await handle.run(
      sql`insert into members (id, email, name, role, row_scope) values (${memberId}, ${email}, ${name}, 'member', 'own')`,
    )
})
await insertRecords(database, 'reps', [
  { id: 'rep-1', name: 'Priya Nair', email: 'priya@example.com' },
  { id: 'rep-2', name: 'Peer' },
])
await insertRecords(database, 'clients', [{ id: 'harbor', name: 'Harbor Homes' }])
await insertRecords(database, 'contacts', [
  { id: 'dana', client_id: 'harbor', name: 'Dana Fox', email: 'dana@example.com' },
])
await insertRecords(database, 'deals', [
  {
    id: 'd1',
    name: 'Harbor rollout',
    client_id: 'harbor',
    rep_id: 'rep-1',
    stage: 'qualification',
    created_on: '2026-01-01',
  },
  { id: 'd2', name: 'Peer deal', client_id: 'harbor', rep_id: 'rep-2', stage: 'proposal', created_on: '2026-01-01' },
])

const { importText } = createTestImports(database)
const discovery = LABELLED_CALLS[0]?.body ?? ''

test('a plain text file becomes a call with its deal, and importing it again changes nothing', async () => {
  const options = {
    fileName: 'first call.txt',
    call: { deal: 'Harbor rollout', onDay: CALL_DAY, rep: 'rep-1', client: 'harbor' },
  }
  const first = await importText('transcripts', discovery, options)
  assert.deepEqual([first.status, first.rowsCreated, first.rowsFaulty], ['complete', 1, 0])
  const again = await importText('transcripts', discovery, options)
  assert.deepEqual([again.rowsCreated, again.rowsUnchanged], [0, 1])
  const counts = await calls.readCalls()
  assert.deepEqual(counts, { calls: 1, commitments: 2 })
})

test('a file that cannot be read says the line and why, and stores nothing', async () => {
  await assert.rejects(
    importText('transcripts', '{\n"calls": [\n}', { fileName: 'x.json' }),
    /Line 3: This is not valid JSON/,
  )
  await assert.rejects(
    importText('transcripts', `A B: ${'x'.repeat(1_000_000)}`, { fileName: 'x.txt', call: { onDay: CALL_DAY } }),
    /Line 1: A line of 1,000,005/,
  )
  await assert.rejects(importText('transcripts', 'Dana Fox: Hello.', { fileName: 'x.txt' }), /--on YYYY-MM-DD/)
})

test('commitments are seen through their deal, marked done, and stay done when the call is read again', async () => {
  const query = { status: 'open' as const, limit: 50 }
  const page = await calls.listCommitments(PRIYA, query)
  assert.deepEqual(
    page.items.map((one) => [one.line, one.dueOn, one.side]),
    [
      [9, '2026-03-06', 'us'],
      [10, '2026-03-10', 'them'],
    ],
  )
  assert.equal((await calls.listCommitments(PEER, query)).total, 0)
  assert.deepEqual((await calls.listCommitments(PRIYA, { ...query, due: '2026-03-06' })).items.length, 1)
  const id = page.items[0]?.id ?? ''
  await assert.rejects(calls.changeCommitment(PEER, { id, isDone: true }), { code: 'NOT_FOUND' })
  assert.equal((await calls.changeCommitment(PRIYA, { id, isDone: true })).doneBy, 'Priya Nair')
  await calls.readCalls()
  assert.deepEqual(
    (await calls.listCommitments(PRIYA, { ...query, status: 'done' })).items.map((one) => one.id),
    [id],
  )
  assert.equal((await calls.changeCommitment(PRIYA, { id, isDone: false })).doneAt, null)
})

test('a review is found by the deal it belongs to, and a peer finds none', async () => {
  const skill = skillNamed(calls.skills, 'review-call')
  const run = (principal: Principal) =>
    skill.run({ principal, input: { call: 'Harbor rollout' }, signal: AbortSignal.timeout(5000) })
  const outcome = await run(PRIYA)
  assert.equal(outcome.kind, 'result')
  assert.deepEqual((await run(PEER)).kind, 'nothing')
})

function skillNamed(skills: readonly Skill[], name: string): Skill {
  const skill = skills.find((one) => one.name === name)
  assert.ok(skill)
  return skill
}

interface Outbox {
  readonly sent: Mail[]
  /** What the server does with the next mails. */
  answer: () => Promise<void>
}

function openRoom(mail: 'mailer' | 'none' = 'mailer', day = CALL_DAY) {
  const outbox: Outbox = { sent: [], answer: () => Promise.resolve() }
  const waiting: unknown[] = []
  let sending: JobDefinition<unknown> | undefined
  const jobs: DraftsNeeds['jobs'] = {
    define: (definition) => {
      if (definition.name === DRAFT_SEND)
        sending = { ...definition, run: (payload, signal) => definition.run(definition.parse(payload), signal) }
    },
    send: (_, payload) => Promise.resolve(void waiting.push(payload)),
    sendAgain: () => Promise.resolve(false),
  }
  const mailer = {
    send: async (one: Mail) => {
      await outbox.answer()
      outbox.sent.push(one)
    },
    probe: () => Promise.resolve({ ok: true, latencyMs: 0 }),
    close: () => undefined,
  }
  const needs: DraftsNeeds = {
    database,
    clock: clockAt(day),
    log: pino({ level: 'silent' }),
    jobs,
    mailer: mail === 'none' ? null : mailer,
    publicUrl: 'https://sophia.example.com',
    findFollowUpFacts: (principal, asked) => calls.findFollowUpFacts(principal, asked),
    applyDealUpdate: (principal, update) => calls.applyDealUpdate(principal, update),
  }
  const runJob = (): Promise<void> => sending?.run(waiting.at(-1), AbortSignal.timeout(5000)) ?? Promise.resolve()
  return { drafts: createDrafts(needs), outbox, waiting, runJob }
}

async function draft(room: ReturnType<typeof openRoom>, idempotencyKey: string): Promise<FollowUpFigures> {
  const outcome = await skillNamed(room.drafts.skills, 'draft-follow-up').run({
    principal: PRIYA,
    input: { about: 'Harbor rollout' },
    signal: AbortSignal.timeout(5000),
    idempotencyKey,
  })
  assert.equal(outcome.kind, 'result')
  // The skill's own figures.
  return (outcome as { result: { figures: FollowUpFigures } }).result.figures
}

test('a follow-up holds what was said, names its drafts, and the same call writes them once', async () => {
  const room = openRoom()
  const first = await draft(room, 'turn-1.0')
  assert.deepEqual(first.email.to, [{ name: 'Dana Fox', email: 'dana@example.com' }])
  assert.match(first.email.body, /^Hello Dana,/)
  assert.match(first.email.body, /I will send you a one-page summary, by Friday 6 March 2026/)
  assert.match(first.email.body, /Dana Fox: "I will get the numbers from our controller by next Tuesday\."/)
  assert.match(first.email.body, /Best regards,\nPriya Nair$/)
  assert.deepEqual(
    first.update?.changes.map(({ field, to }) => [field, to]),
    [
      ['next_step', 'Agreed in the call: "Shall we meet again on March 12 to go through both?"'],
      ['next_step_on', '2026-03-12'],
      ['decision_criteria', 'Autopay above 50 percent, and nothing typed twice.'],
    ],
  )
  const [again, beside] = await Promise.all([draft(room, 'turn-1.0'), draft(room, 'turn-1.0')])
  assert.deepEqual([again.open, beside.open], [first.open, first.open])
  assert.equal((await room.drafts.list(PRIYA, { limit: 50 })).items.length, 2)
  assert.equal((await room.drafts.list(PEER, { limit: 50 })).items.length, 0)
  await assert.rejects(room.drafts.get(PEER, first.email.draftId), { code: 'NOT_FOUND' })
})

test('an approved mail is sent once, to whom and as it was edited', async () => {
  const room = openRoom()
  const { email } = await draft(room, 'turn-2.0')
  await room.drafts.edit(PRIYA, { id: email.draftId, change: { subject: 'Edited' } })
  await room.drafts.approve(PRIYA, { id: email.draftId, how: 'deliver' })
  await assert.rejects(room.drafts.approve(PRIYA, { id: email.draftId, how: 'deliver' }), { code: 'CONFLICT' })
  await assert.rejects(room.drafts.edit(PRIYA, { id: email.draftId, change: { subject: 'Late' } }), {
    code: 'CONFLICT',
  })
  await room.runJob()
  await room.runJob()
  assert.deepEqual(
    room.outbox.sent.map(({ subject, messageId, replyTo }) => [subject, messageId, replyTo?.email]),
    [['Edited', `<draft-${email.draftId}@sophia.example.com>`, 'priya@example.com']],
  )
  assert.equal((await room.drafts.get(PRIYA, email.draftId)).status, 'sent')
})

test('what was approved before a restore is given back, and what is approved after it leaves, whatever time it is here', async () => {
  for (const day of ['2001-01-01', '2099-01-01']) {
    const room = openRoom('mailer', day)
    const { email } = await draft(room, `turn-${day}.0`)
    const approve = () => room.drafts.approve(PRIYA, { id: email.draftId, how: 'deliver' })
    await approve()
    // As a restore marks its tables.
    await database.read((handle) => handle.run(sql`update schema_migrations set applied_at = now()`))
    await room.runJob()
    assert.match((await room.drafts.get(PRIYA, email.draftId)).failure ?? '', /restored from/, day)
    await approve()
    await room.runJob()
    assert.equal((await room.drafts.get(PRIYA, email.draftId)).status, 'sent', day)
    assert.equal(room.outbox.sent.length, 1)
  }
})

test('a refusal that may pass is tried again; a lost answer is shown and never repeated by itself', async () => {
  const room = openRoom()
  const { email } = await draft(room, 'turn-3.0')
  await room.drafts.approve(PRIYA, { id: email.draftId, how: 'deliver' })
  room.outbox.answer = () => Promise.reject(new SophiaError('MAIL_FAILED', { detail: 'Busy.' }))
  await assert.rejects(room.runJob(), { code: 'MAIL_FAILED' })
  assert.equal((await room.drafts.get(PRIYA, email.draftId)).status, 'approved')
  // As a process leaves it that dies between telling the server and hearing from it.
  await database.read((handle) => handle.run(sql`update drafts set sending_since = now() where id = ${email.draftId}`))
  room.outbox.answer = () => Promise.resolve()
  await room.runJob()
  assert.equal(room.outbox.sent.length, 0)
  const failed = await room.drafts.get(PRIYA, email.draftId)
  assert.equal(failed.status, 'failed')
  assert.match(failed.failure ?? '', /may have been sent/)
})

test('without a mail server a mail waits, and can be marked as sent by hand', async () => {
  const room = openRoom('none')
  const { email } = await draft(room, 'turn-4.0')
  await assert.rejects(room.drafts.approve(PRIYA, { id: email.draftId, how: 'deliver' }), /SMTP_URL/)
  assert.equal((await room.drafts.approve(PRIYA, { id: email.draftId, how: 'outside' })).status, 'sent')
  assert.equal(room.waiting.length, 0)
})

test('a record update is written once with its history; a field that changed meanwhile stops it and shows both values', async () => {
  const room = openRoom()
  const first = await draft(room, 'turn-5.0')
  const second = await draft(room, 'turn-5.1')
  assert.equal(
    (await room.drafts.approve(PRIYA, { id: first.update?.draftId ?? '', how: 'deliver' })).status,
    'applied',
  )
  const Change = z.object({ field: z.string() })
  const changes = await database.read((handle) =>
    handle.rows(Change, sql`select field from record_changes where record_id = 'd1' order by field`),
  )
  assert.deepEqual(
    changes.map(({ field }) => field),
    ['decision_criteria', 'next_step', 'next_step_on'],
  )
  await database.read((handle) => handle.run(sql`update deals set next_step = 'Something else' where id = 'd1'`))
  const id = second.update?.draftId ?? ''
  await assert.rejects(
    room.drafts.approve(PRIYA, { id, how: 'deliver' }),
    /Next step was empty when this was drafted and is "Something else" now/,
  )
  assert.equal((await room.drafts.get(PRIYA, id)).status, 'draft')
  assert.equal((await room.drafts.discard(PRIYA, id)).status, 'discarded')
})

test('commitments go with their call', async () => {
  await database.read((handle) => handle.run(sql`delete from transcripts`))
  await calls.readCalls([])
  assert.equal((await calls.listCommitments(PRIYA, { status: 'all', limit: 50 })).total, 0)
})

test('sentences too long to keep are cut between characters: a promise and the step that it becomes are stored', async () => {
  const room = openRoom()
  await insertRecords(database, 'deals', [
    { id: 'd3', name: 'Quay', client_id: 'harbor', rep_id: 'rep-1', stage: 'qualification', created_on: '2026-01-01' },
  ])
  for (const [title, until] of [
    ['sentence', 599],
    ['step', 502],
  ] as const) {
    const head = "By Friday I'll send you the data sheet of "
    const body = `Priya Nair: ${head}${'o'.repeat(until - head.length)}😀 and more.\nDana Fox: Fine.`
    const call = { deal: 'd3', onDay: CALL_DAY, rep: 'rep-1', client: 'harbor' }
    await importText('transcripts', body, { fileName: `${title}.txt`, call })
  }
  await calls.readCalls()
  const page = await calls.listCommitments(PRIYA, { status: 'open', limit: 50 })
  const texts = page.items.map(({ text }) => text).filter((text) => text.includes('ooo'))
  assert.deepEqual([texts.length, texts.every((text) => text.isWellFormed())], [2, true])
  const outcome = await skillNamed(room.drafts.skills, 'draft-follow-up').run({
    principal: PRIYA,
    input: { about: 'd3', call: 'step' },
    signal: AbortSignal.timeout(5000),
    idempotencyKey: 'turn-9.0',
  })
  assert.equal(outcome.kind, 'result')
})
