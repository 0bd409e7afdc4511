import assert from 'node:assert/strict'
import { chown, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { findEngineConnection } from '#platform/postgres/attach-engine.ts'
import { ENGINE_USER } from '#platform/postgres/cluster-files.ts'
import { findUnprivilegedAccount } from '#platform/postgres/unprivileged-account.ts'
import { rehearseOutside } from '../../src/cli/rehearse-outside.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestDatabase } from '../support/database.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { makeHome, runSophia, startSophia } from '../support/sophia-process.ts'

const skip = process.getuid?.() !== 0 && 'Only root rehearses for others.'
const NOBODY = 65_534
const OF_ROOT = '/var/lib/sophia-drills'

/** Whose each thing is, when it was last changed, and what it may be used for; the database itself works on. */
async function look(home: string): Promise<readonly string[]> {
  const names = (await readdir(home)).filter((name) => !['data', 'run'].includes(name))
  const looks = ['', ...names].map(async (name) => {
    const { ctimeMs, gid, mode, uid } = await stat(join(home, name))
    return `${name} ${uid}:${gid} ${mode} ${ctimeMs}`
  })
  return Promise.all(looks)
}

/** As the folder of nobody, who has a Sophia with a PostgreSQL elsewhere. */
async function makeForeignHome(): Promise<string> {
  const home = await makeHome()
  await writeFile(join(home, 'secret.key'), 'x', { mode: 0o600 })
  for (const path of [home, join(home, 'secret.key')]) await chown(path, NOBODY, NOBODY)
  return home
}

async function listFolders(): Promise<readonly string[]> {
  return readdir(OF_ROOT).catch(() => [])
}

test('root rehearses for the home of another in a folder of its own, and leaves nothing', { skip }, async () => {
  const { connection } = await openTestDatabase()
  const home = await makeForeignHome()
  const before = await look(home)
  const folders = await listFolders()
  const settings = { SOPHIA_HOME: home, DATABASE_URL: databaseUrlOf(connection) }
  const drill = startSophia(['drill', 'disk-full'], settings)
  await drill.said(/A scratch deployment is started/)
  assert.deepEqual(await look(home), before)
  const [own = '', ...others] = (await listFolders()).filter((name) => !folders.includes(name))
  assert.deepEqual(others, [])
  assert.deepEqual(await readdir(join(OF_ROOT, own)), ['drills'])
  drill.kill('SIGTERM')
  const { code, out } = await drill.ended
  assert.equal(code, 1)
  assert.match(out, /It was stopped before it was done/)
  assert.deepEqual(await look(home), before)
  assert.deepEqual(await listFolders(), folders)
})

test(
  'the database that runs in that home is found, and what root needs of it is read there, nothing else',
  { skip },
  async (t) => {
    const home = await makeHome()
    const engine = await startPrivateEngine({ home, isDurable: false })
    t.after(() => engine.stop())
    const account = await findUnprivilegedAccount()
    assert.ok(account)
    for (const path of [home, join(home, 'postgres.password')]) await chown(path, account.uid, account.gid)
    const before = await look(home)
    const { config, leave } = await rehearseOutside({ SOPHIA_HOME: home, SOPHIA_BACKUP_TARGET: join(home, 'backups') })
    const client = new pg.Client({
      connectionString: config.postgres.url?.reveal().replace(/\/sophia\?/, '/postgres?'),
    })
    await client.connect()
    assert.deepEqual((await client.query('select current_user as name')).rows, [{ name: ENGINE_USER }])
    await client.end()
    const places = [config.home, config.mcp.file, config.calendar.file, config.backup.folder]
    assert.ok(
      places.every((place) => place.startsWith(`${OF_ROOT}/`)),
      places.join(', '),
    )
    assert.equal((await stat(config.home)).uid, 0)
    await leave()
    await assert.rejects(stat(config.home), { code: 'ENOENT' })
    assert.deepEqual(await look(home), before)
  },
)

test('a link in the place of the password leads root nowhere', { skip }, async () => {
  const home = await makeForeignHome()
  await mkdir(join(home, 'data'))
  const pidFile = join(home, 'data/postmaster.pid')
  await writeFile(pidFile, `0\n${home}/data\n0\n5432\n${home}/run\n`)
  await chown(pidFile, NOBODY, NOBODY)
  await writeFile(join(home, 'of-root'), 'not theirs')
  await symlink(join(home, 'of-root'), join(home, 'postgres.password'))
  assert.equal((await findEngineConnection(home))?.password, await readFile(join(home, 'of-root'), 'utf8'))
  await assert.rejects(findEngineConnection(home, { owner: NOBODY }), { code: 'ELOOP' })
})

test('where no database runs root starts none, and says who has to', { skip }, async () => {
  const home = await makeForeignHome()
  const before = await look(home)
  const { code, err } = await runSophia(['drill', 'disk-full'], { SOPHIA_HOME: home })
  assert.equal(code, 69)
  assert.match(
    err,
    new RegExp(`^No Sophia of nobody with the built-in database runs on ${home}, and root does not start`),
  )
  assert.deepEqual(await look(home), before)
})
