import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import pg from 'pg'
import pino from 'pino'
import { z } from 'zod'
import { addRollbackCommand } from '../../src/cli/rollback-command.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { planRollback, rollBack } from '#features/operations/backup/roll-back.ts'
import { bringUpToDate } from '#features/operations/bring-up-to-date.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { runCommandLine } from '../support/command-line.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openEmptyDatabase } from '../support/database.ts'
import { makeHome, runSophia } from '../support/sophia-process.ts'

const log = pino({ level: 'silent' })
const before = join(PACKAGE_ROOT, 'migrations')
const next = await mkdtemp(join(tmpdir(), 'sophia-next-'))
after(() => rm(next, { recursive: true, force: true }))
await cp(before, next, { recursive: true })
const Line = z.object({ type: z.string(), step: z.string().optional(), undone: z.array(z.string()).optional() })
const released = (await readdir(before)).filter((name) => name.endsWith('.sql')).length
const NEXT = `${String(released + 1).padStart(4, '0')}-next.sql`
// A migration that a version before cannot live with, and that changes what was there.
await writeFile(
  join(next, NEXT),
  `update teams set name = upper(name); alter table teams add column motto text not null default '';`,
)

/** A deployment that was upgraded, with a team from before and one from after. */
async function openUpgraded() {
  const { connection, database } = await openEmptyDatabase()
  const folder = await mkdtemp(join(next, 'backups-'))
  const openVersion = (migrationsFolder: string) => {
    const backups = createBackups({ database, clock, folder, migrationsFolder, version: '0.0.0-test' })
    const update = () => bringUpToDate({ connection, migrationsFolder, backups, log })
    return { backups, update, needs: { database, backups } }
  }
  const [old, fresh] = [openVersion(before), openVersion(next)]
  const ask = async (text: string): Promise<unknown[]> => {
    const client = new pg.Client({ ...connection, application_name: 'by hand' })
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(text)
    await client.end()
    return rows.map((row) => Object.values(row)[0])
  }
  await old.update()
  await ask(`insert into teams (id, name) values (gen_random_uuid(), 'East')`)
  await fresh.update()
  await ask(`insert into teams (id, name, motto) values (gen_random_uuid(), 'West', 'on')`)
  const names = () => ask('select name from teams order by name')
  return { connection, old, fresh, openVersion, ask, names }
}

async function goBack(upgraded: Awaited<ReturnType<typeof openUpgraded>>, by: 'old' | 'fresh') {
  const { needs } = upgraded[by]
  assert.deepEqual(await upgraded.names(), ['EAST', 'West'])
  const plan = await planRollback(needs)
  assert.deepEqual(plan.undone, [NEXT])
  const { kept, schemaVersion } = await rollBack(needs, plan)
  assert.equal(schemaVersion, released)
  assert.deepEqual(await upgraded.names(), ['East'])
  assert.deepEqual(await upgraded.ask('select max(version) from schema_migrations'), [released])
  // The version before starts on it.
  await upgraded.old.update()
  assert.ok(kept)
  return kept
}

test('the version before goes back to the snapshot, and keeps aside what was written since', async () => {
  const upgraded = await openUpgraded()
  const { isVerified, file, reason } = await goBack(upgraded, 'old')
  // Only who knows the migration can rehearse it.
  assert.equal(isVerified, false)
  assert.match(reason ?? '', new RegExp(`${NEXT}, which this version does not have`))
  const { backups } = upgraded.fresh
  await backups.verify(file)
})

test('the version that migrated goes back to the snapshot, and keeps aside what was written since', async () => {
  const upgraded = await openUpgraded()
  const { isVerified, file } = await goBack(upgraded, 'fresh')
  assert.equal(isVerified, true)
  await upgraded.fresh.backups.restore(file)
  assert.deepEqual(await upgraded.names(), ['EAST', 'West'])
})

test('whatever keeps the proof from being had, one that went back is told as that', async () => {
  const { fresh, names } = await openUpgraded()
  const plan = await planRollback(fresh.needs)
  const verify = () => Promise.reject(new Error('the disk is gone'))
  const { kept } = await rollBack({ ...fresh.needs, backups: { ...fresh.backups, verify } }, plan)
  assert.deepEqual([kept?.isVerified, kept?.reason], [false, 'the disk is gone'])
  assert.deepEqual(await names(), ['East'])
})

