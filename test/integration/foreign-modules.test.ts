import assert from 'node:assert/strict'
import { chown, copyFile, lstat, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startProgram } from '../support/program.ts'
import { makeHome } from '../support/sophia-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const skip = (process.platform !== 'linux' || process.getuid?.() !== 0) && 'Only root on Linux gives a folder away.'
const SOMEBODY = 65_534
const STARTS = [
  ['sophia.mjs', 'service', 'install'],
  ['service.mjs', 'up'],
  ['launch.mjs', 'run', 'scripts/says.ts'],
] as const
const PACKAGES = JSON.stringify({ packages: { '': {} } })

/** A clone with packages, none of them, whose program and script say that they ran. */
async function makeClone(): Promise<string> {
  const root = join(await makeHome(), 'clone')
  for (const name of ['scripts', 'src', 'node_modules'])
    // oxlint-disable-next-line no-await-in-loop
    await mkdir(join(root, name), { recursive: true })
  for (const name of ['bootstrap.mjs', 'launch.mjs', 'sophia.mjs', 'service.mjs'])
    // oxlint-disable-next-line no-await-in-loop
    await copyFile(join(ROOT, 'scripts', name), join(root, 'scripts', name))
  await writeFile(join(root, 'package.json'), '{ "type": "module" }')
  for (const name of ['package-lock.json', 'node_modules/.package-lock.json'])
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(root, name), PACKAGES)
  for (const name of ['src/main.ts', 'scripts/says.ts'])
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(root, name), "console.log('ran')\n")
  return root
}

/** What root owns of the packages, after it ran each of these. */
async function leftByRoot(root: string, starts: readonly (readonly string[])[]): Promise<string[]> {
  for (const [script = '', ...words] of starts) {
    // One after the other: what the first leaves is there for the next.
    // oxlint-disable-next-line no-await-in-loop
    const { code, err, out } = await startProgram(process.execPath, [join(root, 'scripts', script), ...words], {
      environment: { HOME: root },
      cwd: root,
    }).ended
    assert.deepEqual([code, out], [0, 'ran\n'], err)
  }
  const modules = join(root, 'node_modules')
  const names = await readdir(modules, { recursive: true })
  const owners = await Promise.all(names.map(async (name) => (await lstat(join(modules, name))).uid))
  return names.filter((_name, index) => owners[index] === 0).toSorted()
}

test(
  "root leaves nothing in the packages of somebody's clone, who could not renew them any more",
  { skip },
  async () => {
    const root = await makeClone()
    for (const name of ['node_modules', 'node_modules/.package-lock.json'])
      // oxlint-disable-next-line no-await-in-loop
      await chown(join(root, name), SOMEBODY, SOMEBODY)
    assert.deepEqual(await leftByRoot(root, STARTS), [])
  },
)

test('whoever owns the packages keeps there what was compiled, and that they are installed', { skip }, async () => {
  const left = await leftByRoot(await makeClone(), STARTS.slice(0, 1))
  assert.ok(left.includes('.sophia-lock'), left.join())
  assert.ok(left.includes('.cache/compile'), left.join())
})
