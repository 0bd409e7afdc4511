import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import pino from 'pino'
import { z } from 'zod'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { Secret } from '#platform/config/secret.ts'
import { openObjectStore } from '#platform/object-store/open-object-store.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openBucketServer } from '../../../../test/support/bucket-server.ts'
import { openEmptyDatabase, openTestDatabase } from '../../../../test/support/database.ts'
import { createManualClock } from '../../../../test/support/manual-clock.ts'
import { archiveId } from './backup-manifest.ts'
import { createBackups } from './index.ts'
import { listFolder } from './list-backups.ts'
import { makeDueBackup } from './make-due-backup.ts'
import { scheduleBackups } from './schedule-backups.ts'

const migrationsFolder = join(import.meta.dirname, '../../../../migrations')
const running = new AbortController().signal
const identity = await generateIdentity()
const recipients = [await identityToRecipient(identity)]

/** A machine of a deployment that keeps its backups in a bucket; several may share one. */
async function openMachine(t: TestContext, bucket: Awaited<ReturnType<typeof openBucketServer>>, begun: string) {
  const { database } = await openTestDatabase()
  await database.read((handle) => handle.run(sql`update schema_migrations set applied_at = ${begun}`))
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
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
  t.after(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  const clock = createManualClock('2026-03-10T09:00:00.000Z')
  const base = { database, clock, folder, recipients, store, migrationsFolder, version: '0.0.0-test' }
  const schedule = {
    ...base,
    log: pino({ level: 'silent' }),
    host: 'one',
    rhythm: () => ({ everyMs: BACKUP_EVERY_MS, at: null }),
    findBegun: async () => new Date(begun),
    probe: database,
  }
  return {
    base,
    clock,
    database,
    folder,
    backups: createBackups(base),
    look: () => makeDueBackup(schedule, running),
    observe: () => scheduleBackups(schedule).observe(),
  }
}

async function addDeal(database: Database): Promise<void> {
  await database.inTransaction((handle) =>
    handle.run(sql`insert into deals (id, name, stage, source) values ('d-1', 'Acme', 'won', 'x')`),
  )
}

test('a backup by schedule lies in the store, encrypted and proven, and restores on a machine that has nothing else', async (t) => {
  const bucket = await openBucketServer()
  const { look, clock, backups, base, database } = await openMachine(t, bucket, '2026-03-10T09:00:00.000Z')
  await addDeal(database)
  clock.advance(BACKUP_EVERY_MS)
  await look()
  const [made] = await backups.list()
  assert.deepEqual(
    [made?.state, made?.reason, made?.isEncrypted, made?.places],
    ['verified', 'scheduled', true, ['machine', 'store']],
  )
  const elsewhere = await openEmptyDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const bare = createBackups({ ...base, database: elsewhere.database, folder })
  const found = await bare.find('latest')
  assert.deepEqual(
    [found.file, found.state, found.rows, found.places],
    [`s3://backups-of-tests/sophia/${made?.id}.tar.age`, 'verified', made?.rows, ['store']],
  )
  await assert.rejects(bare.restore(found.file), { code: 'BACKUP_KEY_MISSING', message: /^The backup s3:\/\// })
  const steps = new Set<string>()
  await bare.verify(found.file, { keys: [identity] })
  await bare.restore(found.file, { keys: [identity], onProgress: ({ step }) => steps.add(step) })
  assert.deepEqual([...steps], ['fetch', 'check', 'load', 'index'])
  const row = await elsewhere.database.read((handle) =>
    handle.first(z.object({ name: z.string() }), sql`select name from deals`),
  )
  assert.equal(row?.name, 'Acme')
  // Nothing of the copy stays.
  assert.deepEqual(await readdir(folder), [])
})

test('a store that refuses is told and tried again; the proven file stays here, and so does what is listed', async (t) => {
  const bucket = await openBucketServer()
  const { look, clock, backups, folder, observe } = await openMachine(t, bucket, '2026-03-10T09:00:00.000Z')
  clock.advance(BACKUP_EVERY_MS)
  bucket.fault = { status: 403, code: 'AccessDenied' }
  await look()
  const told = await observe()
  assert.equal(told.state, 'degraded')
  assert.match(told.detail ?? '', /was made and proven, and lies on this machine alone\. The store s3:.*AccessDenied/)
  await assert.rejects(backups.list(), { code: 'STORE_FAILED' })
  assert.deepEqual(
    (await backups.listReachable()).items.map(({ state }) => state),
    ['verified'],
  )
  const { storeFault } = await backups.create()
  assert.equal(storeFault?.code, 'STORE_FAILED')
  const here = async (): Promise<string[]> =>
    (await listFolder({ folder })).map(({ reason, createdAt }) => `${reason} ${createdAt.slice(5, 10)}`).toSorted()
  clock.advance(BACKUP_EVERY_MS)
  await look()
  assert.deepEqual(await here(), ['manual 03-11', 'scheduled 03-11', 'scheduled 03-12'])
  bucket.fault = null
  clock.advance(BACKUP_EVERY_MS)
  await look()
  assert.equal((await observe()).state, 'ok')
  assert.equal(bucket.objects.size, 1)
  // What the store never got is kept here as long as if there were none.
  assert.deepEqual(await here(), ['manual 03-11', 'scheduled 03-11', 'scheduled 03-12', 'scheduled 03-13'])
})

test('the store keeps the history by hour, day and week, this machine the newest; another deployment loses none', async (t) => {
  const bucket = await openBucketServer()
  const { look, clock, folder, base } = await openMachine(t, bucket, '2026-03-10T09:00:00.000Z')
  const note = (createdAt: string, madeBy: string) =>
    JSON.stringify({ createdAt, reason: 'scheduled', schemaVersion: 1, rows: 1, verifiedAt: createdAt, madeBy })
  for (let day = 1; day <= 9; day += 1) {
    clock.advance(BACKUP_EVERY_MS)
    const createdAt = clock.now().toISOString()
    for (const [name, begun] of [
      ['own', '2026-03-10T09:00:00.000Z'],
      ['other', '2026-01-01T00:00:00.000Z'],
    ] as const)
      bucket.objects.set(`sophia/${name}-${day}.tar`, {
        body: Buffer.from('x'),
        etag: `"${name}${day}"`,
        notes: { sophia: note(createdAt, begun) },
        changedAt: clock.now(),
      })
  }
  await createBackups(base).create()
  clock.advance(BACKUP_EVERY_MS)
  await look()
  clock.advance(BACKUP_EVERY_MS)
  await look()
  const names = [...bucket.objects.keys()].map((name) => name.replace('sophia/', ''))
  assert.equal(names.filter((name) => name.startsWith('other-')).length, 9)
  // Of eleven, one a day: the last seven, of which two were made now.
  const stand = names.filter((name) => name.startsWith('own-')).map((name) => name.slice(4, 5))
  assert.deepEqual(stand.toSorted(), ['5', '6', '7', '8', '9'])
  const own = (await listFolder({ folder })).map(({ reason, createdAt }) => `${reason} ${createdAt.slice(5, 10)}`)
  assert.deepEqual(own, ['scheduled 03-21', 'manual 03-19'])
})

test('an object that was changed in the store is refused before anything is touched', async (t) => {
  const bucket = await openBucketServer()
  const { backups, database, folder } = await openMachine(t, bucket, '2026-03-10T09:00:00.000Z')
  await addDeal(database)
  await backups.create()
  await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name))))
  for (const object of bucket.objects.values()) object.body.writeUInt8(object.body.readUInt8(3000) ^ 1, 3000)
  const { file } = await backups.find('latest')
  await assert.rejects(backups.restore(file, { keys: [identity] }), { code: 'BACKUP_NOT_VALID' })
  assert.deepEqual(await listFolder({ folder }), [])
})

