import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { Secret } from '#platform/config/secret.ts'
import type { ObjectStore } from '#platform/object-store/object-store.ts'
import { openObjectStore } from '#platform/object-store/open-object-store.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openBucketServer } from '../../../../test/support/bucket-server.ts'
import { openTestDatabase } from '../../../../test/support/database.ts'
import { bringUpToDate } from '../bring-up-to-date.ts'
import { createBackups } from './index.ts'
import { planRollback, rollBack } from './roll-back.ts'

const released = join(import.meta.dirname, '../../../../migrations')
const log = pino({ level: 'silent' })
const versions = await mkdtemp(join(tmpdir(), 'versions-'))
after(() => rm(versions, { recursive: true, force: true }))
const count = (await readdir(released)).filter((name) => name.endsWith('.sql')).length
const MOTTO = 'alter table teams add column motto text'

/** A version with these migrations more. */
async function makeVersion(...texts: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(versions, 'version-'))
  await cp(released, folder, { recursive: true })
  for (const [index, text] of texts.entries())
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(folder, `${String(count + 1 + index).padStart(4, '0')}-later.sql`), text)
  return folder
}

/** A deployment of the released version, and what it is brought up to date with. */
async function openDeployment(t: TestContext, store: ObjectStore | null = null) {
  const { connection, database } = await openTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const openVersion = (migrationsFolder: string) => {
    const backups = createBackups({ database, clock, folder, store, migrationsFolder, version: '0.0.0-test' })
    const update = () => bringUpToDate({ connection, migrationsFolder, backups, log })
    const fail = async (): Promise<string> => {
      await assert.rejects(update(), { code: 'MIGRATION_FAILED' })
      return (await backups.list())[0]?.id ?? ''
    }
    return { backups, fail, needs: { database, backups }, update }
  }
  return { database, folder, openVersion }
}

test('a migration that fails at each start leaves one backup, the newest; what leads back from one that was done stays', async (t) => {
  const { openVersion } = await openDeployment(t)
  const good = openVersion(await makeVersion(MOTTO))
  await good.update()
  const { snapshot: earlier } = await planRollback(good.needs)
  const byHand = await good.backups.create()
  const bad = openVersion(await makeVersion(MOTTO, 'select 1 / 0'))
  const tries = [await bad.fail(), await bad.fail()]
  assert.notEqual(tries[0], tries[1])
  const left = (await bad.backups.list()).map(({ id, reason, state }) => `${reason} ${state} ${id}`)
  assert.deepEqual(
    [left.length, left[0], left[2]],
    [3, `before-migration verified ${tries[1]}`, `before-migration verified ${earlier.id}`],
  )
  const mended = openVersion(await makeVersion(MOTTO, 'alter table teams add column slogan text'))
  await mended.update()
  const plan = await planRollback(mended.needs)
  assert.equal(plan.schemaVersion, count + 1)
  const files = (await mended.backups.list()).map(({ file }) => file)
  assert.deepEqual(files, [plan.snapshot.file, byHand.file, earlier.file])
})

test('those that cannot be proven do not pile up either, and the last that was proven stays', async (t) => {
  const { openVersion, folder } = await openDeployment(t)
  const good = openVersion(await makeVersion(MOTTO))
  await good.update()
  await openVersion(await makeVersion(MOTTO, 'select 1 / 0')).fail()
  const [proven] = await good.backups.list()
  // This one does not know the last migration, and so cannot rehearse it.
  const { backups } = openVersion(released)
  for (let tried = 0; tried < 3; tried += 1)
    // oxlint-disable-next-line no-await-in-loop
    await assert.rejects(backups.create('before-migration'), { code: 'BACKUP_NOT_VALID' })
  const states = (await backups.list()).map(({ id, state }) => `${state} ${id === proven?.id}`)
  assert.deepEqual(states, ['unverified false', 'unverified false', 'verified true', 'verified false'])
  assert.equal((await readdir(folder)).filter((name) => name.endsWith('.tar')).length, 4)
})

test('who went back, and fails to come up again, can still have everything back and go back once more', async (t) => {
  const { openVersion } = await openDeployment(t)
  const good = openVersion(await makeVersion(MOTTO))
  await good.update()
  const first = await planRollback(good.needs)
  const { kept } = await rollBack(good.needs, first)
  const bad = openVersion(await makeVersion('select 1 / 0'))
  await bad.fail()
  const last = await bad.fail()
  const ids = (await bad.backups.list()).filter(({ reason }) => reason === 'before-migration').map(({ id }) => id)
  assert.deepEqual(ids, [last, first.snapshot.id])
  await good.backups.restore(kept?.file ?? '')
  assert.equal((await planRollback(good.needs)).snapshot.id, first.snapshot.id)
})

test('in the store one is left, too; what others put there is not touched, nor what nobody may remove', async (t) => {
  const bucket = await openBucketServer()
  const { accessKeyId, secretAccessKey } = bucket.credentials
  const store = openObjectStore({
    bucket: 'backups-of-tests',
    prefix: 'sophia',
    region: 'us-east-1',
    endpoint: bucket.endpoint,
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: null,
    allowPrivate: [],
  })
  t.after(() => store.close())
  const { database, folder, openVersion } = await openDeployment(t, store)
  const begun = '2026-01-01T00:00:00.000Z'
  await database.inTransaction((handle) => handle.run(sql`update schema_migrations set applied_at = ${begun}`))
  const place = (name: string, deployment: string, madeBy: string | null): void => {
    const createdAt = '2026-02-01T00:00:00.000Z'
    const facts = { createdAt, reason: 'before-migration', deployment, schemaVersion: count, rows: 1 }
    const note = JSON.stringify({ ...facts, verifiedAt: createdAt, madeBy })
    const changedAt = new Date(createdAt)
    bucket.objects.set(`sophia/${name}.tar`, {
      body: Buffer.from('x'),
      etag: `"${name}"`,
      notes: { sophia: note },
      changedAt,
    })
  }
  place('own', begun, begun)
  place('nobodys', begun, null)
  place('others', '2026-01-02T00:00:00.000Z', '2026-01-02T00:00:00.000Z')
  const bad = openVersion(await makeVersion('select 1 / 0'))
  await bad.fail()
  const last = await bad.fail()
  const names = [...bucket.objects.keys()].map((name) => name.replace(/^sophia\/|\.tar$/g, ''))
  assert.deepEqual(names.toSorted(), ['nobodys', 'others', last].toSorted())
  // A store that is away keeps nobody from trying, and the disk is kept clear all the same.
  bucket.fault = { status: 403, code: 'AccessDenied' }
  await assert.rejects(bad.update(), { code: 'MIGRATION_FAILED' })
  assert.equal((await readdir(folder)).filter((name) => name.endsWith('.tar')).length, 1)
})
