import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { SophiaError } from '#domain/errors.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import { createLog } from '#platform/log/log.ts'
import { sql } from '#platform/postgres/sql.ts'
import { idOf, type Trace } from '#platform/tracing/span.ts'
import { readTraceContext } from '#platform/tracing/trace-context.ts'
import { createTracing } from '#platform/tracing/tracing.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { until } from '../../../test/support/until.ts'
import { createJobs } from './create-jobs.ts'

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const { database } = await openTestDatabase()

interface Wishes {
  readonly share?: number
  readonly isExporting?: boolean
  readonly log?: pino.Logger
}

/** Jobs of a process that sends its traces, to a list. */
function openTraced(t: TestContext, { share = 1, isExporting = true, log = pino({ level: 'silent' }) }: Wishes = {}) {
  const taken: Trace[] = []
  const exports = { take: (trace: Trace) => void taken.push(trace), close: () => Promise.resolve() }
  const tracing = createTracing({ clock, share, exports: isExporting ? exports : null })
  const jobs = createJobs({ database, log, clock, tracing, pollSeconds: 0.5 })
  t.after(() => jobs.stop(0))
  const jobsOf = (name: string): Trace[] => taken.filter(({ spans }) => spans[0]?.name === `process ${name}`)
  return { jobs, tracing, jobsOf }
}

const parse = (payload: unknown): unknown => payload
const count = sql`select count(*) from pg_class`

test('a job begins a trace of its own, linked to the step that sent it; one that nobody traced sent has no link', async (t) => {
  const { jobs, tracing, jobsOf } = openTraced(t)
  const seen: unknown[] = []
  jobs.define({
    name: 'traced',
    parse,
    run: async (payload) => {
      await database.read((handle) => handle.run(count))
      seen.push(payload)
    },
  })
  const root = tracing.begin({
    kind: 'request',
    name: 'POST /x',
    parent: readTraceContext({ traceparent: PARENT }) ?? null,
  })
  assert.ok(root)
  await withCorrelation({ correlationId: 'request-1234', span: root }, () => jobs.send('traced', { n: 1 }))
  tracing.end(root, { isSlow: false, isCallerKnown: true })
  await jobs.send('traced', { n: 2 })
  await jobs.start()
  await until(() => jobsOf('traced').length === 2, 'both ran')
  assert.equal(new Set(seen.map((payload) => JSON.stringify(payload))).size, 2)
  assert.ok(seen.every((payload) => !JSON.stringify(payload).includes('trace')))
  const linked = jobsOf('traced').find(({ link }) => link !== null)
  const alone = jobsOf('traced').find(({ link }) => link === null)
  assert.deepEqual(linked?.link, { traceId: root.trace.traceId, spanId: idOf(root), isSampled: true })
  assert.equal(new Set([root.trace.traceId, linked?.traceId, alone?.traceId]).size, 3)
  for (const trace of [linked, alone]) {
    assert.equal(trace?.parent, null)
    assert.ok(trace?.spans.some(({ kind, parent }) => kind === 'sql' && parent === trace.spans[0]))
    assert.equal(trace?.spans[0]?.attributes['messaging.destination.name'], 'traced')
  }
})

test('each try at a job is a trace, told under its id in the log, and fails by a code; what a caller records is sent at any share', async (t) => {
  const lines: string[] = []
  const stream = new PassThrough().on('data', (chunk) => lines.push(String(chunk)))
  const log = createLog({ level: 'info', isForPeople: false, stream })
  const { jobs, tracing, jobsOf } = openTraced(t, { share: 0, log })
  const fail = (): Promise<void> => Promise.reject(new SophiaError('MODEL_TIMEOUT', { detail: 'Kim said: secret' }))
  let tries = 0
  jobs.define({ name: 'quiet', parse, run: async () => undefined })
  jobs.define({ name: 'recorded', parse, run: async () => undefined })
  jobs.define({
    name: 'failing',
    parse,
    retries: 1,
    firstRetrySeconds: 1,
    run: () => ((tries += 1) === 1 ? fail() : Promise.resolve()),
  })
  const sendUnder = async (name: string, traceparent: string): Promise<void> => {
    const parent = readTraceContext({ traceparent }) ?? null
    const span = tracing.begin({ kind: 'request', name: 'POST /x', parent })
    await withCorrelation({ correlationId: 'request-1234', span }, () => jobs.send(name, {}))
  }
  await sendUnder('quiet', PARENT.replace(/01$/, '00'))
  await sendUnder('recorded', PARENT)
  await jobs.send('failing', {})
  await jobs.start()
  await until(() => tries === 2 && jobsOf('recorded').length === 1, 'all ran')
  const isQuietDone = sql`select 1 from pgboss.job where name in ('quiet', 'failing') and state = 'completed'`
  await until(async () => (await database.read((handle) => handle.run(isQuietDone))) === 2, 'the rest, too')
  assert.deepEqual([jobsOf('quiet').length, jobsOf('failing').length], [0, 1])
  const [failed] = jobsOf('failing')
  assert.deepEqual([failed?.spans[0]?.failure, failed?.spans[0]?.attributes['sophia.job.try']], ['MODEL_TIMEOUT', 1])
  const line = lines.find((one) => one.includes('a job failed'))
  assert.ok(line?.includes(`"trace.id":"${failed?.traceId}"`), line)
})

test('a process that sends no traces records none of its jobs, and takes the word of those that do as no payload', async (t) => {
  const sending = openTraced(t)
  const plain = openTraced(t, { isExporting: false })
  const seen: unknown[] = []
  for (const { jobs } of [sending, plain])
    jobs.define({ name: 'plain', parse, run: async (payload) => void seen.push(payload) })
  const span = sending.tracing.begin({ kind: 'request', name: 'POST /x' })
  await withCorrelation({ correlationId: 'request-1234', span }, () => sending.jobs.send('plain', { n: 1 }))
  await plain.jobs.start()
  await until(() => seen.length === 1, 'it ran')
  assert.deepEqual(seen, [{ n: 1 }])
  assert.deepEqual([sending.jobsOf('plain').length, plain.jobsOf('plain').length], [0, 0])
})
