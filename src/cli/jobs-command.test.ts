import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import pino from 'pino'
import { DeadJob, DeadJobPage } from '#contract/jobs.ts'
import { createDeadJobs } from '#features/operations/dead-jobs.ts'
import { jobRoutes } from '#http/routes/job-routes.ts'
import { systemClock } from '#platform/clock.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { createTestAccess, signInOwner } from '../../test/support/access-fixture.ts'
import { runCommandLine } from '../../test/support/command-line.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { openTestServer } from '../../test/support/http-fixture.ts'
import { until } from '../../test/support/until.ts'
import { addJobsCommand } from './jobs-command.ts'

const { database } = await openTestDatabase()
const { access } = createTestAccess(database)
const owner = await signInOwner(access)
const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock, pollSeconds: 0.5 })
after(() => jobs.stop(0))
const ran: unknown[] = []
let isPoison = true
jobs.define({
  name: 'tidy-up',
  parse: (payload) => payload,
  retries: 0,
  run: async (payload) => {
    if (isPoison) throw new Error('not today')
    ran.push(payload)
  },
})
const deadJobs = createDeadJobs({ dead: jobs.dead, audit: access.recordAudit })
const { server } = openTestServer({ access, routes: jobRoutes({ deadJobs }) })
const headers = { cookie: `sophia=${owner.sessionToken}`, origin: 'http://127.0.0.1:8000' }

function run(t: TestContext, ...words: string[]): Promise<string> {
  const open = async () => ({ deadJobs, principal: owner.principal, close: async () => undefined })
  return runCommandLine(t, (program) => addJobsCommand(program, open), ['jobs', ...words])
}

/** The one job that is given up, as a program reads it. */
async function theDead(t: TestContext): Promise<DeadJob> {
  let lines = ''
  await until(async () => (lines = await run(t, 'dead', '--json')) !== '', 'it is given up')
  return DeadJob.parse(JSON.parse(lines))
}

async function auditOf(action: string): Promise<(string | null)[]> {
  const { items } = await access.listAudit({ limit: 50 })
  return items.filter((entry) => entry.action === action).map(({ targetId }) => targetId)
}

test('at the command line what failed for the last time is told, sent again and noted in the audit', async (t) => {
  assert.equal(await run(t, 'dead'), 'No job has failed for the last time.')
  await jobs.send('tidy-up', { words: 'of a member' })
  await jobs.start()
  const { id } = await theDead(t)
  const told = await run(t, 'dead')
  assert.match(told, new RegExp(`^${id} .*tidy-up  1 try  `))
  assert.doesNotMatch(told, /of a member/)
  isPoison = false
  assert.equal(await run(t, 'retry', id), `${id} sent again`)
  await until(() => ran.length > 0, 'it is done')
  assert.deepEqual(await auditOf('job.retry'), [id])
  await assert.rejects(run(t, 'retry', id), { code: 'NOT_FOUND' })
  await assert.rejects(run(t, 'discard', 'all'), { code: 'INVALID_INPUT', message: /jobs dead/ })
})

test('over HTTP the same is listed, sent again and let go', async (t) => {
  isPoison = true
  await jobs.send('tidy-up', {})
  const { id } = await theDead(t)
  const list = await server.inject({ url: '/api/jobs/dead', headers })
  assert.deepEqual(
    DeadJobPage.parse(list.json()).items.map((job) => [job.id, job.kind, job.tries, job.code]),
    [[id, 'tidy-up', 1, 'INTERNAL']],
  )
  const retried = await server.inject({ method: 'POST', url: `/api/jobs/dead/${id}/retry`, headers })
  assert.equal(retried.statusCode, 200, retried.body)
  const again = await theDead(t)
  assert.notEqual(again.id, id)
  const discarded = await server.inject({ method: 'DELETE', url: `/api/jobs/dead/${again.id}`, headers })
  assert.equal(discarded.statusCode, 200, discarded.body)
  assert.deepEqual(await auditOf('job.discard'), [again.id])
  assert.equal(await run(t, 'dead'), 'No job has failed for the last time.')
  const gone = await server.inject({ method: 'DELETE', url: `/api/jobs/dead/${again.id}`, headers })
  assert.equal(gone.statusCode, 404)
})
