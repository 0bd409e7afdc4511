import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { createLog } from '#platform/log/log.ts'
import { sql } from '#platform/postgres/sql.ts'
import { tokenOf } from '../support/access-fixture.ts'
import { readTar } from '../support/canaries.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer, type ReceivedCall } from '../support/model-server.ts'
import { ask, type Answer } from '../support/raw-http.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { askAndRead, joinHouse, openConversation, postQuestion } from '../support/visitors.ts'

// S29: LiteLLM wrote raw Authorization headers into its logs, a key into the address of a trace, and a hash into a 429.

function canary(name: string): string {
  return `canary-${name}-${randomBytes(16).toString('hex')}`
}

// Of a form that no pattern knows: what keeps it out of a log is that nobody writes it there.
const providerKey = canary('provider')
const metricsToken = canary('metrics')
const secretKey = canary('secret-key')
const adminKey = `sk-sophia-${randomBytes(24).toString('hex')}`
const saidText = canary('said')

const lines: string[] = []
const stream = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk))
    done()
  },
})
/** Fails in every way there is, and repeats the key that it was given, as providers do. */
const server = await startModelServer((call, received: ReceivedCall) => {
  const message = `Incorrect API key provided: ${String(received.headers.authorization).slice(7)}. You said ${saidText}.`
  const status = [401, 400, 404, 429, 500][(call - 1) % 5] ?? 500
  return { kind: 'status', status, headers: { 'retry-after': '0' }, body: { error: { message, type: 'invalid' } } }
})
const house = await openTestHouse(
  {
    SOPHIA_MODEL: 'openai/gpt-5',
    OPENAI_API_KEY: providerKey,
    OPENAI_BASE_URL: `${server.url}/v1`,
    SOPHIA_METRICS_TOKEN: metricsToken,
    SOPHIA_SECRET_KEY: secretKey,
    SOPHIA_ADMIN_API_KEY: adminKey,
  },
  { log: createLog({ level: 'debug', isForPeople: false, stream }) },
)
const { access, database } = house.rooms
const password = typeof house.connection.password === 'string' ? house.connection.password : ''
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const invited = await access.inviteMember(visitor, {
  email: 'late@example.com',
  name: 'Late',
  role: 'member',
  rowScope: 'own',
  teamId: null,
  repId: null,
})
const linkToken = tokenOf(invited.link)
const answers: Answer[] = []

/** What may be found nowhere. The last is only for what leaves by the server's own words: a person's text has its places. */
const SECRETS: Readonly<Record<string, string>> = {
  providerKey,
  metricsToken,
  secretKey,
  adminKey,
  session: visitor.sessionToken,
  key: visitor.secret,
  link: linkToken,
  ...(password === '' ? {} : { password }),
}

async function visit(asked: Parameters<typeof visitor.ask>[0]): Promise<Answer> {
  const answer = await visitor.ask(asked)
  answers.push(answer)
  return answer
}

/** All the ways in which a secret or a text could meet an error. */
async function tour(): Promise<void> {
  const bearer = { authorization: `Bearer ${visitor.secret}` }
  for (const path of ['/api/me', '/api/home', '/api/deals', '/api/audit', '/api/keys', '/api/members', '/api/usage']) {
    await visit({ path })
    await visit({ path, headers: bearer })
    await visit({ path: `${path}?nosuch=${saidText}` })
  }
  await visit({
    method: 'POST',
    path: '/api/session/link',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: linkToken }),
  })
  for (const token of [linkToken, linkToken, `${linkToken}x`])
    answers.push(
      await ask(house.url, {
        method: 'POST',
        path: '/api/session',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      }),
    )
  await visit({ path: '/metrics', headers: { authorization: `Bearer ${metricsToken}` } })
  await visit({ path: '/metrics', headers: { authorization: `Bearer ${metricsToken}x` } })
  await visit({ path: '/api/me', headers: { authorization: `Bearer ${adminKey}` } })
  await visit({ path: '/api/nothing' })
  await visit({ method: 'POST', path: '/api/conversations', body: `{"persona":"${saidText}"` })
  await visit({ method: 'POST', path: '/api/conversations', body: { persona: saidText } })
  await visit({ method: 'POST', path: '/api/conversations', body: { persona: 'marcus', [saidText]: 1 } })
  await visit({
    method: 'POST',
    path: `/api/imports?kind=clients&fileName=x.csv`,
    headers: { 'content-type': 'text/csv' },
    body: `id\n"${saidText}`,
  })
  await visit({ method: 'POST', path: '/api/backups' })
  const socket = openTestSocket(house.url)
  await socket.opened
  socket.send({ type: 'hello', token: visitor.secret })
  await socket.next('welcome')
  socket.send({ type: 'message-send', conversationId: createId(), id: createId(), text: saidText })
  await socket.next('error')
  socket.close()
}

