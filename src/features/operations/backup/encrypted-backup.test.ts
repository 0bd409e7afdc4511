import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { generateHybridIdentity, generateIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { z } from 'zod'
import { systemClock } from '#platform/clock.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openAge } from '../../../../test/support/age.ts'
import { openEmptyDatabase, openTestDatabase } from '../../../../test/support/database.ts'
import { readManifest } from './backup-archive.ts'
import { createBackup } from './create-backup.ts'
import { createBackups } from './index.ts'

const migrationsFolder = join(import.meta.dirname, '../../../../migrations')
const age = openAge()
const source = await openTestDatabase()
await source.database.inTransaction((handle) =>
  handle.run(sql`insert into deals (id, name, stage, source) values ('d-1', 'Secret of Acme', 'won', 'x')`),
)

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function needsOf(database: Database, folder: string) {
  return { database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' }
}

function backupsOf(database: Database, folder: string, recipients: readonly string[] = []) {
  return createBackups({ ...needsOf(database, folder), recipients })
}

async function nameOfDeal(database: Database): Promise<string | undefined> {
  const row = await database.read((handle) => handle.first(z.object({ name: z.string() }), sql`select name from deals`))
  return row?.name
}

// One for all: it is read and damaged copies of it are, never it.
const folder = await makeFolder()
const owned = backupsOf(source.database, folder, [age.recipient])
const { file } = await owned.create()

test('an encrypted backup is proven by who made it, and told in the list, without anybody giving an identity', async () => {
  assert.match(file, /\.tar\.age$/)
  const [listed] = await owned.list()
  assert.equal(listed?.state, 'verified')
  assert.deepEqual([listed?.isEncrypted, listed?.rows, listed?.reason], [true, 1, 'manual'])
  const text = (await readFile(file)).toString('latin1')
  assert.ok(text.startsWith('age-encryption.org/v1\n'))
  assert.doesNotMatch(text, /sophia-backup|deals\.csv/)
})

test('it restores with an identity of a recipient, which the age tool made', async () => {
  const target = await openEmptyDatabase()
  await backupsOf(target.database, await makeFolder()).restore(file, { keys: [age.identity] })
  assert.equal(await nameOfDeal(target.database), 'Secret of Acme')
})

test('a person opens it with age, tar and gzip, and what they encrypt so is restored', async () => {
  const place = await makeFolder()
  const tar = age.decrypt(await readFile(file))
  await writeFile(join(place, 'plain.tar'), tar)
  execFileSync('tar', ['-xf', join(place, 'plain.tar'), '-C', place])
  const rows = execFileSync('gzip', ['-dc', join(place, 'deals.csv.gz')], { encoding: 'utf8' })
  assert.match(rows, /Secret of Acme/)
  await writeFile(join(place, 'by-hand.tar.age'), age.encrypt(tar))
  const target = await openEmptyDatabase()
  await backupsOf(target.database, place).restore(join(place, 'by-hand.tar.age'), { keys: [age.identity] })
  assert.equal(await nameOfDeal(target.database), 'Secret of Acme')
})

test('one of several recipients is enough, also one of the post-quantum kind', async () => {
  const [first, second] = [await generateX25519Identity(), await generateHybridIdentity()]
  const recipients = [age.recipient, await identityToRecipient(first), await identityToRecipient(second)]
  const needs = { ...needsOf(source.database, await makeFolder()), recipients }
  const made = await createBackup(needs, 'manual')
  for (const identity of [age.identity, first, second])
    assert.equal((await readManifest({ file: made.file, keys: [identity] })).reason, 'manual')
  await createBackups(needs).verify(made.file, { keys: [second] })
})

test('without an identity, or with that of somebody else, it is refused in plain words before anything is touched', async () => {
  const { database } = await openTestDatabase()
  const place = await makeFolder()
  const backups = backupsOf(database, place)
  await database.inTransaction((handle) =>
    handle.run(sql`insert into deals (id, name, stage, source) values ('d-2', 'mine', 'won', 'x')`),
  )
  await assert.rejects(backups.restore(file), {
    code: 'BACKUP_KEY_MISSING',
    message: /is encrypted\. Name the file with the identity of one of its recipients: --identity FILE\. Nothing was/,
  })
  const wrong = await generateIdentity()
  const keys = [wrong]
  // One after the other: of two that are refused at once the second would be refused with nobody listening.
  for (const refused of [() => backups.restore(file, { keys }), () => backups.verify(file, { keys })])
    await assert.rejects(refused, { code: 'BACKUP_KEY_MISSING', message: /to other recipients than the identities/ })
  assert.equal(await nameOfDeal(database), 'mine')
  // Nothing was begun: not even the backup of what is there.
  assert.deepEqual(await backups.list(), [])
})

test('a flipped byte of an encrypted one, or a cut, is refused before anything is touched', async () => {
  const { database } = await openTestDatabase()
  const place = await makeFolder()
  const backups = backupsOf(database, place)
  const whole = await readFile(file)
  const damaged = join(place, 'damaged')
  const headerEnd = whole.indexOf('\n---') + 5
  // The header's own checksum, the nonce, the first bytes, the middle, the very last.
  for (const at of [headerEnd, headerEnd + 50, headerEnd + 100, whole.length >> 1, whole.length - 1]) {
    const bytes = Buffer.from(whole)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x01, at)
    await writeFile(damaged, bytes)
    await assert.rejects(backups.restore(damaged, { keys: [age.identity] }), { code: 'BACKUP_NOT_VALID' }, `at ${at}`)
  }
  for (const length of [30, headerEnd, headerEnd + 16, whole.length >> 1, whole.length - 1]) {
    await writeFile(damaged, whole.subarray(0, length))
    await assert.rejects(
      backups.restore(damaged, { keys: [age.identity] }),
      { code: 'BACKUP_NOT_VALID' },
      `cut at ${length}`,
    )
  }
  assert.deepEqual(await backups.list(), [])
})

test('one that came without what lay beside it says so, and is known once it was verified', async () => {
  const place = await makeFolder()
  await copyFile(file, join(place, basename(file)))
  const backups = backupsOf(source.database, place)
  const [strange] = await backups.list()
  assert.deepEqual([strange?.state, strange?.rows, strange?.reason], ['unverified', null, 'unknown'])
  await backups.verify(join(place, basename(file)), { keys: [age.identity] })
  const [known] = await backups.list()
  assert.deepEqual([known?.state, known?.rows, known?.reason], ['verified', 1, 'manual'])
})
