import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startTestEngine } from '../support/database.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { familyOf, makeHome, runSophia, startSophia } from '../support/sophia-process.ts'

const KEY = `sk-sophia-${'k'.repeat(43)}`
const asOwner = { authorization: `Bearer ${KEY}` }

const PATIENCE_MS = 20_000

interface Answered {
  readonly status: number
  readonly retryAfter: string | null
  readonly text: string
  readonly ms: number
}

async function get(address: string, path: string): Promise<Answered> {
  const startedMs = performance.now()
  const answer = await fetch(`${address}${path}`, { headers: asOwner })
  const text = await answer.text()
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    text,
    ms: performance.now() - startedMs,
  }
}

/** Asks again until the status is the wanted one. */
async function until(address: string, path: string, status: number): Promise<Answered> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await delay(50)) {
    const answer = await get(address, path)
    if (answer.status === status || performance.now() > deadline) {
      assert.equal(answer.status, status, `${path}: ${answer.text}`)
      return answer
    }
  }
}

async function settingsFor(databaseUrl: string): Promise<Record<string, string>> {
  return {
    SOPHIA_HOME: await makeHome(),
    DATABASE_URL: databaseUrl,
    SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
    SOPHIA_ADMIN_API_KEY: KEY,
  }
}

// Takes a minute of waiting and no work, so it waits beside the other tests.
const hopeless = settingsFor('postgres://sophia:hunter2secret@127.0.0.1:1/sophia').then((settings) =>
  runSophia(['up'], settings),
)
const engine = await startTestEngine()
const databaseUrl = databaseUrlOf(engine.connection)

test('a database that is not there yet is waited for, and the start goes on when it comes', async () => {
  const late = await startTestEngine()
  await late.stop()
  const sophia = startSophia(['up'], await settingsFor(databaseUrlOf(late.connection)))
  await sophia.said(/waiting for the database at /)
  const revived = await startPrivateEngine({ home: late.home, isDurable: false })
  try {
    const address = await sophia.address()
    await until(address, '/readyz', 200)
    sophia.kill('SIGTERM')
    assert.equal((await sophia.ended).code, 0)
  } finally {
    await revived.stop()
  }
})

test('a stop while waiting for the database is obeyed at once', async () => {
  const sophia = startSophia(['up'], await settingsFor('postgres://sophia@127.0.0.1:1/sophia'))
  await sophia.said(/waiting for the database at 127\.0\.0\.1:1/)
  const askedMs = performance.now()
  sophia.kill('SIGTERM')
  assert.equal((await sophia.ended).code, 0)
  assert.ok(performance.now() - askedMs < 5000)
})

test('a database that answers but refuses the sign-in is no matter of waiting', async () => {
  const wrong = databaseUrl.replace(/\/\/([^:]+):[^@]*@/, '//$1:wrong@')
  const { code, err, ms } = await runSophia(['up'], await settingsFor(wrong))
  assert.equal(code, 69)
  assert.match(err, /refuses the sign-in.*DATABASE_URL/)
  assert.ok(ms < 20_000)
})

test('a command beside an unreachable database says so and ends with 69', async () => {
  const { code, err } = await runSophia(['keys', 'list'], await settingsFor('postgres://sophia@127.0.0.1:1/sophia'))
  assert.equal(code, 69, err)
  assert.match(err, /database/i)
})

test('while the database is frozen or dead every request is answered within 3 s, and all is well by itself afterwards', async () => {
  const sophia = startSophia(['up'], await settingsFor(databaseUrl))
  const address = await sophia.address()
  await until(address, '/readyz', 200)
  assert.equal((await get(address, '/api/deals')).status, 200)

  const frozen = familyOf(engine.pid)
  for (const pid of frozen) process.kill(pid, 'SIGSTOP')
  try {
    // The first is under way when nobody knows yet; those after it are told at once.
    const under = await Promise.all([get(address, '/api/deals'), get(address, '/api/home'), get(address, '/api/me')])
    for (const answer of under) assertUnavailable(answer)
    const told = await get(address, '/api/deals')
    assertUnavailable(told)
    assert.ok(told.ms < 500, `${told.ms} ms`)
    assert.equal((await get(address, '/readyz')).status, 503)
    assert.equal((await get(address, '/livez')).status, 200)
  } finally {
    for (const pid of frozen) process.kill(pid, 'SIGCONT')
  }
  await until(address, '/readyz', 200)
  await until(address, '/api/deals', 200)

  for (const pid of familyOf(engine.pid)) process.kill(pid, 'SIGKILL')
  for (let round = 0; round < 5; round += 1) assertUnavailable(await get(address, '/api/deals'))
  await until(address, '/readyz', 503)
  const revived = await startPrivateEngine({ home: engine.home, isDurable: false })
  try {
    await until(address, '/readyz', 200)
    await until(address, '/api/deals', 200)
    sophia.kill('SIGTERM')
    const { code, err } = await sophia.ended
    assert.equal(code, 0)
    assert.doesNotMatch(err, /unhandled/)
  } finally {
    await revived.stop()
  }
})

function assertUnavailable(answer: Answered): void {
  assert.equal(answer.status, 503, answer.text)
  assert.ok(Number(answer.retryAfter) >= 1, `retry-after ${answer.retryAfter}`)
  assert.match(answer.text, /DATABASE_UNAVAILABLE/)
  assert.ok(answer.ms <= 3000, `${Math.round(answer.ms)} ms`)
}

test('a database that never comes ends the start after a minute, with 69, what was missed, and no secret', async () => {
  const { code, err, out, ms } = await hopeless
  assert.equal(code, 69)
  assert.match(err, /database at 127\.0\.0\.1:1 did not answer for 60 seconds .*DATABASE_URL/)
  assert.doesNotMatch(`${out}${err}`, /hunter2secret/)
  assert.ok(ms > 45_000 && ms < 90_000, `${ms} ms`)
})
