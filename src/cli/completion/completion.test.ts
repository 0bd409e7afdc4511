import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Argument, Command, Option } from 'commander'
import { createCliProgram } from '../../../test/support/cli-program.ts'
import { requireProgram } from '../../../test/support/find-program.ts'
import { listPlaces, tablesOf } from './list-places.ts'
import { renderBash } from './render-bash.ts'
import { renderFish } from './render-fish.ts'
import { renderPowerShell } from './render-powershell.ts'
import { renderZsh } from './render-zsh.ts'

const folder = mkdtempSync(join(tmpdir(), 'sophia-completion-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const program = await createCliProgram()
/** One that nobody has heard of, with quotes in what is said of it. */
program
  .command('juggle')
  .description(`juggle; it's "fun" & $PATH`)
  .addArgument(new Argument('<what>').choices(['balls', 'clubs']))
  .addOption(new Option('--hands <number>', 'how many').choices(['one', 'two']))
  .action(() => undefined)
const tables = tablesOf(listPlaces(program))

function run(shell: string, args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(requireProgram(shell), args, { encoding: 'utf8', cwd: folder })
  assert.equal(status, 0, stderr)
  assert.equal(stderr, '')
  return stdout.split('\n').filter((line) => line !== '')
}

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const bashFile = write('completion.bash', renderBash(tables))
const fishFile = write('completion.fish', renderFish(tables))
const zshFile = write('_sophia', renderZsh(tables))

type Complete = (words: readonly string[]) => string[]

/** What the shells offer after these words; the last one is begun, or empty. */
const SHELLS: Readonly<Record<string, Complete>> = {
  bash: (words) =>
    run('bash', [
      '--norc',
      '-c',
      `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sophia; printf '%s\\n' "\${COMPREPLY[@]}"`,
      bashFile,
      ...words,
    ]),
  fish: (words) =>
    run('fish', ['--no-config', '-c', `source ${fishFile}; complete -C "${words.join(' ')}"`]).map(
      (line) => line.split('\t')[0] ?? '',
    ),
  // The line editor is not there in a script: what it would be given is printed instead.
  zsh: (words) =>
    run('zsh', [
      '-f',
      '-c',
      `compdef() { : }
      compadd() { shift; print -l -- "$@" }
      _files() { print FILES }
      _describe() { local entry; for entry in "\${(@P)2}"; do print -r -- "\${entry%%:*}"; done }
      . "$0"
      words=("$@"); CURRENT=$#
      _sophia`,
      zshFile,
      ...words,
    ]).filter((word) => word.startsWith(words.at(-1) ?? '') || word === 'FILES'),
}

for (const [shell, complete] of Object.entries(SHELLS)) {
  test(`${shell} completes commands, options and choices as the program has them, a new command by itself`, () => {
    const names = program.commands.map((command) => command.name())
    assert.deepEqual(complete(['sophia', '']).toSorted(), names.toSorted())
    assert.deepEqual(complete(['sophia', 'jug']), ['juggle'])
    assert.deepEqual(complete(['sophia', 'backup', '']).toSorted(), ['create', 'list', 'restore', 'verify'])
    assert.deepEqual(complete(['sophia', 'juggle', '']).toSorted(), ['balls', 'clubs'])
    assert.deepEqual(complete(['sophia', 'juggle', '--h']).toSorted(), ['--hands', '--help'])
    assert.deepEqual(complete(['sophia', 'juggle', '--hands', '']).toSorted(), ['one', 'two'])
    // The value of an option is no argument.
    assert.deepEqual(complete(['sophia', 'juggle', '--hands', 'two', 'b']), ['balls'])
    assert.ok(complete(['sophia', 'import', '']).includes('deals'))
    assert.deepEqual(complete(['sophia', 'backup', 'create', '--j']), ['--json'])
  })
}

test('where anything may stand, such as a file, bash and fish offer files', () => {
  write('deals.csv', '')
  assert.deepEqual(SHELLS['bash']?.(['sophia', 'import', 'deals', 'dea']), [])
  assert.deepEqual(SHELLS['fish']?.(['sophia', 'import', 'deals', 'dea']), ['deals.csv'])
  assert.deepEqual(SHELLS['zsh']?.(['sophia', 'import', 'deals', '']), ['FILES'])
})

test('the script for PowerShell has every command, with quotes doubled', () => {
  const script = renderPowerShell(tables)
  for (const command of program.commands) assert.ok(script.includes(`'${command.name()}|`), command.name())
  assert.ok(script.includes(`'juggle|juggle; it''s "fun" & $PATH'`))
  assert.ok(script.includes(`'sophia juggle --hands' = @('one', 'two')`))
  // Every quote that opens closes on its line, so that nothing of a description is read as code.
  assert.deepEqual(
    script.split('\n').filter((line) => (line.match(/'/g)?.length ?? 0) % 2 !== 0),
    [],
  )
})

test('a program of one command has its places, too', () => {
  const places = listPlaces(new Command('one').option('-q, --quiet', 'say less'))
  assert.deepEqual(
    places.map(({ path }) => path),
    ['one'],
  )
  assert.deepEqual(
    places[0]?.options.map(({ text }) => text),
    ['--quiet', '-q', '--help'],
  )
})
