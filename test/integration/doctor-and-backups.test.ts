import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { openBucketServer } from '../support/bucket-server.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from '../support/database.ts'
import { CANARY, examine, type Settings } from '../support/examine.ts'
import { freePort } from '../support/free-port.ts'

test('where backups go is tried: the folder, room for one more, recipients, and the bucket by listing, writing and removing', async () => {
  const bucket = await openBucketServer()
  const { accessKeyId, secretAccessKey } = bucket.credentials
  const { connection } = await openTestDatabase()
  const home = await mkdtemp(join(tmpdir(), 'sophia-doctor-'))
  after(() => rm(home, { recursive: true, force: true }))
  const settings = {
    SOPHIA_HOME: home,
    DATABASE_URL: databaseUrlOf(connection),
    SOPHIA_BACKUP_TARGET: 's3://backups-of-tests/sophia',
    SOPHIA_BACKUP_RECIPIENT: await identityToRecipient(await generateIdentity()),
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const sound = await examine(settings)
  assert.deepEqual(
    ['settings', 'backups', 'backup-folder', 'backup-store'].map((id) => sound(id).status),
    ['ok', 'warn', 'ok', 'ok'],
  )
  assert.match(sound('backup-folder').detail, /is made with the first backup .*encrypted to a recipient/)
  assert.equal(bucket.objects.size, 0)
  // What another machine of this deployment proved counts.
  const createdAt = new Date(Date.now() - 3_600_000).toISOString()
  const note = { createdAt, reason: 'scheduled', schemaVersion: 1, rows: 1, verifiedAt: createdAt, madeBy: null }
  const object = { body: Buffer.from('x'), etag: '"x"', notes: { sophia: JSON.stringify(note) }, changedAt: new Date() }
  bucket.objects.set('sophia/sophia-1.tar.age', object)
  assert.equal((await examine(settings))('backups').status, 'ok')
  const store = async (change: Settings) => (await examine({ ...settings, ...change }))('backup-store')
  const forged = await store({ AWS_SECRET_ACCESS_KEY: `${CANARY}-secret` })
  assert.deepEqual([forged.status, /SignatureDoesNotMatch/.test(forged.detail)], ['fail', true])
  assert.match(forged.fix ?? '', /AWS_SECRET_ACCESS_KEY/)
  assert.match((await store({ SOPHIA_BACKUP_TARGET: 's3://nobodys/sophia' })).fix ?? '', /Make the bucket/)
  assert.match((await store({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` })).detail, /ECONNREFUSED/)
  bucket.refuses = 'PUT'
  const readOnly = await store({})
  assert.deepEqual([readOnly.status, readOnly.fix], ['fail', 'Let the key write and read under the prefix.'])
  bucket.refuses = 'DELETE'
  assert.equal((await store({})).status, 'warn')
  const file = join(home, 'a-file')
  await writeFile(file, '')
  const wrong = await examine({
    ...settings,
    SOPHIA_BACKUP_TARGET: file,
    SOPHIA_BACKUP_RECIPIENT: settings.SOPHIA_BACKUP_RECIPIENT.replace(/.$/, 'b'),
  })
  assert.match(wrong('settings').detail, /SOPHIA_BACKUP_RECIPIENT/)
  assert.deepEqual([wrong('backup-folder').status, wrong('backup-store').status], ['unknown', 'not_configured'])
  const noFolder = await examine({ SOPHIA_HOME: home, SOPHIA_BACKUP_TARGET: file })
  assert.match(noFolder('backup-folder').detail, /a-file is no folder/)
})
