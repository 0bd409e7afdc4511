import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import { outsideFence } from '#platform/postgres/fence.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { giveUp } from '../../../test/support/job-supervision.ts'
import { until } from '../../../test/support/until.ts'
import { createJobs } from './create-jobs.ts'
import { fenceOf } from './job-fence.ts'
import type { Jobs } from './jobs.ts'

const { database, connection } = await openTestDatabase({ poolMax: 10 })
await database.read((handle) => handle.run(sql`create table written (by text, how text)`))

function openJobs(t: TestContext): Jobs {
  const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock, pollSeconds: 0.5 })
  t.after(() => jobs.stop(0))
  return jobs
}

const Written = z.object({ by: z.string(), how: z.string() })
const written = () => database.read((handle) => handle.rows(Written, sql`select by, how from written order by how`))
const Job = z.object({ state: z.string(), retry_count: z.int() })
const jobsOf = (name: string) =>
  database.read((handle) => handle.rows(Job, sql`select state::text, retry_count from pgboss.job where name = ${name}`))

/** Each way in which a job stores something. */
const WAYS: Readonly<Record<string, (by: string, jobs: Jobs) => Promise<unknown>>> = {
  'a statement': (by) => database.read((handle) => handle.run(sql`insert into written values (${by}, 'a statement')`)),
  'a transaction': (by) =>
    database.inTransaction((handle) => handle.run(sql`insert into written values (${by}, 'a transaction')`)),
  'a job': (by, jobs) => jobs.send('follow-up', { by }),
}

test('a worker that was stalled and wakes when its job was given to another stores nothing', async (t) => {
  const [stalled, other] = [openJobs(t), openJobs(t)]
  const waking = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  const refusals: string[] = []
  const begun: string[] = []
  const define = (jobs: Jobs, by: string, gate: Promise<void>): void => {
    jobs.define({ name: 'follow-up', parse: (payload) => payload, run: async () => undefined })
    jobs.define({
      name: 'fenced',
      parse: (payload) => payload,
      firstRetrySeconds: 1,
      run: async () => {
        begun.push(by)
        await gate
        for (const [how, write] of Object.entries(WAYS))
          await write(by, jobs).catch((error: Error) => void refusals.push(`${by} ${how}: ${error.message}`))
      },
    })
  }
  define(stalled, 'stalled', waking.promise)
  define(other, 'other', ending.promise)
  await stalled.send('fenced', {})
  await stalled.start()
  await until(() => begun.length === 1, 'the first begins')
  await giveUp(database, 'fenced')
  await other.start()
  await until(() => begun.includes('other'), 'the other takes it over')
  waking.resolve()
  await until(() => refusals.length === Object.keys(WAYS).length, 'all of the first is refused')
  for (const refusal of refusals) assert.match(refusal, /^stalled .*given to another process/)
  assert.deepEqual(await written(), [])
  // Its end says nothing about the other's try either.
  assert.deepEqual(await jobsOf('fenced'), [{ state: 'active', retry_count: 1 }])
  assert.deepEqual(await jobsOf('follow-up'), [])
  ending.resolve()
  await until(async () => (await jobsOf('fenced'))[0]?.state === 'completed', 'the other ends')
  assert.deepEqual(await written(), [
    { by: 'other', how: 'a statement' },
    { by: 'other', how: 'a transaction' },
  ])
  assert.equal((await jobsOf('follow-up')).length, 1)
})

test('a process that was stopped, and goes on after another did its job, stores nothing', async (t) => {
  const worker = fileURLToPath(new URL('../../../test/support/job-worker.ts', import.meta.url))
  const jobs = openJobs(t)
  let runs = 0
  jobs.define({
    name: 'work',
    parse: (payload) => payload,
    firstRetrySeconds: 1,
    run: async () => void (runs += 1),
  })
  await jobs.send('work', {})
  const child = spawn(process.execPath, [worker, JSON.stringify(connection), 'writing'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => void said.push(line))
  await until(() => said.includes('taken'), 'the process takes it')
  child.kill('SIGSTOP')
  await giveUp(database, 'work')
  await jobs.start()
  await until(async () => (await jobsOf('work'))[0]?.state === 'completed', 'the other did it')
  child.kill('SIGCONT')
  child.stdin.write('go on\n')
  const ended = (): string | undefined => said.find((line) => !['taken', 'started'].includes(line))
  await until(() => ended() !== undefined, 'the process says what came of it')
  assert.match(ended() ?? '', /given to another process/)
  assert.equal(runs, 1)
  assert.ok((await written()).every(({ by }) => by !== 'stalled'))
})

test('nobody takes a job over between the last look and the commit', async (t) => {
  const jobs = openJobs(t)
  const order: string[] = []
  jobs.define({ name: 'committing', parse: (payload) => payload, run: async () => undefined })
  await jobs.send('committing', {})
  const claim = sql`update pgboss.job set state = 'active' where name = 'committing' returning id, retry_count as "retryCount"`
  const Attempt = z.object({ id: z.string(), retryCount: z.int() })
  const attempt = await database.read((handle) => handle.first(Attempt, claim))
  assert.ok(attempt)
  let taking: Promise<unknown> | undefined
  await database.inTransaction(async (handle) => {
    await handle.run(sql`insert into written values ('owner', 'late')`)
    await fenceOf({ name: 'committing', ...attempt })(handle)
    // As the supervisor would, at the worst moment.
    const take = sql`update pgboss.job set state = 'retry' where name = 'committing'`
    taking = database.read((own) => own.run(take)).then(() => order.push('taken'))
    await until(async () => (await waiting()) > 0, 'the other waits')
    order.push('committing')
  })
  await taking
  assert.deepEqual(order, ['committing', 'taken'])
})

/** How many statements wait for a lock in this database. */
async function waiting(): Promise<number> {
  const count = sql`select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  const row = await database.read((handle) => handle.first(z.object({ n: z.number() }), count))
  return row?.n ?? 0
}

test('what a job only reads is read whoever it belongs to, and what outlives it is free', async (t) => {
  const jobs = openJobs(t)
  const counts: (number | undefined)[] = []
  let outlived: Promise<unknown> | undefined
  const gate = Promise.withResolvers<void>()
  jobs.define({
    name: 'reading',
    parse: (payload) => payload,
    run: async () => {
      await outsideFence(() => giveUp(database, 'reading'))
      const count = sql`select count(*)::int as n from written`
      counts.push((await database.read((handle) => handle.first(z.object({ n: z.int() }), count)))?.n)
      outlived = gate.promise.then(() => WAYS['a statement']?.('afterwards', jobs))
    },
    retries: 0,
  })
  await jobs.send('reading', {})
  await jobs.start()
  await until(() => counts.length > 0, 'it has read')
  await jobs.stop(5000)
  gate.resolve()
  await outlived
  assert.ok((await written()).some(({ by }) => by === 'afterwards'))
})
