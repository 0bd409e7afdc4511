import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmod, chown, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { createLog } from '#platform/log/log.ts'
import { startEmbeddedPostgres } from '#platform/postgres/embedded-postgres.ts'
import { makeHome } from '../support/sophia-process.ts'

const log = createLog({ level: 'silent', isForPeople: false })

async function query(connection: pg.ClientConfig, text: string): Promise<unknown[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

test('programs that cannot be run are told, and nobody is ended in their place', async () => {
  const home = await makeHome()
  await (await startEmbeddedPostgres({ home, log })).stop()
  const [engine = ''] = (await readdir(home)).filter((name) => name.startsWith('postgres-'))
  await chmod(join(home, engine, 'bin/postgres'), 0o644)
  await assert.rejects(startEmbeddedPostgres({ home, log }), {
    code: 'EMBEDDED_POSTGRES_UNAVAILABLE',
    message: /EACCES/,
  })
})

const skip = process.getuid?.() !== 0 && 'only root gives folders away'

test('a home that was made root’s as a whole starts, with everything in it', { skip }, async () => {
  const home = await makeHome()
  const first = await startEmbeddedPostgres({ home, log })
  await query(first.connection, 'create table kept as select 1 as n')
  await first.stop()
  const [engine = ''] = (await readdir(home)).filter((name) => name.startsWith('postgres-'))
  // As an account leaves it that keeps everything to itself.
  await chmod(join(home, engine), 0o700)
  assert.equal(spawnSync('chown', ['-R', 'root', home]).status, 0)
  const again = await startEmbeddedPostgres({ home, log })
  assert.deepEqual(await query(again.connection, 'select n from kept'), [{ n: 1 }])
  await again.stop()
})

test('files of a database that are a third one’s are left so, and what to do is said', { skip }, async () => {
  const home = await makeHome()
  await (await startEmbeddedPostgres({ home, log })).stop()
  const data = join(home, 'data')
  await chown(data, 54_321, 54_321)
  await assert.rejects(startEmbeddedPostgres({ home, log }), {
    code: 'HOME_NOT_WRITABLE',
    message: new RegExp(`${data} belongs to the account 54321\\. .*: chown -R root ${data}$`),
  })
  assert.equal((await stat(data)).uid, 54_321)
})
