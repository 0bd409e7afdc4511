import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { headersContext } from '#domain/mcp/secret-context.ts'
import { systemClock } from '#platform/clock.ts'
import { checkOfKey, createSecretBox } from '#platform/crypto/secret-box.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openEmptyDatabase, openTestDatabase } from '../../../../test/support/database.ts'
import { createBackups } from './index.ts'

const KEYS = { own: 'o'.repeat(40), other: 'x'.repeat(40) }

async function openBackups(database: Awaited<ReturnType<typeof openTestDatabase>>['database'], key: string | null) {
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return createBackups({
    database,
    clock: systemClock,
    folder,
    migrationsFolder: join(import.meta.dirname, '../../../../migrations'),
    version: '0.0.0-test',
    secretKey: { check: async () => (key === null ? null : checkOfKey(key)), file: '/home/ada/.sophia/secret.key' },
  })
}

test('a backup that holds sealed secrets tells their key from others, and where it is restored with another, what to do', async () => {
  const { database } = await openTestDatabase()
  const backups = await openBackups(database, KEYS.own)
  const without = await backups.create()
  assert.equal(without.manifest.secretKeyCheck, null)
  const sealed = createSecretBox(KEYS.own).seal('{"x-key":"k"}', headersContext('crm'))
  await database.read((handle) =>
    handle.run(
      sql`insert into mcp_servers (id, name, url, sealed_headers) values ('crm', 'CRM', 'https://x', ${sealed})`,
    ),
  )
  const { file, manifest } = await backups.create()
  assert.equal(manifest.secretKeyCheck, await checkOfKey(KEYS.own))
  assert.equal((await backups.find(file)).secretKeyCheck, await checkOfKey(KEYS.own))
  assert.equal(await backups.warnOfKey(manifest), null)
  const target = await openEmptyDatabase()
  const other = await openBackups(target.database, KEYS.other)
  const restored = await other.restore(file)
  assert.match(
    (await other.warnOfKey(restored.manifest)) ?? '',
    /another secret key .*copy secret\.key .* to \/home\/ada/,
  )
  const none = await openBackups(target.database, null)
  assert.match((await none.warnOfKey(manifest)) ?? '', /a secret key, and none is here/)
  // As of a backup that did not note it yet.
  assert.equal(await none.warnOfKey({ secretKeyCheck: undefined }), null)
  assert.equal(await none.warnOfKey(without.manifest), null)
})
