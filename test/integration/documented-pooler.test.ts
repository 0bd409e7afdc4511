import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import pg from 'pg'
import { openTestDatabase } from '../support/database.ts'
import { openTestPooler, type Place } from '../support/pgbouncer.ts'

const page = readFileSync('docs/use/operate.md', 'utf8')

/** The page's own file, with the places and the passwords of this machine in it and no line that the page lacks but for who may look. */
function fileOfPage({ target, port, folder }: Place): string {
  const [, shown = ''] = /^### Many processes: a pooler\n[^]*?^```ini\n([^]*?)^```$/m.exec(page) ?? []
  const adapted = shown
    .replace('host=db.example.com', `host=${target.host} port=${target.port} dbname=${target.database}`)
    .replace(/^(?<name>listen_addr = ).+$/m, '$<name>127.0.0.1')
    .replace(/^(?<name>listen_port = ).+$/m, `$<name>${port}`)
    .replace(/^(?<name>auth_file = ).+$/m, `$<name>${folder}/users.txt`)
  // A socket in the folder of all, which another test may have.
  return `${adapted}unix_socket_dir =\nadmin_users = ${target.user}\n`
}

test('the PgBouncer of the guide lets in over the network whoever comes as the guide says', async () => {
  const { connection } = await openTestDatabase()
  const pooler = await openTestPooler(connection, fileOfPage)
  const [, database = ''] = /^export DATABASE_URL=postgres:\/\/.*:6432\/(\w+)$/m.exec(page) ?? []
  const client = new pg.Client({ ...connection, ...pooler.place, database })
  await client.connect()
  try {
    const { rows } = await client.query('select current_database() as name')
    assert.deepEqual(rows, [{ name: connection.database }])
    const pool = (await pooler.show('pools')).find((row) => row['database'] === database)
    assert.equal(pool?.['pool_mode'], 'transaction')
  } finally {
    await client.end()
  }
})
