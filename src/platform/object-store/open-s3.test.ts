import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { openBucketServer } from '../../../test/support/bucket-server.ts'
import { until } from '../../../test/support/until.ts'
import { Secret } from '../config/secret.ts'
import { openS3, type S3Place } from './open-s3.ts'

const server = await openBucketServer()
const folder = await mkdtemp(join(tmpdir(), 'store-'))
after(() => rm(folder, { recursive: true, force: true }))
beforeEach(() => {
  server.objects.clear()
  server.fault = null
})

function open(change: Partial<S3Place> = {}) {
  const { accessKeyId, secretAccessKey } = server.credentials
  const store = openS3({
    bucket: 'backups-of-tests',
    prefix: 'one/of (two)',
    region: 'eu-central-1',
    endpoint: server.endpoint,
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: null,
    allowPrivate: [],
    ...change,
  })
  after(() => store.close())
  return store
}

async function writeObject(name: string, bytes: Buffer) {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return { name, path, bytes: bytes.length, note: `{"of":"${name}"}` }
}

test('a file goes there in pieces, comes back by pieces as it was, and is counted as it goes', async () => {
  const store = open()
  const whole = randomBytes(17 * 1024 * 1024 + 5)
  const sent = { there: 0, back: 0 }
  await store.put(await writeObject('large (1).tar', whole), { onBytes: (added) => (sent.there += added) })
  assert.deepEqual([...server.objects.keys()], ['one/of (two)/large (1).tar'])
  assert.equal(server.uploads.size, 0)
  const back = join(folder, 'back')
  await store.get('large (1).tar', back, { onBytes: (added) => (sent.back += added) })
  assert.ok(whole.equals(await readFile(back)))
  assert.deepEqual(sent, { there: whole.length, back: whole.length })
})

test('what lies there is listed with its notes over several pages, and nothing from beside or below the prefix', async () => {
  const store = open()
  for (const name of ['a', 'b', 'c', 'd', 'e']) await store.put(await writeObject(name, Buffer.from(name)))
  server.objects.set('one/of (two)/below/f', { body: Buffer.from(''), etag: '"f"', notes: {}, changedAt: new Date() })
  server.objects.set('one/of (twofold', { body: Buffer.from(''), etag: '"g"', notes: {}, changedAt: new Date() })
  server.objects.set('one/of (two)/by-hand', { body: Buffer.from('xy'), etag: '"h"', notes: {}, changedAt: new Date() })
  const listed = (await store.list()).map(({ name, bytes, note }) => `${name} ${bytes} ${note}`)
  const own = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name} 1 {"of":"${name}"}`)
  assert.deepEqual(listed.toSorted(), [...own, 'by-hand 2 null'].toSorted())
  await store.remove('c')
  await store.remove('c')
  assert.equal((await store.list()).length, 5)
  await assert.rejects(store.get('c', join(folder, 'c-again')), { code: 'NOT_FOUND' })
})

test('what is removed by somebody else while it is listed is left out, and the rest is listed', async (t) => {
  const store = open()
  for (const name of ['a', 'b', 'c']) await store.put(await writeObject(name, Buffer.from(name)))
  server.onListed = () => server.objects.delete('one/of (two)/b')
  t.after(() => delete server.onListed)
  assert.deepEqual(
    (await store.list()).map(({ name }) => name),
    ['a', 'c'],
  )
})

test('a wrong key and a bucket that is not there are told with the word of the store, and no secret', async () => {
  const object = await writeObject('small', Buffer.from('small'))
  const wrong = open({ secretAccessKey: new Secret('not-the-secret') })
  await assert.rejects(wrong.put(object), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_FAILED')
    assert.match(error.message, /^The store s3:\/\/backups-of-tests\/one\/of \(two\) did not take the file: Signature/)
    assert.doesNotMatch(JSON.stringify(error) + String(error.cause), /not-the-secret/)
    return true
  })
  await assert.rejects(open({ bucket: 'nobodys' }).list(), { code: 'STORE_FAILED', message: /NoSuchBucket/ })
  assert.equal(server.objects.size, 0)
})

test('a store inside a private network is reached because the operator named it, and no other', async () => {
  const named = open()
  await named.put(await writeObject('small', Buffer.from('small')))
  // The bucket as part of the host, as Amazon has it, is not what was named.
  const elsewhere = open({ endpoint: null, region: 'x.invalid' })
  await assert.rejects(elsewhere.list(), { code: 'STORE_FAILED' })
})

test('a transfer that is told to stop leaves nothing of it', async () => {
  const store = open()
  const stopping = new AbortController()
  const object = await writeObject('large.tar', randomBytes(30 * 1024 * 1024))
  const putting = store.put(object, { signal: stopping.signal, onBytes: () => stopping.abort() })
  await assert.rejects(putting)
  await until(() => server.uploads.size === 0, 'the upload is given up')
  assert.deepEqual([...server.objects.keys()], [])
  await store.put(object)
  const again = new AbortController()
  const path = join(folder, 'half')
  await assert.rejects(store.get('large.tar', path, { signal: again.signal, onBytes: () => again.abort() }))
  assert.ok(!(await readdir(folder)).includes('half'))
})
