import assert from 'node:assert/strict'
import { chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createLog } from '#platform/log/log.ts'
import { startEmbeddedPostgres } from '#platform/postgres/embedded-postgres.ts'
import { makeHome } from '../support/sophia-process.ts'

const log = createLog({ level: 'silent', isForPeople: false })

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
