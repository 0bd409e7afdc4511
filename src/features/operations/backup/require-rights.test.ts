import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pg from 'pg'
import pino from 'pino'
import { judgeDatabase } from '#domain/doctor/judge-stores.ts'
import { systemClock } from '#platform/clock.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { lookAtDatabase } from '#platform/postgres/look-at-database.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { openEmptyDatabase, type TestDatabase } from '../../../../test/support/database.ts'
import { createBackups } from './index.ts'

const root = join(import.meta.dirname, '../../../..')
const migrationsFolder = join(root, 'migrations')
const USUAL = 'grant all on database sophia to sophia; grant all on schema public to sophia;'
/** They outlive each test, and so the roles that have rights in them. */
const given = [await openEmptyDatabase(), await openEmptyDatabase(), await openEmptyDatabase()] as const
const LEAST = 'grant create on schema public to sophia;'

/** What the document has an administrator run: for a database of one's own, and in one of somebody else. */
async function documented() {
  const text = await readFile(join(root, 'docs/use/operate.md'), 'utf8')
  const [create = '', grant = ''] = [...text.matchAll(/```sql\n([^]*?)```/g)].map(([, block = '']) => block)
  assert.match(create, /create database/)
  assert.match(grant, /grant create/)
  return { create, grant }
}

/** A database of the administrator, and a role that was given these rights by him. */
async function openOfSomebody(t: TestContext, { connection }: TestDatabase, statements: string) {
  const name = String(connection.database)
  const role = `role_of_${name}`
  const byAdministrator = async (text: string): Promise<void> => {
    const client = new pg.Client(connection)
    await client.connect()
    await client
      .query(text.replaceAll('database sophia', `database ${name}`).replaceAll(/\b(role|to) sophia\b/g, `$1 ${role}`))
      .finally(() => client.end())
  }
  await byAdministrator(`create role sophia login password 'secret'; ${statements}`)
  const own = { ...connection, user: role, password: 'secret' }
  const database = openDatabase({ connection: own, poolMax: 4 })
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock })
  t.after(async () => {
    await jobs.stop(0)
    await database.close()
    await byAdministrator(`drop owned by ${role} cascade; drop role ${role}`)
    await rm(folder, { recursive: true, force: true })
  })
  await migrate({ connection: own, folder: migrationsFolder })
  const backups = createBackups({ database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' })
  const judged = async () =>
    judgeDatabase(await lookAtDatabase(own), { name: 'DATABASE_URL', isNear: true, wantedConnections: 5 })
  jobs.define({ name: 'any', parse: (payload) => payload, run: async () => undefined })
  return { backups, byAdministrator, folder, jobs, judged }
}

test('a role that may only create tables is told what it needs, by the doctor and before a backup is begun', async (t) => {
  const { backups, byAdministrator, folder, jobs, judged } = await openOfSomebody(t, given[0], LEAST)
  await assert.rejects(jobs.send('any', {}), /permission denied for database/)
  const said = await judged()
  assert.equal(said.status, 'fail')
  for (const told of [/grant create on database \S+ to \S+;/, /alter schema public owner to \S+;/])
    assert.match(said.fix ?? '', told)
  const refused = { code: 'CONFLICT', message: /no backup proven.*grant create on database \S+ to \S+;$/ }
  await assert.rejects(backups.create('before-migration'), refused)
  await assert.rejects(backups.verify('any'), refused)
  assert.deepEqual(await readdir(folder), [])
  // What is told is enough.
  await byAdministrator((await documented()).grant)
  assert.equal((await judged()).status, 'ok')
  await jobs.send('any', {})
  const { file } = await backups.create('before-migration')
  await backups.restore(file)
})

test('a role that was granted all but does not own public is told before a restore saves or touches anything', async (t) => {
  const { backups, byAdministrator, folder, judged } = await openOfSomebody(t, given[1], USUAL)
  const { file } = await backups.create()
  const before = (await readdir(folder)).toSorted()
  const said = await judged()
  assert.deepEqual([said.status, said.fix?.includes('grant create')], ['fail', false])
  await assert.rejects(backups.restore(file), {
    code: 'CONFLICT',
    message: /belongs to another role.* Nothing was touched\..*: alter schema public owner to \S+;$/,
  })
  assert.deepEqual((await readdir(folder)).toSorted(), before)
  await byAdministrator(/alter schema.*;/.exec(said.fix ?? '')?.[0] ?? '')
  assert.equal((await judged()).status, 'ok')
  const { safety } = await backups.restore(file)
  assert.ok(safety)
  // And again, in the schema that the role has put there itself.
  await backups.restore(safety.file)
})

test('the owner of a database that was made as documented has all rights, and restores', async (t) => {
  const { connection } = given[2]
  const [name, role] = [`own_${String(connection.database)}`, `owner_of_${String(connection.database)}`]
  const admin = new pg.Client(connection)
  await admin.connect()
  const { create } = await documented()
  const named = create.replaceAll('database sophia owner sophia', `database ${name} owner ${role}`)
  for (const statement of named.replace('user sophia', `user ${role}`).split(/;\s*/).filter(Boolean))
    // oxlint-disable-next-line no-await-in-loop
    await admin.query(statement)
  const own = { ...connection, database: name, user: role, password: 'secret' }
  const database = openDatabase({ connection: own, poolMax: 4 })
  const folder = await mkdtemp(join(tmpdir(), 'backups-'))
  t.after(async () => {
    await database.close()
    await admin.query(`drop database ${name} with (force)`)
    await admin.query(`drop role ${role}`)
    await admin.end()
    await rm(folder, { recursive: true, force: true })
  })
  await migrate({ connection: own, folder: migrationsFolder })
  const setting = { name: 'DATABASE_URL', isNear: true, wantedConnections: 5 }
  assert.equal(judgeDatabase(await lookAtDatabase(own), setting).status, 'ok')
  const backups = createBackups({ database, clock: systemClock, folder, migrationsFolder, version: '0.0.0-test' })
  const { file } = await backups.create()
  await backups.restore(file)
})
