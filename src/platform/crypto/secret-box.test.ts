import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { checkOfKey, createLazySecretBox, createSecretBox, findSecretKey, KEY_FILE } from './secret-box.ts'

const home = await mkdtemp(join(tmpdir(), 'secret-key-'))
after(() => rm(home, { recursive: true, force: true }))

test('to look for the key makes none; what is found is what the box seals with', async () => {
  const source = { secretKey: null, home, isShared: false }
  assert.equal(await findSecretKey(source), null)
  assert.deepEqual(await readdir(home), [])
  const box = await createLazySecretBox(source).get()
  const key = await findSecretKey(source)
  assert.equal(key, await readFile(join(home, KEY_FILE), 'utf8'))
  assert.equal(createSecretBox(key ?? '').open(box.seal('words', 'here'), 'here'), 'words')
  // Processes that share a database go by the setting alone.
  assert.equal(await findSecretKey({ ...source, isShared: true }), null)
  assert.equal(await findSecretKey({ ...source, secretKey: 'set' }), 'set')
})

test('a check tells keys apart', async () => {
  assert.equal(await checkOfKey('one'), await checkOfKey('one'))
  assert.notEqual(await checkOfKey('one'), await checkOfKey('two'))
  assert.match(await checkOfKey('one'), /^[0-9a-f]{32}$/)
})
