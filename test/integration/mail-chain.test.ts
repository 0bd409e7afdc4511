import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { BriefingPage, BriefingSettings } from '#contract/briefings.ts'
import { Draft } from '#contract/drafts.ts'
import { SkillRun } from '#contract/personas.ts'
import { dayOf } from '#domain/day.ts'
import { startMailServer, startWebhookReceiver } from '../support/far-ends.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { DEAL, insertPierCompany } from '../support/pier-company.ts'
import { ask } from '../support/raw-http.ts'
import { send, until } from '../support/told-secrets.ts'
import { joinHouse, type Visitor } from '../support/visitors.ts'

// What leaves the house leaves through these two doors only, once, and because somebody said so.

const mail = await startMailServer()
const hook = await startWebhookReceiver()
const logged: string[] = []
const settings = {
  SMTP_URL: mail.url,
  SOPHIA_MAIL_FROM: 'Sophia <sophia@example.com>',
  SOPHIA_NOTIFY_WEBHOOK: hook.url,
}
const house = await openTestHouse(settings, {
  log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
})
const { database } = house.rooms
await insertPierCompany(database, dayOf(new Date()))
// What is made due below is due since midnight: a deployment that began later has it from a backup.
await database.read((handle) => handle.client.query(`update schema_migrations set applied_at = 'epoch'`))
await house.rooms.standings.refresh()
const ann = await joinHouse(house, { repId: 'rep-a', name: 'Ann' })
const bob = await joinHouse(house, { repId: 'rep-b', name: 'Bob' })

/** The e-mail of a fresh follow-up. */
async function writeMail(): Promise<string> {
  const text = await send(ann, 'POST /api/personas/marcus/skills/draft-follow-up', { about: DEAL })
  const run = SkillRun.parse(JSON.parse(text))
  assert.ok(run.kind === 'result')
  const [email = ''] = run.result.figures.open as string[]
  return email.replace('/drafts/', '')
}

const read = async (id: string) => Draft.parse(JSON.parse(await send(ann, `GET /api/drafts/${id}`)))
const becomes = (id: string, status: Draft['status']) =>
  until(async () => (await read(id)).status === status, `draft to be ${status}`)

/** A pause between two tries that the queue would wait out is over now. */
async function endPauses(): Promise<void> {
  await database.read((handle) =>
    handle.client.query(`update pgboss.job set start_after = now() where state in ('created', 'retry')`),
  )
}

async function retryCount(id: string): Promise<number> {
  const { rows } = await database.read((handle) =>
    handle.client.query<{ n: number }>(
      `select count(*)::int as n from pgboss.job where state = 'retry' and data ->> 'draftId' = $1`,
      [id],
    ),
  )
  return rows[0]?.n ?? 0
}

test('nothing leaves by default: not by writing, not by editing, not by a tick', async () => {
  const id = await writeMail()
  await send(ann, `PATCH /api/drafts/${id}`, { subject: 'Not yet' })
  await runJob(house, 'briefing-tick')
  await endPauses()
  assert.deepEqual([mail.asked, hook.received], [[], []])
})

test('an approved draft leaves once, to whom it says, in the name of its member', async () => {
  const id = await writeMail()
  await send(ann, `PATCH /api/drafts/${id}`, { subject: 'As agreed' })
  const approved = Draft.parse(JSON.parse(await send(ann, `POST /api/drafts/${id}/approve`, {})))
  assert.equal(approved.status, 'approved')
  await becomes(id, 'sent')
  await house.rooms.jobs.send('draft-send', { draftId: id })
  await until(async () => (await waiting()) === 0, 'the second job to end')
  assert.equal(mail.received.length, 1)
  assert.deepEqual(mail.received[0]?.to, ['dana@example.com'])
  const text = mail.received[0]?.text ?? ''
  assert.match(text, /^Subject: As agreed/m)
  assert.match(text, /^From: Sophia <sophia@example\.com>/m)
  assert.match(text, /^Reply-To: Ann </m)
  assert.match(text, new RegExp(`^Message-ID: <draft-${id}@`, 'm'))
  assert.doesNotMatch(text, /Auto-Submitted|List-Unsubscribe/)
})

async function waiting(): Promise<number> {
  const { rows } = await database.read((handle) =>
    handle.client.query<{ n: number }>(
      `select count(*)::int as n from pgboss.job where name = 'draft-send' and state in ('created', 'active', 'retry')`,
    ),
  )
  return rows[0]?.n ?? 0
}

test('a server that says later is asked again by the job and takes it then', async () => {
  mail.answers.push(451)
  const before = mail.received.length
  const id = await writeMail()
  await send(ann, `POST /api/drafts/${id}/approve`, {})
  await until(async () => (await retryCount(id)) === 1, 'the job to wait for its next try')
  const delayed = await read(id)
  assert.equal(delayed.status, 'approved')
  assert.match(delayed.failure ?? '', /it will be tried again: .*451/)
  await endPauses()
  await becomes(id, 'sent')
  assert.equal(mail.received.length, before + 1)
  assert.equal((await read(id)).failure, null)
})

