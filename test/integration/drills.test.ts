import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test, type TestContext } from 'node:test'
import { Command } from 'commander'
import pino from 'pino'
import { addDrillCommand } from '../../src/cli/drill-command.ts'
import { DRILL_NAMES, type DrillFigures, type DrillName } from '#domain/drills/drill.ts'
import type { Principal } from '#domain/permission.ts'
import { createDrills } from '#features/drills/index.ts'
import { runDrill } from '#features/drills/run-drill.ts'
import type { Scene } from '#features/drills/scenes/scene.ts'
import { databaseFailover, zoneLoss } from '#features/drills/scenes/of-database.ts'
import { killReplica } from '#features/drills/scenes/of-processes.ts'
import { redisFailover, redisFreeze } from '#features/drills/scenes/of-redis.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { createCrew } from '#platform/scratch/crew.ts'
import { findProgram } from '#platform/scratch/programs.ts'
import { startScratchSentinels } from '#platform/scratch/redis.ts'
import { openTestDatabase } from '../support/database.ts'

const root = join(import.meta.dirname, '../..')
const inherited = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules/.cache/compile'),
}
const { database } = await openTestDatabase()

/** A folder that the database's own account may pass through, as a home must be; removed after the file. */
async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'sophia-drill-'))
  chmodSync(home, 0o711)
  after(() => rm(home, { recursive: true, force: true }))
  return home
}

// Nothing asks who it is.
const asker = { principal: {} as Principal }

function openDrills(home: string, scene?: Scene) {
  return createDrills({
    database,
    clock,
    home,
    inherited,
    host: 'here',
    version: '0.0.0-test',
    log: pino({ level: 'silent' }),
    everyMs: () => 0,
    jobs: { send: async () => undefined },
    audit: async () => undefined,
    ...(scene ? { scenes: Object.fromEntries(DRILL_NAMES.map((name) => [name, scene])) } : {}),
  })
}

/** Rehearses it as it is, or a scene of two processes, which are quicker than three. Times are for a machine that has nothing else to do. */
async function rehearse(t: TestContext, name: DrillName, scene: Scene) {
  const home = await makeHome()
  const steps: string[] = []
  const outcome = await runDrill(
    { clock, home, inherited, scenes: { [name]: scene } },
    { name, signal: t.signal, onStep: (text) => steps.push(text) },
  )
  t.diagnostic(JSON.stringify(outcome))
  assert.ok(!(await readdir(home)).includes('drills'), 'nothing is left of the scratch copy')
  assert.ok(outcome.figures, outcome.reasons.join(' '))
  return { ...outcome, figures: outcome.figures, steps }
}

/** Somebody was told, all went on as before, and of what was acknowledged nothing is lost, doubled or open. */
function assertNothingLost(figures: DrillFigures, noticedBy: RegExp): void {
  assert.ok(figures.acknowledged > 0)
  assert.deepEqual([figures.lost, figures.duplicated, figures.unended], [0, 0, 0])
  assert.ok(figures.detectionMs !== null, 'nobody noticed it')
  assert.match(figures.detectedBy ?? '', noticedBy)
  assert.ok(figures.recoveryMs !== null, 'members were not answered as before')
  assert.ok(figures.wholeMs !== null, 'not every part was as before')
  const { privacy } = figures
  assert.ok(privacy && privacy.said > 0 && privacy.looked > privacy.said, 'there was somebody to overhear')
  assert.equal(privacy.overheard, 0)
}

/** Whoever read answers, and came back after each break, missed nothing and was told nothing twice. */
function assertReadWhole({ reading }: DrillFigures): void {
  assert.ok(reading && reading.followed > 0 && reading.resumed >= reading.followed, 'each came back at least once')
  assert.deepEqual([reading.gaps, reading.repeats, reading.unread], [0, 0, 0])
}

