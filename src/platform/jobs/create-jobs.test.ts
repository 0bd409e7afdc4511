import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import { createLog } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { giveUp } from '../../../test/support/job-supervision.ts'
import { createJobs } from './create-jobs.ts'
import type { JobDefinition, Jobs } from './jobs.ts'

const WAIT_MS = 15_000
const silent = pino({ level: 'silent' })
const { database, connection } = await openTestDatabase()

function openJobs(t: TestContext, settings: Partial<Parameters<typeof createJobs>[0]> = {}): Jobs {
  const jobs = createJobs({ database, log: silent, clock: systemClock, pollSeconds: 0.5, ...settings })
  t.after(() => jobs.stop(0))
  return jobs
}

/** Waits for what another process or a poll brings about; how long it takes proves nothing. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + WAIT_MS; !(await isSo()); await delay(50))
    assert.ok(performance.now() < deadline, `in vain: ${what}`)
}

const StateRow = z.object({ state: z.string(), retry_count: z.int() })

function statesOf(name: string, on: Database = database) {
  const query = sql`select state::text, retry_count from pgboss.job where name = ${name} order by created_on`
  return on.read((handle) => handle.rows(StateRow, query))
}

/** A job that notes its payloads. */
function noting(name: string, change: Partial<JobDefinition<unknown>> = {}) {
  const seen: unknown[] = []
  const definition: JobDefinition<unknown> = {
    name,
    parse: (payload) => payload,
    run: async (payload) => void seen.push(payload),
    ...change,
  }
  return { seen, definition }
}

test('a job that was sent runs once, and its payload arrives as it was', async (t) => {
  const jobs = openJobs(t)
  const { seen, definition } = noting('plain')
  jobs.define(definition)
  await jobs.send('plain', { text: 'ünï', list: [1, null] })
  await jobs.start()
  await until('a run', () => seen.length > 0)
  assert.deepEqual(seen, [{ text: 'ünï', list: [1, null] }])
  assert.equal(jobs.health().state, 'ok')
})

test('a process that was not started only stores', async (t) => {
  const jobs = openJobs(t)
  const { seen, definition } = noting('stored')
  jobs.define(definition)
  await jobs.send('stored', {})
  assert.deepEqual(await statesOf('stored'), [{ state: 'created', retry_count: 0 }])
  assert.deepEqual([seen.length, jobs.health().state], [0, 'not_configured'])
})

test('a job of a transaction that rolls back does not exist; of one that commits, it does', async (t) => {
  const jobs = openJobs(t)
  jobs.define(noting('outbox').definition)
  const work = (isGood: boolean) =>
    database.inTransaction(async (handle) => {
      await jobs.send('outbox', { isGood }, { handle })
      if (!isGood) throw new Error('no')
    })
  await assert.rejects(work(false), /no/)
  assert.deepEqual(await statesOf('outbox'), [])
  await work(true)
  assert.equal((await statesOf('outbox')).length, 1)
})

test('of several waiting jobs with one key one is kept; others and those without a key stay', async (t) => {
  const jobs = openJobs(t)
  jobs.define(noting('keyed').definition)
  for (const key of ['a', 'a', 'b', undefined, undefined])
    await jobs.send('keyed', {}, key === undefined ? {} : { key })
  assert.equal((await statesOf('keyed')).length, 4)
})

test('a job of the future waits for its time', async (t) => {
  const jobs = openJobs(t)
  const later = noting('timed')
  jobs.define(later.definition)
  await jobs.send('timed', { at: 'later' }, { startAt: new Date(Date.now() + 3_600_000) })
  await jobs.send('timed', { at: 'now' })
  await jobs.start()
  await until('a run', () => later.seen.length > 0)
  assert.deepEqual(later.seen, [{ at: 'now' }])
  assert.deepEqual((await statesOf('timed')).map((row) => row.state).toSorted(), ['completed', 'created'])
})

test('a failing job is tried again after a growing pause, and no more often than said', async (t) => {
  const jobs = openJobs(t)
  let tries = 0
  const run = async (): Promise<void> => {
    tries += 1
    throw new Error('not yet')
  }
  jobs.define(noting('flaky', { run, retries: 2, firstRetrySeconds: 100 }).definition)
  await jobs.send('flaky', {})
  await jobs.start()
  const pauses: number[] = []
  for (const wanted of [1, 2, 3]) {
    await until(`try ${wanted}`, async () => tries === wanted && (await statesOf('flaky'))[0]?.state !== 'active')
    if (wanted === 3) break
    const left = sql`update pgboss.job set start_after = now() where name = 'flaky'
      returning (select extract(epoch from (j.start_after - now()))::float8 as pause from pgboss.job j where j.name = 'flaky') as pause`
    const row = await database.read((handle) => handle.first(z.object({ pause: z.number() }), left))
    pauses.push(row?.pause ?? 0)
  }
  assert.deepEqual(await statesOf('flaky'), [{ state: 'failed', retry_count: 2 }])
  const [first = 0, second = 0] = pauses
  assert.ok(first > 95 && first <= 200 && second > 195 && second <= 400, `pauses ${pauses.join()}`)
})

