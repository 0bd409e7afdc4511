import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const PROGRAMS = pathToFileURL(join(import.meta.dirname, '../../scripts/programs.ts')).href

/** Asks in a process of its own for a program that is there once `file` is; its own way of installing writes the file, or does nothing. */
function ask(file: string, installs: boolean): { code: number | null; told: string } {
  const install = installs ? `() => writeFileSync(${JSON.stringify(file)}, '')` : '() => undefined'
  const source = `
    import { existsSync, writeFileSync } from 'node:fs'
    import { hasPrograms } from ${JSON.stringify(PROGRAMS)}
    const own = { title: 'Thing', aptPackage: 'thing-server', elsewhere: 'install thing' }
    const isThere = () => existsSync(${JSON.stringify(file)})
    process.exit(hasPrograms([{ ...own, isThere, install: ${install} }]) ? 0 : 1)`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', source]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { code: status, told: stderr }
}

const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version')

test('a program that is missing is installed where that may be done, and else the one command is told', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-programs-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const installed = ask(join(folder, 'thing'), true)
  if (mayInstall) assert.deepEqual(installed, { code: 0, told: 'Installing Thing ...\n' })
  else assert.equal(installed.code, 1)
  const missing = ask(join(folder, 'other'), false)
  assert.equal(missing.code, 1)
  assert.match(
    missing.told,
    /This needs Thing, and none was found\. Run: (sudo apt-get install .* thing-server|install thing)\n/,
  )
  assert.ok(!existsSync(join(folder, 'other')))
})

test('nothing is installed, or told, where all is there', () => {
  assert.deepEqual(ask(import.meta.filename, true), { code: 0, told: '' })
})