test('of a store that two deployments share, latest is one of this one; where nothing says which, all are named', async (t) => {
  const bucket = await openBucketServer()
  const begun = {
    one: '2026-01-01T00:00:00.000Z',
    other: '2026-02-01T00:00:00.000Z',
    fresh: '2026-03-09T00:00:00.000Z',
  }
  const one = await openMachine(t, bucket, begun.one)
  const other = await openMachine(t, bucket, begun.other)
  const own = archiveId((await one.backups.create()).file)
  other.clock.advance(3_600_000)
  const others = archiveId((await other.backups.create()).file)
  await Promise.all((await readdir(one.folder)).map((name) => rm(join(one.folder, name))))
  assert.equal((await one.backups.find('latest', { isVerified: true })).id, own)
  assert.equal((await other.backups.find('latest', { isVerified: true })).id, others)
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const { database } = await openEmptyDatabase()
  const bare = createBackups({ ...one.base, database, folder })
  const named = new RegExp(`several deployments.*${others}, .*began ${begun.other}; ${own}, .*began ${begun.one}`)
  for (const isVerified of [true, false])
    await assert.rejects(bare.find('latest', { isVerified }), { code: 'CONFLICT', message: named })
  assert.equal((await bare.find(own)).deployment, begun.one)
  const fresh = await openMachine(t, bucket, begun.fresh)
  await assert.rejects(fresh.backups.find('latest'), { code: 'CONFLICT', message: /no backup of this deployment/ })
})

test('where the folder goes with its process, what a restore replaces is in the store before anything is touched', async (t) => {
  const bucket = await openBucketServer()
  const { base, database } = await openMachine(t, bucket, '2026-01-01T00:00:00.000Z')
  await createBackups(base).create()
  await addDeal(database)
  const count = () =>
    database.read((handle) => handle.first(z.object({ deals: z.int() }), sql`select count(*)::int as deals from deals`))
  const backups = createBackups({ ...base, homeLasts: false })
  const restore = async (reason: string): Promise<void> => {
    await rm(base.folder, { recursive: true })
    const found = (await backups.list()).find((backup) => backup.reason === reason)
    assert.deepEqual(found?.places, ['store'])
    await backups.restore(found?.file ?? '', { keys: [identity] })
  }
  await restore('manual')
  assert.deepEqual(await count(), { deals: 0 })
  await restore('before-restore')
  assert.deepEqual(await count(), { deals: 1 })
})