test('one that is damaged, or lies elsewhere, is not gone back to, and nothing is touched', async () => {
  const { fresh, names } = await openUpgraded()
  const [snapshot] = await fresh.backups.list()
  assert.ok(snapshot)
  // As it is when a part of it was lost: no longer what was proven.
  await writeFile(snapshot.file, 'half', { flag: 'a' })
  await assert.rejects(planRollback(fresh.needs), {
    code: 'NOT_FOUND',
    message: new RegExp(`snapshot ${snapshot.id} .*${NEXT} is here and is not what was proven.*The file changed`),
  })
  await rm(snapshot.file)
  await assert.rejects(planRollback(fresh.needs), {
    code: 'NOT_FOUND',
    message: new RegExp(`snapshot ${snapshot.id}, made before ${NEXT}, is not here`),
  })
  assert.deepEqual(await names(), ['EAST', 'West'])
})

/** A version with one migration more than `next`, or two. */
async function addVersion(...names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(next, 'later-'))
  for (const name of (await readdir(next)).filter((file) => file.endsWith('.sql')))
    await cp(join(next, name), join(folder, name))
  for (const name of names) await writeFile(join(folder, name), 'update teams set motto = motto || 1::text;')
  return folder
}

const after1 = `${String(released + 2).padStart(4, '0')}-after.sql`
const after2 = `${String(released + 3).padStart(4, '0')}-last.sql`

test('after two upgrades the way back is that of the last: an older snapshot is never taken for it', async () => {
  const { ask, openVersion } = await openUpgraded()
  const { backups, needs, update } = openVersion(await addVersion(after1, after2))
  await update()
  const plan = await planRollback(needs)
  assert.deepEqual([plan.undone, plan.schemaVersion], [[after1, after2], released + 1])
  // What is restored knows its way back as what was backed up did.
  const { file } = await backups.create()
  await backups.restore(file)
  assert.deepEqual((await planRollback(needs)).snapshot.file, plan.snapshot.file)
  const aside = `${plan.snapshot.file}.aside`
  await rename(plan.snapshot.file, aside)
  await assert.rejects(planRollback(needs), {
    code: 'NOT_FOUND',
    message: new RegExp(`${plan.snapshot.id}, made before ${after1}, ${after2}, is not here, and no other leads back`),
  })
  await rename(aside, plan.snapshot.file)
  await rollBack(needs, await planRollback(needs))
  assert.deepEqual(await ask('select max(version) from schema_migrations'), [released + 1])
  // And from there over the upgrade before.
  assert.deepEqual((await planRollback(needs)).undone, [NEXT])
})

test('where the database does not say which snapshot was made, only one of just before the last migration will do', async () => {
  const { ask, openVersion } = await openUpgraded()
  const { needs, update } = openVersion(await addVersion(after1, after2))
  await update()
  await ask('update schema_migrations set snapshot = null')
  // It may be of an upgrade of one, or of two: the snapshot of the first may not be that of the last.
  await assert.rejects(planRollback(needs), {
    code: 'NOT_FOUND',
    message: new RegExp(
      `names no snapshot that was made before ${after2}.* no snapshot of migration ${released + 2} is here that was made between`,
    ),
  })
  await ask(`delete from schema_migrations where version = ${released + 3}`)
  const plan = await planRollback(needs)
  assert.deepEqual([plan.undone, plan.snapshot.schemaVersion], [[after1], released + 1])
})

test('where the database does not say which snapshot was made, that of another database of the same version is none', async () => {
  const other = await openUpgraded()
  const { ask, fresh } = await openUpgraded()
  await ask('update schema_migrations set snapshot = null')
  const own = (await planRollback(fresh.needs)).snapshot.file
  const [foreign] = await other.fresh.backups.list()
  assert.equal(foreign?.state, 'verified')
  const place = join(dirname(own), basename(foreign.file))
  for (const end of ['', '.verified.json']) await rename(`${foreign.file}${end}`, `${place}${end}`)
  assert.equal((await fresh.backups.find(place)).state, 'verified')
  assert.equal((await planRollback(fresh.needs)).snapshot.file, own)
  await rm(own)
  await assert.rejects(planRollback(fresh.needs), {
    code: 'NOT_FOUND',
    message: new RegExp(
      `no snapshot of migration ${released} is here that was made between .* may be of another database`,
    ),
  })
})

