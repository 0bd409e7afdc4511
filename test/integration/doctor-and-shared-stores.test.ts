import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findBegun } from '#features/watch/begun-store.ts'
import { openBucketServer } from '../support/bucket-server.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from '../support/database.ts'
import { examine } from '../support/examine.ts'

test('where deployments share a store, a backup of another one is none of this one', async () => {
  const bucket = await openBucketServer()
  const { accessKeyId, secretAccessKey } = bucket.credentials
  const { connection, database } = await openTestDatabase()
  const home = await mkdtemp(join(tmpdir(), 'sophia-doctor-'))
  after(() => rm(home, { recursive: true, force: true }))
  const settings = {
    SOPHIA_HOME: home,
    DATABASE_URL: databaseUrlOf(connection),
    SOPHIA_BACKUP_TARGET: 's3://backups-of-tests/sophia',
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const createdAt = new Date(Date.now() - 3_600_000).toISOString()
  const judge = async (madeBy: string | null): Promise<unknown> => {
    const note = { createdAt, reason: 'scheduled', schemaVersion: 1, rows: 1, verifiedAt: createdAt, madeBy }
    const notes = { sophia: JSON.stringify(note) }
    bucket.objects.set('sophia/sophia-1.tar', { body: Buffer.from('x'), etag: '"x"', notes, changedAt: new Date() })
    return (await examine(settings))('backups').status
  }
  const own = (await database.read(findBegun))?.toISOString()
  assert.ok(own)
  assert.equal(await judge(own), 'ok')
  assert.equal(await judge('2020-01-01T00:00:00.000Z'), 'warn')
  // Made by hand: nobody says whose it is.
  assert.equal(await judge(null), 'ok')
})
