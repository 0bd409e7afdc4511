import assert from 'node:assert/strict'
import { chown, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeHome, runSophia } from '../../test/support/sophia-process.ts'
import { assertHomeOfRoot } from './refuse-foreign-home.ts'

const skip = process.getuid?.() !== 0 && 'Only root gives a folder away.'
const NOBODY = 65_534
/** Nobody listens there. */
const AWAY = 'postgres://sophia:far-away@127.0.0.1:1/sophia'

/** A home that another account's Sophia has been on. */
async function makeForeignHome(): Promise<string> {
  const home = await makeHome()
  await writeFile(join(home, 'secret.key'), 'x', { mode: 0o600 })
  for (const path of [home, join(home, 'secret.key')]) await chown(path, NOBODY, NOBODY)
  return home
}

test("root runs nothing on another account's home, and leaves nothing there", { skip }, async () => {
  const home = await makeForeignHome()
  for (const words of [['up'], ['doctor'], ['calendar', 'show'], ['keys', 'create', 'ci']]) {
    const { code, err } = await runSophia(words, { SOPHIA_HOME: home, DATABASE_URL: AWAY })
    assert.equal(code, 78, `${words.join(' ')}: ${err}`)
    assert.match(
      err,
      new RegExp(
        `^${home} belongs to nobody, who could not read or change what root writes there\\. Nothing was done\\. Run this as nobody instead, or .*: chown -R root ${home}`,
      ),
    )
  }
  assert.deepEqual(await readdir(home), ['secret.key'])
})

test('what writes nothing there goes on, and so does all of it on a home of their own', { skip }, async () => {
  const foreign = { SOPHIA_HOME: await makeForeignHome(), DATABASE_URL: AWAY }
  assert.equal((await runSophia(['config', 'check'], foreign)).code, 0)
  assert.equal((await runSophia(['completion', 'bash'], foreign)).code, 0)
  assert.match((await runSophia(['service', 'install', '--dry-run', '--user'], foreign)).out, /ExecStart=/)
  assert.equal((await runSophia(['backup', '--help'], foreign)).code, 0)
  // It gets as far as the database.
  const own = { SOPHIA_HOME: await makeHome(), DATABASE_URL: AWAY }
  assert.equal((await runSophia(['backup', 'list'], own)).code, 69)
})

test("who owns the key counts as who owns the home; a folder that is not there is nobody's", { skip }, async () => {
  const home = await makeForeignHome()
  const look = (folder: string): Promise<void> =>
    assertHomeOfRoot({ home: folder, words: ['doctor'], serviceHome: async () => null })
  await chown(home, 0, 0)
  await assert.rejects(look(home), { code: 'HOME_NOT_WRITABLE' })
  await chown(join(home, 'secret.key'), 0, 0)
  await look(home)
  await look(join(home, 'not-there'))
})

test('on the home of the unit of the machine it says how the same is run there', { skip }, async () => {
  const home = await makeForeignHome()
  const said = (...words: string[]): Promise<string> =>
    assertHomeOfRoot({ home, words, serviceHome: async () => home }).then(
      () => 'nothing',
      (error: Error) => error.message,
    )
  assert.match(
    await said('import', 'a file.csv', '--as-of', '2026-01-01'),
    /Run instead: sudo npx sophia service run -- import 'a file\.csv' --as-of 2026-01-01$/,
  )
  assert.match(await said('up'), /sudo systemctl start sophia$/)
})
