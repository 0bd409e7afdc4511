import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import type { Draft } from '#contract/drafts.ts'
import { dayOf } from '#domain/day.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { systemClock } from '#platform/clock.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openEmptyDatabase } from '../support/database.ts'
import { startMailServer } from '../support/far-ends.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { DEAL, insertPierCompany } from '../support/pier-company.ts'
import { until } from '../support/told-secrets.ts'
import { joinHouse } from '../support/visitors.ts'

// Jobs are in no backup: a mail that somebody let go is neither lost by a restore nor sent by it a second time.

const mail = await startMailServer()
const settings = { SMTP_URL: mail.url, SOPHIA_MAIL_FROM: 'Sophia <sophia@example.com>' }
const house = await openTestHouse(settings)
await insertPierCompany(house.rooms.database, dayOf(new Date()))
await house.rooms.standings.refresh()
const { principal: ann } = await joinHouse(house, { repId: 'rep-a', name: 'Ann' })

/** Lets an e-mail go that the server takes later only; resolves once its job waits for that. */
async function approveMail(): Promise<string> {
  mail.answers.push(451)
  const skill = house.rooms.skills.find(({ name }) => name === 'draft-follow-up')
  const outcome = await skill?.run({ principal: ann, input: { about: DEAL }, signal: AbortSignal.timeout(20_000) })
  assert.ok(outcome?.kind === 'result')
  const { open } = z.object({ open: z.array(z.string()) }).parse(outcome.result.figures)
  const id = open[0]?.replace('/drafts/', '') ?? ''
  await approve(house, id)
  await until(async () => (await jobsOf(house, id, ['retry'])) === 1, 'the job to wait for its next try')
  return id
}

const approve = ({ rooms }: TestHouse, id: string) => rooms.drafts.approve(ann, { id, how: 'deliver' })
const becomes = ({ rooms }: TestHouse, id: string, status: Draft['status']) =>
  until(async () => (await rooms.drafts.get(ann, id)).status === status, `draft to be ${status}`)

/** Not done yet, whatever for. */
const OPEN = ['created', 'retry', 'active']

async function jobsOf({ rooms }: TestHouse, id: string, states: readonly string[]): Promise<number> {
  const { rows } = await rooms.database.read((handle) =>
    handle.client.query<{ n: number }>(
      `select count(*)::int as n from pgboss.job where name = 'draft-send' and data ->> 'draftId' = $1 and state::text = any($2)`,
      [id, states],
    ),
  )
  return rows[0]?.n ?? 0
}

/** As each five minutes; resolves once it was done. */
async function look({ rooms }: TestHouse): Promise<void> {
  const done = async (): Promise<number> => {
    const query = `select count(*)::int as n from pgboss.job where name = 'draft-tick' and state = 'completed'`
    const { rows } = await rooms.database.read((handle) => handle.client.query<{ n: number }>(query))
    return rows[0]?.n ?? 0
  }
  const before = await done()
  await rooms.jobs.send('draft-tick', {})
  await until(async () => (await done()) > before, 'the look for approved drafts without a job')
}

test('a mail that waits for its next try keeps its one job, and one whose job is gone gets one again', async () => {
  const id = await approveMail()
  const sent = mail.received.length
  await look(house)
  assert.equal(await jobsOf(house, id, OPEN), 1)
  await house.rooms.database.read((handle) =>
    handle.client.query(`delete from pgboss.job where data ->> 'draftId' = $1`, [id]),
  )
  await look(house)
  await becomes(house, id, 'sent')
  await look(house)
  await until(async () => (await jobsOf(house, id, OPEN)) === 0, 'no job to be left')
  assert.equal(mail.received.length, sent + 1)
})

test('restored into an empty database, a mail that was let go before goes back to its member, who sends it once', async () => {
  const id = await approveMail()
  const { file } = await house.rooms.backups.create()
  const asked = mail.asked.length
  const target = await openEmptyDatabase()
  await createBackups({
    database: target.database,
    clock: systemClock,
    folder: dirname(file),
    migrationsFolder: join(import.meta.dirname, '../../migrations'),
    version: '0.0.0-test',
  }).restore(file)
  const restored = await openTestHouse({ ...settings, DATABASE_URL: databaseUrlOf(target.connection) })
  try {
    await look(restored)
    await becomes(restored, id, 'failed')
    assert.match((await restored.rooms.drafts.get(ann, id)).failure ?? '', /may have been sent.*restored from/)
    assert.equal(mail.asked.length, asked)
    await approve(restored, id)
    await becomes(restored, id, 'sent')
    assert.equal(mail.asked.length, asked + 1)
  } finally {
    await restored.close()
  }
})