test('a payload that cannot be read fails for good, is logged by name, and never reaches the work', async (t) => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const jobs = openJobs(t, { log })
  const { seen, definition } = noting('strict', { parse: (payload) => z.object({ id: z.string() }).parse(payload) })
  jobs.define(definition)
  await jobs.send('strict', { id: 7, canary: 'private words' })
  await jobs.start()
  await until('an end', async () => (await statesOf('strict'))[0]?.state === 'failed')
  assert.deepEqual(await statesOf('strict'), [{ state: 'failed', retry_count: 0 }])
  assert.equal(seen.length, 0)
  assert.match(lines.join(), /"sophia.job.name":"strict"/)
  assert.doesNotMatch(lines.join(), /private words/)
})

test('a job is logged under the id of what sent it, also when it is sent again, and one without a sender under its own', async (t) => {
  const lines: string[] = []
  const stream = new PassThrough().on('data', (chunk) => lines.push(String(chunk)))
  const jobs = openJobs(t, { log: createLog({ level: 'info', isForPeople: false, stream }) })
  const seen: unknown[] = []
  const { definition } = noting('followed', {
    retries: 0,
    run: async (payload) => {
      seen.push(payload)
      throw new Error('on purpose')
    },
  })
  jobs.define(definition)
  await withCorrelation({ correlationId: 'request-1234' }, () => jobs.send('followed', { n: 1 }))
  await jobs.send('followed', { n: 2 })
  await jobs.start()
  const listDead = async () => (await jobs.dead.list({ limit: 50 })).items.filter(({ name }) => name === 'followed')
  await until('both are dead', async () => (await listDead()).length === 2)
  const traces = lines.map((line) => z.looseObject({ 'trace.id': z.string() }).parse(JSON.parse(line))['trace.id'])
  assert.equal(traces.filter((id) => id === 'request-1234').length, 1)
  assert.match(traces.find((id) => id !== 'request-1234') ?? '', /^[0-9a-f-]{36}$/)
  for (const { id } of await listDead()) await jobs.dead.retry(id)
  await until('both ran again', () => seen.length === 4)
  assert.deepEqual(new Set(seen.map((payload) => JSON.stringify(payload))), new Set(['{"n":1}', '{"n":2}']))
  await until('it is told', () => lines.filter((line) => line.includes('request-1234')).length === 2)
})

test('two processes share the work: each job is run by one of them, and what waits without a pause for each', async (t) => {
  const rarely = { pollSeconds: 3600 }
  const [one, two] = [openJobs(t, rarely), openJobs(t, rarely)]
  const shared = noting('shared')
  for (const jobs of [one, two]) jobs.define(shared.definition)
  for (let n = 0; n < 8; n += 1) await one.send('shared', { n })
  await Promise.all([one.start(), two.start()])
  await until('all', () => shared.seen.length >= 8)
  assert.equal(new Set(shared.seen.map((payload) => JSON.stringify(payload))).size, 8)
  assert.equal(shared.seen.length, 8)
})

test('a single kind runs once at a time in all processes, and one more waits', async (t) => {
  const [one, two] = [openJobs(t), openJobs(t)]
  let running = 0
  let most = 0
  let runs = 0
  let letGo = (): void => undefined
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const run = async (): Promise<void> => {
    most = Math.max(most, (running += 1))
    await gate
    running -= 1
    runs += 1
  }
  for (const jobs of [one, two]) jobs.define(noting('single', { run, isSingle: true }).definition)
  await Promise.all([one.start(), two.start()])
  await one.send('single', {})
  await until('a start', () => running === 1)
  for (let n = 0; n < 3; n += 1) await two.send('single', {})
  assert.deepEqual((await statesOf('single')).map((row) => row.state).toSorted(), ['active', 'created'])
  letGo()
  await until('both', () => runs === 2)
  assert.equal(most, 1)
})

test('a job whose process was killed is run again elsewhere', async (t) => {
  const worker = fileURLToPath(new URL('../../../test/support/job-worker.ts', import.meta.url))
  const jobs = openJobs(t)
  const again = noting('work', { retries: 1, firstRetrySeconds: 1 })
  jobs.define(again.definition)
  await jobs.send('work', { n: 1 })
  const child = spawn(process.execPath, [worker, JSON.stringify(connection)], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) if (line === 'taken') break
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(await statesOf('work'), [{ state: 'active', retry_count: 0 }])
  await giveUp(database, 'work')
  await jobs.start()
  await until('a second run', () => again.seen.length > 0)
  assert.deepEqual(again.seen, [{ n: 1 }])
})