test('a refusal for good is shown as failed with what to check, and can be approved again', async () => {
  mail.answers.push(550)
  const before = mail.received.length
  const id = await writeMail()
  await send(ann, `POST /api/drafts/${id}/approve`, {})
  await becomes(id, 'failed')
  assert.match((await read(id)).failure ?? '', /refused the mail for good \(550\).*Check the address/)
  assert.equal(await retryCount(id), 0)
  assert.equal(mail.received.length, before)
  await send(ann, `PATCH /api/drafts/${id}`, { to: [{ name: 'Dana', email: 'dana.fox@example.com' }] })
  await send(ann, `POST /api/drafts/${id}/approve`, {})
  await becomes(id, 'sent')
  assert.deepEqual(mail.received.at(-1)?.to, ['dana.fox@example.com'])
})

test('two processes on one database send a briefing once by each channel; its link ends the e-mails', async () => {
  const second = await openTestHouse({ ...settings, DATABASE_URL: databaseUrlOf(house.connection) })
  try {
    const before = mail.received.length
    await send(ann, 'PUT /api/briefing', { cadence: 'daily', hour: 0, email: true, webhook: true })
    await makeDue()
    hook.answers.push(503)
    const both = [house, second]
    await Promise.all(both.flatMap((one) => [runJob(one, 'briefing-tick'), runJob(one, 'briefing-tick')]))
    await until(async () => (await statesOf(ann)).includes('webhook waiting'), 'the first try of the webhook')
    await until(async () => {
      await endPauses()
      return (await statesOf(ann)).every((state) => state.endsWith(' sent'))
    }, 'all channels to be sent')
    assert.deepEqual(await statesOf(ann), ['conversation sent', 'email sent', 'webhook sent'])
    assert.deepEqual(await statesOf(bob), [])
    const [briefing] = await briefingsOf(ann)
    for (const one of both)
      for (const channel of ['conversation', 'email', 'webhook'])
        await runJob(one, 'briefing-delivery', { briefingId: briefing?.id, channel })
    assert.equal(mail.received.length, before + 1)
    assert.equal(hook.received.length, 1)
    // Also from the other process, and with the try that was not taken.
    assert.deepEqual(hook.ids, Array(2).fill(`briefing-${briefing?.id}`))
    assert.match(hook.received[0] ?? '', /Pier Rollout/)
    const text = mail.received.at(-1)?.text ?? ''
    assert.match(text, /^Subject: Your day: \d{4}-\d\d-\d\d/m)
    assert.match(text, /Pier Rollout/)
    assert.match(text, /\/unsubscribe#token=/)
    await unsubscribe(text, both)
  } finally {
    await second.close()
  }
})

/** As a mail program does it: without a sign-in, by the address in the header. */
async function unsubscribe(text: string, houses: readonly TestHouse[]): Promise<void> {
  assert.match(text, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m)
  // A long header is folded, wherever its line ends; what blanks come by that are no part of the address (RFC 2369).
  const address = (/^List-Unsubscribe: <([^>]+)>/m.exec(text)?.[1] ?? '').replaceAll(/\s+/g, '')
  const { pathname, search, origin } = new URL(address)
  assert.ok(houses.some(({ url }) => new URL(url).origin === origin))
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const round of [1, 2]) {
    const answer = await ask(house.url, {
      method: 'POST',
      path: `${pathname}${search}`,
      headers,
      body: 'List-Unsubscribe=One-Click',
    })
    assert.equal(answer.status, 200, `${round}: ${answer.text}`)
  }
  // A scanner that follows links ends nothing: only a POST does.
  assert.equal((await ask(house.url, { path: `${pathname}${search}` })).status, 405)
  const after = BriefingSettings.parse(JSON.parse(await send(ann, 'GET /api/briefing')))
  assert.deepEqual([after.email.isOn, after.webhook.isOn, after.cadence], [false, true, 'daily'])
  assert.ok(logged.every((line) => !line.includes(search.slice('?token='.length))))
}

test('who ended the e-mails gets none any more, and the log has neither secrets nor words of what was sent', async () => {
  const before = mail.asked.length
  await database.read((handle) => handle.client.query('delete from briefings'))
  await makeDue()
  await runJob(house, 'briefing-tick')
  await until(async () => (await statesOf(ann)).includes('conversation sent'), 'the conversation')
  assert.ok(!(await statesOf(ann)).some((state) => state.startsWith('email')))
  assert.equal(mail.asked.length, before)
  const lines = logged.join('\n')
  assert.doesNotMatch(lines, /hook\/secret|dana@example\.com|page summary|As agreed/)
})

async function makeDue(): Promise<void> {
  await database.read((handle) =>
    handle.client.query(`update briefing_settings set next_at = date_trunc('day', now()) where cadence <> 'off'`),
  )
}

async function runJob({ rooms }: TestHouse, name: string, payload: object = {}): Promise<void> {
  const job = rooms.briefings.jobs.find((known) => known.name === name)
  assert.ok(job)
  await job.run(job.parse(payload), AbortSignal.timeout(20_000))
}

async function briefingsOf(visitor: Visitor) {
  return BriefingPage.parse(JSON.parse(await send(visitor, 'GET /api/briefings'))).items
}

async function statesOf(visitor: Visitor): Promise<string[]> {
  const items = await briefingsOf(visitor)
  return items.flatMap(({ deliveries }) => deliveries.map(({ channel, status }) => `${channel} ${status}`))
}
