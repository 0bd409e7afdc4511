import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { SophiaError, type ErrorCode } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { findProcess } from '#platform/process-table.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { addRunning, asker, openDrills, runsOf, UNKNOWN_PROGRAM } from '../../../test/support/drill-room.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { runDrill } from './run-drill.ts'
import type { Scene } from './scenes/scene.ts'
import { lookAtStage, whatIsMissing, type Stage } from './what-is-missing.ts'

const { database } = await openTestDatabase()
const home = await mkdtemp(join(tmpdir(), 'sophia-drills-'))
after(() => rm(home, { recursive: true, force: true }))
beforeEach(() => database.inTransaction((handle) => handle.run(sql`delete from drills`)))

/** A program that goes on for as long as nobody ends it. */
const ENDLESS = ['-e', 'setInterval(() => undefined, 1000)']

test('a room that closes ends at once what its drill started, and says that it was stopped', async () => {
  const began = Promise.withResolvers<number>()
  const scene: Scene = {
    programs: [],
    async set({ crew }) {
      const program = crew.start(process.execPath, ENDLESS, { env: {} })
      began.resolve(program.pid)
      // Such as a restore that it waits for: no signal reaches that but the end of the program.
      throw new Error(await program.ended)
    },
  }
  const { drills, look } = openDrills({ database, home, scene })
  const signal = new AbortController().signal
  const running = drills.perform(asker, { name: 'restore', signal, onStep: () => undefined })
  const pid = await began.promise
  await drills.close()
  assert.equal(await findProcess(pid), undefined)
  assert.deepEqual((await running).reasons, ['It was stopped before it was done.'])
  assert.equal((await runsOf(drills, 'restore'))[0]?.verdict, 'inconclusive')
  assert.ok(!(await readdir(home)).includes('drills'), 'nothing is left of the scratch copy')
  await drills.ask(asker, 'restore')
  await look()
  assert.equal((await runsOf(drills, 'restore'))[0]?.state, 'waiting', 'the look ends, and no job has failed')
})

test('what a killed process left is cleared away by the next worker, once it cannot be alive any more', async (t) => {
  const left = join(home, 'drills/left')
  await mkdir(left, { recursive: true })
  const child = spawn(process.execPath, ENDLESS)
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const found = await findProcess(child.pid ?? 0)
  await writeFile(join(left, 'processes.jsonl'), JSON.stringify({ pid: child.pid, startedAt: found?.startedAt }))
  await addRunning(database, 30)
  const early = openDrills({ database, home })
  early.drills.start()
  await early.drills.close()
  assert.deepEqual(await readdir(join(home, 'drills')), ['left'])
  await database.inTransaction((handle) => handle.run(sql`update drills set seen_at = now() - interval '61 seconds'`))
  const { drills } = openDrills({ database, home })
  const gone = once(child, 'exit')
  drills.start()
  await drills.close()
  assert.deepEqual(await gone, [null, 'SIGKILL'])
  assert.equal((await runsOf(drills, 'restore'))[0]?.verdict, 'inconclusive')
  assert.ok(!(await readdir(home)).includes('drills'))
})

test('how it went is stored once the database is there again, has a connection free, and room', async () => {
  const refusals: ErrorCode[] = []
  const away: Database = {
    ...database,
    inTransaction: (work, options) => {
      const code = refusals.shift()
      return code ? Promise.reject(new SophiaError(code)) : database.inTransaction(work, options)
    },
  }
  const scene: Scene = {
    programs: [],
    async set() {
      // The word of the step before, and the end, three times.
      refusals.push('OVERLOADED', 'DATABASE_UNAVAILABLE', 'OVERLOADED', 'STORAGE_FULL')
      throw new Error('the stage fell over')
    },
  }
  const { drills } = openDrills({ database: away, home, scene })
  const signal = new AbortController().signal
  await drills.perform(asker, { name: 'restore', signal, onStep: () => undefined })
  assert.deepEqual(refusals, [])
  assert.equal((await runsOf(drills, 'restore'))[0]?.verdict, 'inconclusive')
})

test('what the image lacks is said, and how root rehearses for this very deployment', () => {
  const stage: Stage = {
    hasSignals: true,
    hasEngine: true,
    mayMount: false,
    hasProgram: (name) => name !== 'ps',
    asRoot: 'Run: sudo it',
  }
  const scene = { ...UNKNOWN_PROGRAM, programs: ['redis-server'] }
  assert.match(whatIsMissing(scene, { ...stage, hasEngine: false }) ?? '', /the built-in PostgreSQL, which this/)
  assert.match(whatIsMissing(scene, stage) ?? '', /It needs ps on this machine/)
  assert.match(whatIsMissing({ ...scene, isOnOwnDisk: true }, stage) ?? '', /Run: sudo it$/)
  assert.equal(whatIsMissing(scene, { ...stage, hasProgram: () => true }), null)
})

test('root is told to name only what the shell has', async () => {
  const needs = { home: "/home/ann's", inherited: {} }
  const said = (await lookAtStage(needs)).asRoot
  assert.equal(said, `Run: sudo env PATH="$PATH" SOPHIA_HOME='/home/ann'\\''s' npx sophia drill disk-full`)
  const handedOn = ['DATABASE_URL="$DATABASE_URL"', 'DATABASE_DIRECT_URL_FILE=/run/direct']
  assert.match(
    (await lookAtStage({ ...needs, handedOn })).asRoot,
    /^Run, in a shell that has DATABASE_URL: sudo env .*s' DATABASE_URL="\$DATABASE_URL" DATABASE_DIRECT_URL_FILE=\/run\/direct npx sophia drill disk-full$/,
  )
})

const isRoot = process.getuid?.() === 0

test('root leaves the home of another as it is', { skip: !isRoot }, async () => {
  const own = await mkdtemp(join(tmpdir(), 'sophia-own-'))
  await chown(own, 54_321, 54_321)
  const before = await stat(own)
  let folder = ''
  const scene: Scene = {
    programs: [],
    async set(frame) {
      folder = frame.folder
      assert.ok((await stat(folder)).isDirectory())
      throw new Error('seen')
    },
  }
  const clock = createManualClock()
  const needs = { clock, home: own, inherited: {}, scenes: { restore: scene } }
  const signal = new AbortController().signal
  assert.deepEqual((await runDrill(needs, { name: 'restore', signal, onStep: () => undefined })).reasons, ['seen'])
  const { uid, gid, mode } = await stat(own)
  assert.deepEqual([uid, gid, mode], [before.uid, before.gid, before.mode])
  assert.match(folder, /^\/var\/lib\/sophia-drills\//)
  await assert.rejects(stat(folder), { code: 'ENOENT' })
  assert.deepEqual(await readdir(own), [])
  await rm(own, { recursive: true })
})