describe('rehearsed for real, on scratch copies of the whole program', { concurrency: 2 }, () => {
  test('a primary that is gone: its standby goes on with everything that was acknowledged', async (t) => {
    const { verdict, reasons, figures, steps } = await rehearse(
      t,
      'database-failover',
      databaseFailover('synchronous', 2),
    )
    assert.deepEqual([verdict, reasons], ['held', []])
    assertNothingLost(figures, /^(database at process-\d|alert server-unreachable)$/)
    assert.ok(figures.recoveryMs !== null && figures.recoveryMs > 0, 'somebody had to wait')
    assertReadWhole(figures)
    assert.ok(steps.includes('The fault is done.'))
  })

  test('a primary that is gone and its standby behind: what it had not received is lost and told, and nothing else', async (t) => {
    const { verdict, reasons, figures, steps } = await rehearse(
      t,
      'database-failover-late',
      databaseFailover('late', 2),
    )
    assert.deepEqual([verdict, reasons], ['held', []])
    assertNothingLost(figures, /^(database at process-\d|alert server-unreachable)$/)
    assert.ok(
      figures.sinceBackup !== null && figures.sinceBackup > 0,
      'what was acknowledged meanwhile was not received',
    )
    assert.ok(figures.sinceBackup < figures.acknowledged, 'what came before and after is there')
    assert.ok(steps.includes('The standby is cut off.'))
  })

  test('a Redis that is gone: sentinels elect another while members ask, and no request fails', async (t) => {
    const { figures } = await rehearse(t, 'redis-failover', redisFailover(2))
    assertNothingLost(figures, /^redis at process-\d$/)
    assert.equal(figures.failedRequests, 0)
    assertReadWhole(figures)
  })

  test('a Redis that hangs holds up nobody for long, and no request fails', async (t) => {
    const { figures } = await rehearse(t, 'redis-freeze', redisFreeze(2))
    assertNothingLost(figures, /^redis at process-\d$/)
    assert.equal(figures.failedRequests, 0)
    assertReadWhole(figures)
  })

  test('a process that is killed while it answers: the other takes over, and no request fails', async (t) => {
    const kill = async () => {
      const { figures } = await rehearse(t, 'kill-replica', killReplica(2))
      assertNothingLost(figures, /^alert replica-silent$/)
      assert.equal(figures.failedRequests, 0)
      assertReadWhole(figures)
      return figures.takenOver
    }
    // Its answer may have ended between the look and the kill.
    assert.ok((await kill()) > 0 || (await kill()) > 0, 'it was killed while it answered')
  })

  test('a zone that is gone: process and standby in the other go on with everything', async (t) => {
    const { figures } = await rehearse(t, 'zone-loss', zoneLoss(2))
    assertNothingLost(figures, /^((database|redis) at process-\d|alert replica-silent)$/)
    assertReadWhole(figures)
  })

  test('a machine that is gone: its backup makes it whole again, and how it went is remembered', async (t) => {
    const home = await makeHome()
    const drills = openDrills(home)
    const outcome = await drills.perform(asker, { name: 'restore', signal: t.signal, onStep: () => undefined })
    t.diagnostic(JSON.stringify(outcome))
    assert.deepEqual([outcome.verdict, outcome.reasons], ['held', []])
    const report = await drills.list()
    const [run] = report.drills.find(({ name }) => name === 'restore')?.runs ?? []
    assert.deepEqual(run?.figures, outcome.figures)
    assert.equal(run?.verdict, 'held')
    assert.ok(run?.figures && run.figures.acknowledged > 0 && run.figures.lost === 0)
    assert.ok(run.figures.sinceBackup !== null)
    assert.ok(!(await readdir(home)).includes('drills'), 'nothing is left of the scratch copy')
  })
})

test('sentinels have mended it once all of them name another primary, and not before', async (t) => {
  const folder = await makeHome()
  const crew = createCrew(folder)
  t.after(() => crew.endAll())
  const program = findProgram('redis-server', inherited.PATH)
  assert.ok(program, 'redis-server is not on this machine')
  const { primary, elected } = await startScratchSentinels({ crew, folder, program, signal: t.signal })
  let isElected = false
  const waiting = elected().then(() => (isElected = true))
  await clock.sleep(300)
  assert.equal(isElected, false, 'the first primary is no other one')
  await primary.kill()
  await waiting
})

test('a terminal that is closed, and whoever asks again, still has the copy ended and deleted', async () => {
  const home = await makeHome()
  const began = Promise.withResolvers<void>()
  const scene: Scene = {
    programs: [],
    async set({ crew }) {
      const program = crew.start(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { env: {} })
      began.resolve()
      throw new Error(await program.ended)
    },
  }
  const drills = openDrills(home, scene)
  const command = new Command()
  addDrillCommand(command, async () => ({ drills, principal: asker.principal, close: async () => undefined }))
  const done = command.parseAsync(['drill', 'restore', '--json'], { from: 'user' })
  await began.promise
  for (const name of ['SIGHUP', 'SIGINT', 'SIGINT'] as const) process.kill(process.pid, name)
  await done
  assert.equal(process.exitCode, 1)
  process.exitCode = 0
  assert.ok(!(await readdir(home)).includes('drills'))
})
