import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { grantContext, headersContext } from '#domain/mcp/secret-context.ts'
import { createSecretBox } from '#platform/crypto/secret-box.ts'
import { sql } from '#platform/postgres/sql.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from '../support/database.ts'
import { CANARY, examine } from '../support/examine.ts'

test('what is stored sealed is tried with the key at hand, and told where it does not open', async () => {
  const { connection, database } = await openTestDatabase()
  const home = await mkdtemp(join(tmpdir(), 'sophia-doctor-'))
  after(() => rm(home, { recursive: true, force: true }))
  const key = `${CANARY}-${'k'.repeat(40)}`
  const settings = { SOPHIA_HOME: home, DATABASE_URL: databaseUrlOf(connection) }
  const look = async (secretKey?: string) =>
    (await examine({ ...settings, ...(secretKey ? { SOPHIA_SECRET_KEY: secretKey } : {}) }))('secret-key')
  assert.equal((await look(key)).status, 'ok')
  const box = createSecretBox(key)
  await database.read((handle) =>
    handle.run(sql`insert into mcp_servers (id, name, url, sealed_headers)
      values ('crm', 'CRM', 'https://x', ${box.seal('{}', headersContext('crm'))})`),
  )
  assert.equal((await look(key)).status, 'ok')
  for (const other of [undefined, `${CANARY}-${'x'.repeat(40)}`]) {
    const { status, detail, fix } = await look(other)
    assert.equal(status, 'fail')
    assert.match(`${detail} ${fix}`, /do not open with the key.* Set SOPHIA_SECRET_KEY to what it was/)
  }
  const grant = createSecretBox('of another time').seal('{}', grantContext({ serverId: 'crm', memberId: null }))
  await database.read((handle) =>
    handle.run(
      sql`insert into mcp_credentials (server_id, owner, sealed) values ('crm', '00000000-0000-0000-0000-000000000000', ${grant})`,
    ),
  )
  assert.equal((await look(key)).status, 'fail')
})
