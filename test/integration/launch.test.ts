import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
const folder = await mkdtemp(join(tmpdir(), 'sophia-launch-'))
after(() => rm(folder, { recursive: true, force: true }))

interface Launched {
  readonly said: string
  readonly complained: string
  readonly code: number | null
}

/** Runs launch.mjs in a process group of its own; `onLine` may signal it through the given function. */
function launch(
  args: readonly string[],
  onReady?: (signal: (name: NodeJS.Signals, toGroup: boolean) => void) => void,
): Promise<Launched> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['scripts/launch.mjs', ...args], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const pid = child.pid ?? 0
    let said = ''
    let complained = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === '') onReady?.((name, toGroup) => process.kill(toGroup ? -pid : pid, name))
      said += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
    child.on('close', (code) => resolve({ said, complained, code }))
  })
}

async function scriptOf(text: string): Promise<string> {
  const path = join(folder, `script-${Math.random().toString(36).slice(2)}.ts`)
  await writeFile(path, text)
  return relative(root, path)
}

const COUNTER = `
let count: number = 0
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => { count += 1; setTimeout(() => { console.log(name, count); process.exit(7) }, 300) })
console.log('ready')
setInterval(() => undefined, 1000)`

test('arguments, output and exit code pass through', async () => {
  const script = await scriptOf(`console.log(process.argv.slice(2).join('|')); process.exitCode = 42`)
  assert.deepEqual(await launch(['run', script, 'a b', '--c']), { said: 'a b|--c\n', complained: '', code: 42 })
})

for (const [name, toGroup] of [
  ['SIGINT', true],
  ['SIGINT', false],
  ['SIGTERM', false],
] as const) {
  test(`${name} to the ${toGroup ? 'group, as a terminal does,' : 'launcher alone'} reaches the program once, without a stack trace`, async () => {
    const ended = await launch(['run', await scriptOf(COUNTER)], (signal) => signal(name, toGroup))
    assert.deepEqual(ended, { said: `ready\n${name} 1\n`, complained: '', code: 7 })
  })
}

test('an unknown verb is answered with the usage and exit code 2', async () => {
  const ended = await launch(['dance'])
  assert.equal(ended.code, 2)
  assert.match(ended.complained, /^usage: /)
})