/** Turns that fail by the provider, and one that fails by the database with the text in hand. */
async function failingTurns(): Promise<string> {
  const conversation = await openConversation(visitor)
  const events: string[] = []
  for (let turn = 0; turn < 5; turn += 1) events.push(await askAndRead(visitor, conversation, saidText))
  await database.read((handle) =>
    handle.run(sql`create function fail_loudly() returns trigger language plpgsql as
      $$ begin raise exception 'row is %', new.text; end $$`),
  )
  await database.read((handle) =>
    handle.run(
      sql`create trigger fail before insert on messages for each row when (new.role = 'user') execute function fail_loudly()`,
    ),
  )
  await visit({
    method: 'POST',
    path: `/api/conversations/${conversation}/messages`,
    body: { id: createId(), text: saidText },
  })
  await database.read((handle) => handle.run(sql`drop trigger fail on messages`))
  await postQuestion(visitor, conversation, 'and on').catch(() => undefined)
  return events.join('\n')
}

function assertFree(where: string, text: string, secrets: Readonly<Record<string, string>> = SECRETS): void {
  for (const [name, secret] of Object.entries(secrets))
    assert.ok(!text.includes(secret), `${name} in ${where}: ${text.slice(0, 2000)}`)
}

test('a tour with every secret there is leaves none in an answer, an event, a log, a metric or an audit row', async () => {
  await tour()
  const events = await failingTurns()
  assert.match(events, /turn-error/)
  assertFree('events', events)
  const own = new Set([visitor.sessionToken])
  for (const { text, headers } of answers) {
    assertFree('an answer', text)
    const { 'set-cookie': cookies, ...others } = headers
    assertFree('a header', JSON.stringify(others))
    // The own session comes back to renew its cookie.
    for (const cookie of cookies ?? []) assert.ok(!/canary/.test(cookie) && own.size === 1)
  }
  assert.ok(lines.length > 50, `only ${lines.length} lines were logged`)
  assertFree('the log', lines.join(''))
  assertFree('metrics', await house.rooms.metrics.registry.metrics())
  const audit = await database.read((handle) =>
    handle.rows(z.object({ row: z.string() }), sql`select a::text as row from audit_entries a`),
  )
  assert.ok(audit.length > 3)
  assertFree('audit', audit.map(({ row }) => row).join('\n'))
})

test("what a person says is not in the log, in metrics or in audit, and no error hands on the database's or a provider's words", async () => {
  const said = { saidText }
  assertFree('metrics', await house.rooms.metrics.registry.metrics(), said)
  assertFree('the log', lines.filter((line) => line.includes(saidText)).join(''), said)
  const problems = answers.filter(({ status }) => status >= 500)
  assert.ok(problems.length > 0)
  for (const { text } of problems) {
    assertFree('a failure', text, said)
    assert.doesNotMatch(text, /insert into|select |raise|PL\/pgSQL|at \w+ \(|node_modules|\.ts:/i)
  }
})

test('a backup holds hashes of credentials, never the credentials', async () => {
  const folder = join(house.rooms.config.home, 'backups')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.tar'))
  assert.ok(files.length > 0)
  for (const file of files) {
    const parts = await readTar(await readFile(join(folder, file)))
    assert.match(parts, /api_keys|sk-sophia-/, 'keys are in it by their prefix')
    assertFree(file, parts)
  }
})
