import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import pino from 'pino'
import { z } from 'zod'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { createBackups, scheduleBackups } from '#features/operations/backup/index.ts'
import { systemClock } from '#platform/clock.ts'
import { sql } from '#platform/postgres/sql.ts'
import { runCommandLine } from '../../test/support/command-line.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openEmptyDatabase, openTestDatabase } from '../../test/support/database.ts'
import { makeHome, runSophia } from '../../test/support/sophia-process.ts'
import { addBackupCommand, type OpenBackups } from './backup-command.ts'

const { database } = await openTestDatabase()
const folder = await mkdtemp(join(tmpdir(), 'backup-command-'))
after(() => rm(folder, { recursive: true, force: true }))
const identity = await generateIdentity()
/** The key of this home, as it is told from others. */
const key = { check: 'one' }
const needs = {
  database,
  clock: systemClock,
  folder: join(folder, 'backups'),
  recipients: [await identityToRecipient(identity)],
  migrationsFolder: join(import.meta.dirname, '../../migrations'),
  version: '0.0.0-test',
  secretKey: { check: async () => key.check, file: null },
}
const open: OpenBackups = async () => ({
  backups: createBackups(needs),
  backupSchedule: scheduleBackups({
    ...needs,
    log: pino({ level: 'silent' }),
    host: 'here',
    rhythm: () => ({ everyMs: BACKUP_EVERY_MS, at: null }),
    findBegun: async () => null,
    probe: database,
  }),
  isAlone: true,
  finishRestore: async () => undefined,
  close: async () => undefined,
})

test('an encrypted backup is made, listed and restored from the command line, with lines that say how far it is', async (t) => {
  const run = (words: string) => runCommandLine(t, (program) => addBackupCommand(program, open), words.split(' '))
  const made = (await run('backup create --json')).split('\n').map((line) => JSON.parse(line))
  assert.deepEqual(new Set(made.map(({ type }) => type)), new Set(['progress', 'result']))
  assert.equal(made.at(-1).type, 'result')
  assert.match(await run('backup list'), /by hand +verified, encrypted, here$/)
  await assert.rejects(run('backup restore latest --yes'), { code: 'BACKUP_KEY_MISSING' })
  const file = join(folder, 'identity.txt')
  await writeFile(file, `# created: today\n# public key: age1...\n${identity}\n`)
  await assert.rejects(run(`backup restore latest --identity ${file}`), /Run again with --yes/)
  const told = await run(`backup restore latest --identity ${file} --yes`)
  assert.match(told, /^Restored 0 rows from .*\.tar\.age\.\nWhat was there before: .*\.tar\.age$/)
})

test('one that a timer asks for is told as made by schedule', async (t) => {
  const run = (words: string) => runCommandLine(t, (program) => addBackupCommand(program, open), words.split(' '))
  assert.match(await run('backup create --scheduled'), /^Wrote .*\.tar\.age\n/)
  assert.match((await run('backup list')).split('\n')[0] ?? '', /by schedule +verified, encrypted, here$/)
})

test('in a home that goes with its process a timer is refused, and the doctor counts nothing that lies there', async () => {
  const { connection } = await openEmptyDatabase()
  const settings = {
    SOPHIA_HOME: await makeHome(),
    SOPHIA_HOME_LASTS: 'no',
    DATABASE_URL: databaseUrlOf(connection),
  }
  const refused = await runSophia(['backup', 'create', '--scheduled'], settings)
  assert.notEqual(refused.code, 0)
  assert.match(refused.err, /would go with the process.*SOPHIA_BACKUP_TARGET/)
  assert.equal((await runSophia(['backup', 'create'], settings)).code, 0)
  const { out } = await runSophia(['doctor', '--json'], settings)
  const Findings = z.object({ checks: z.array(z.looseObject({ id: z.string(), detail: z.string() })) })
  const found = Findings.parse(JSON.parse(out)).checks.find(({ id }) => id === 'backups')
  assert.match(found?.detail ?? '', /No verified backup was found; .* goes with its process/)
})

test('a file that holds no identity is told at once, and nothing of it is repeated', async (t) => {
  const file = join(folder, 'mistyped.txt')
  const mistyped = identity.replace(/..$/, 'XX')
  for (const text of ['', '# nothing here\n', mistyped, `${identity}\nssh-ed25519 AAAA`]) {
    await writeFile(file, text)
    const run = runCommandLine(t, (program) => addBackupCommand(program, open), [
      'backup',
      'verify',
      'latest',
      '--identity',
      file,
    ])
    await assert.rejects(run, (error: Error) => {
      assert.match(error.message, /mistyped\.txt holds no identities of age, which begin with AGE-SECRET-KEY-\./)
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /AGE-SECRET-KEY-\w|ssh-/)
      return true
    })
  }
})

test('where stored secrets will not open, the question says so and so does the end', async (t) => {
  const run = (words: string) => runCommandLine(t, (program) => addBackupCommand(program, open), words.split(' '))
  await database.read((handle) =>
    handle.run(sql`insert into mcp_clients (server_id, sealed) values ('crm', ${Buffer.from('sealed')})`),
  )
  const file = join(folder, 'own.txt')
  await writeFile(file, identity)
  await run('backup create')
  key.check = 'another'
  await assert.rejects(
    run('backup restore latest'),
    /headers and sign-ins .* set SOPHIA_SECRET_KEY.* Run again with --yes/,
  )
  const told = await run(`backup restore latest --identity ${file} --yes`)
  assert.match(told, /\nThe stored secrets of this backup, .* sealed with another secret key/)
  key.check = 'one'
  const [line] = (await run(`backup restore latest --identity ${file} --yes --json`)).split('\n').slice(-1)
  assert.equal(JSON.parse(line ?? '').keyWarning, null)
})
