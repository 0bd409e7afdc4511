import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Command } from 'commander'
import pino from 'pino'
import { addDrillCommand } from '../../src/cli/drill-command.ts'
import { DRILL_NAMES } from '#domain/drills/drill.ts'
import type { Principal } from '#domain/permission.ts'
import { createDrills } from '#features/drills/index.ts'
import { runDrill } from '#features/drills/run-drill.ts'
import type { Scene } from '#features/drills/scenes/scene.ts'
import { databaseFailover } from '#features/drills/scenes/of-database.ts'
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

describe('rehearsed for real, on scratch copies of the whole program', { concurrency: 2 }, () => {
  test('a primary that is gone: its standby goes on with everything that was acknowledged', async (t) => {
    const home = await makeHome()
    const steps: string[] = []
    const outcome = await runDrill(
      // Two processes are quicker than the three of the drill itself.
      { clock, home, inherited, scenes: { 'database-failover': databaseFailover('synchronous', 2) } },
      { name: 'database-failover', signal: t.signal, onStep: (text) => steps.push(text) },
    )
    t.diagnostic(JSON.stringify(outcome))
    const { verdict, reasons, figures } = outcome
    assert.deepEqual([verdict, reasons], ['held', []])
    assert.ok(figures && figures.acknowledged > 0)
    assert.deepEqual([figures.lost, figures.duplicated, figures.unended], [0, 0, 0])
    assert.match(figures.detectedBy ?? '', /^(database at process-\d|alert server-unreachable)$/)
    assert.ok(figures.recoveryMs !== null && figures.recoveryMs > 0, 'somebody had to wait')
    assert.ok(steps.includes('The fault is done.'))
    assert.ok(!(await readdir(home)).includes('drills'), 'nothing is left of the scratch copy')
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
