import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { z } from 'zod'
import { Backup, BackupList } from '#contract/operations.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { systemClock } from '#platform/clock.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openEmptyDatabase } from '../support/database.ts'
import { createOwnerKey, openTestHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

test('a backup brings along what is asked again and again, and the first start after its restore makes it ready', async () => {
  const before = await openTestHouse()
  await before.rooms.imports.loadSample(await before.rooms.access.localPrincipal())
  const answer = await fetch(`${before.url}/api/personas/marcus/skills/review-pipeline`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await createOwnerKey(before)}`, 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(answer.status, 200, await answer.clone().text())
  await before.rooms.hotSkills.flush()
  const { file } = await before.rooms.backups.create()
  const { connection, database } = await openEmptyDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const migrationsFolder = join(PACKAGE_ROOT, 'migrations')
  const base = { database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' }
  await createBackups(base).restore(file)
  await before.close()
  const url = databaseUrlOf(connection)
  const { rooms, close } = await openTestHouse({ DATABASE_URL: url, DATABASE_DIRECT_URL: url })
  // Before its own database goes.
  after(close)
  const prewarmed = async (): Promise<number> => {
    const { values } = await rooms.metrics.cachePrewarmed.get()
    return values.find(({ labels }) => labels['result'] === 'ready')?.value ?? 0
  }
  await until(async () => (await prewarmed()) === 1, 'what was asked before the restore is ready', 60_000)
  await close()
})

test('the server says of an encrypted backup that it is not proven where it has no key, and counts it as nothing else', async () => {
  const identity = await generateIdentity()
  const house = await openTestHouse({ SOPHIA_BACKUP_RECIPIENT: await identityToRecipient(identity) })
  const headers = { authorization: `Bearer ${await createOwnerKey(house)}` }
  const ask = (path: string, method = 'POST') => fetch(`${house.url}/api/backups${path}`, { method, headers })
  const made = Backup.parse(await (await ask('')).json())
  assert.deepEqual([made.state, made.isEncrypted], ['verified', true])
  const verify = async (): Promise<string> => {
    const answer = await ask(`/${made.id}/verify`)
    assert.equal(answer.status, 422)
    const { code, detail } = z.object({ code: z.string(), detail: z.string() }).parse(await answer.json())
    assert.equal(code, 'BACKUP_KEY_MISSING')
    return detail
  }
  const closed = 'is encrypted, and the server has no key that opens it'
  // Whoever made it proved it: that stands, and is told as that.
  assert.match(await verify(), new RegExp(`^Not proven: ${made.id} ${closed}\\. It was proven ${made.verifiedAt}`))
  const { file } = await house.rooms.backups.find(made.id)
  await rm(`${file}.verified.json`)
  assert.match(await verify(), new RegExp(`${closed}\\. Prove it on the command line: sophia backup verify ${made.id}`))
  const [listed] = BackupList.parse(await (await ask('', 'GET')).json()).items
  assert.deepEqual([listed?.state, listed?.verifiedAt], ['unverified', null])
  assert.match(listed?.detail ?? '', /^Not proven: it is encrypted/)
  await house.rooms.backups.verify(file, { keys: [identity] })
  assert.equal((await house.rooms.backups.find(made.id)).state, 'verified')
})