test('a cron time sends one job although two processes look at it', async (t) => {
  const ticked = noting('ticking')
  // Five seconds ago: due for the next 55, whichever process looks.
  const due = new Date(Date.now() - 5000)
  const cron = `${due.getUTCSeconds()} ${due.getUTCMinutes()} ${due.getUTCHours()} * * *`
  const open = (): Jobs => {
    const jobs = openJobs(t)
    jobs.define({ ...ticked.definition, cron })
    return jobs
  }
  // Processes look once in half a minute between them; each of these finds that the last look is longer ago.
  const forgetLook = (): Promise<number> =>
    database.read((handle) => handle.run(sql`update pgboss.version set cron_on = now() - interval '31 seconds'`))
  // Writes the schedule down; its own first look came before that.
  await open().start()
  await forgetLook()
  await open().start()
  await until('the tick', () => ticked.seen.length > 0)
  await forgetLook()
  await open().start()
  const lookedAgain = sql`select cron_on > now() - interval '30 seconds' as again from pgboss.version`
  await until('a second look', async () => {
    const row = await database.read((handle) => handle.first(z.object({ again: z.boolean() }), lookedAgain))
    return row?.again === true
  })
  // Whatever the second look stored is forwarded before this later job, which is sent after it.
  const forwarded = sql`select state::text, retry_count from pgboss.job where name = '__pgboss__send-it' and state <> 'completed'`
  await until(
    'nothing on its way',
    async () => (await database.read((handle) => handle.rows(StateRow, forwarded))).length === 0,
  )
  assert.equal(ticked.seen.length, 1)
  assert.equal((await statesOf('ticking')).length, 1)
})

test('an outage of the database is said once, shown in the health, and got over', async (t) => {
  const own = await openTestDatabase()
  const lines: string[] = []
  const stream = new PassThrough().on('data', (chunk) => lines.push(String(chunk)))
  const jobs = openJobs(t, { database: own.database, log: createLog({ level: 'info', isForPeople: false, stream }) })
  const survivor = noting('survivor')
  jobs.define(survivor.definition)
  await jobs.start()
  const name = own.connection.database ?? ''
  const allow = (isAllowed: boolean) =>
    // Names of test databases are made of hex digits.
    database.read((handle) => handle.client.query(`alter database ${name} with allow_connections ${isAllowed}`))
  await allow(false)
  await database.read((handle) =>
    handle.client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]),
  )
  await until('it is noticed', () => jobs.health().state === 'degraded')
  await assert.rejects(jobs.send('survivor', {}))
  // Several more looks fail meanwhile.
  await delay(2000)
  await allow(true)
  await until('it is over', () => jobs.health().state === 'ok')
  await jobs.send('survivor', { n: 1 })
  await until('a run', () => survivor.seen.length > 0)
  const warnings = lines.filter((line) => line.includes('could not be looked at'))
  assert.equal(warnings.length, 1, lines.join('\n'))
  assert.match(warnings[0] ?? '', /"error":\{"type":"\w.*"message":"\w.*"stack_trace":".*\\n +at /)
})

test('a process that stops its jobs ends by itself', async (t) => {
  const worker = fileURLToPath(new URL('../../../test/support/job-worker.ts', import.meta.url))
  const child = spawn(process.execPath, [worker, JSON.stringify(connection), 'quick'], { stdio: 'inherit' })
  t.after(() => child.kill('SIGKILL'))
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(WAIT_MS) })
  assert.equal(code, 0)
})

test('stopping lets what runs end within its grace and gives the rest back', async (t) => {
  const jobs = openJobs(t)
  let hasEnded = false
  const run = async (payload: unknown, signal: AbortSignal): Promise<void> => {
    if (z.object({ isSlow: z.boolean() }).parse(payload).isSlow) await once(signal, 'abort')
    hasEnded = true
  }
  jobs.define(noting('ending', { run }).definition)
  await jobs.send('ending', { isSlow: true })
  await jobs.start()
  await until('a start', async () => (await statesOf('ending'))[0]?.state === 'active')
  await jobs.stop(1000)
  assert.deepEqual((await statesOf('ending'))[0]?.state, 'retry')
  assert.equal(hasEnded, true)
  assert.equal(jobs.health().state, 'down')
})

test('once stopped, nothing more is sent and nothing is opened that nobody would close', async (t) => {
  const { definition } = noting('too-late')
  let statements = 0
  const counting: Database = { ...database, read: (work) => ((statements += 1), database.read(work)) }
  const jobs = openJobs(t, { database: counting })
  jobs.define(definition)
  await jobs.stop(0)
  const before = statements
  await assert.rejects(jobs.send('too-late', {}), { code: 'UNREACHABLE' })
  assert.equal(statements, before)
})