test('the command says what it would do, does it with --yes, and not while Sophia runs', async (t: TestContext) => {
  const { fresh, names } = await openUpgraded()
  let closed = 0
  const run = (isAlone: boolean, ...words: string[]): Promise<string> =>
    runCommandLine(
      t,
      (program) =>
        addRollbackCommand(program, async () => ({
          isAlone,
          plan: () => planRollback(fresh.needs),
          run: (plan, options) => rollBack(fresh.needs, plan, options),
          close: async () => void (closed += 1),
        })),
      ['rollback', ...words],
    )
  await assert.rejects(run(false, '--yes'), { code: 'CONFLICT', message: /Stop her first/ })
  await assert.rejects(run(true), {
    code: 'CONFLICT',
    message: new RegExp(
      `before ${NEXT}, and so to the schema of migration ${released}\\. If the Sophia you go back to is older still, roll back once more.*kept aside.*--yes`,
    ),
  })
  assert.deepEqual(await names(), ['EAST', 'West'])
  const said = await run(true, '--yes')
  assert.match(
    said,
    /Went back to .*\nUndone: .*\nWhat was there until now: .*\(verified\)\nNow start the Sophia from before .* once more\./,
  )
  assert.equal(closed, 3)
})

test('with --json it says how far it is: through the archive, what is kept aside, the way back, and the proof of what is kept', async (t) => {
  const { needs } = (await openUpgraded()).fresh
  const said = await runCommandLine(
    t,
    (program) =>
      addRollbackCommand(program, async () => ({
        isAlone: true,
        plan: () => planRollback(needs),
        run: (plan, options) => rollBack(needs, plan, options),
        close: async () => undefined,
      })),
    ['rollback', '--yes', '--json'],
  )
  const lines = said.split('\n').map((line) => Line.parse(JSON.parse(line)))
  assert.deepEqual(lines.at(-1)?.type, 'result')
  assert.deepEqual(lines.at(-1)?.undone, [NEXT])
  const steps = lines.slice(0, -1).map(({ step }) => step)
  const turns = steps.filter((step, index) => step !== steps[index - 1])
  assert.deepEqual(turns, ['check', 'save', 'load', 'index', 'load', 'index'])
})

test('a start on a newer schema is refused in plain words, and the way back from it needs no migration', async () => {
  const { connection } = await openUpgraded()
  const settings = { SOPHIA_HOME: await makeHome(), DATABASE_URL: databaseUrlOf(connection) }
  const up = await runSophia(['up'], settings)
  assert.equal(up.code, 1)
  assert.match(
    up.err,
    new RegExp(
      `The database is newer than this Sophia: it has migration ${released + 1}.*Start the Sophia that wrote it, or a newer one`,
    ),
  )
  // It opens the newer database; what is missing is the snapshot, which lies in another home.
  const back = await runSophia(['rollback'], settings)
  assert.equal(back.code, 1)
  assert.match(back.err, /The snapshot .* is not here/)
})

test('a restore or a rollback beside another process on the same database is refused; her own connections are no hindrance', async () => {
  const { connection } = await openEmptyDatabase()
  const settings = { SOPHIA_HOME: await makeHome(), DATABASE_URL: databaseUrlOf(connection) }
  const made = await runSophia(['backup', 'create'], settings)
  assert.equal(made.code, 0, made.err)
  const other = new pg.Client({ ...connection, application_name: 'sophia' })
  await other.connect()
  for (const words of [['backup', 'restore', 'latest', '--yes'], ['rollback']]) {
    const refused = await runSophia(words, settings)
    assert.equal(refused.code, 1)
    assert.match(
      refused.err,
      /Other processes of Sophia are connected to this database \(1 connections\)\. Stop all of them/,
    )
  }
  await other.end()
  const restored = await runSophia(['backup', 'restore', 'latest', '--yes'], settings)
  assert.equal(restored.code, 0, restored.err)
  assert.match(restored.out, /^Restored \d/)
})
