import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isAlive } from '../support/sophia-process.ts'
import { startProgram } from '../support/program.ts'

const RUNNER = pathToFileURL(join(import.meta.dirname, '../../scripts/run-test-files.ts')).href
const LIMIT_MS = 3000

/** Runs test files with this text, two at once and each for three seconds at most, as `npm test` does with its own. */
async function runFiles(texts: Readonly<Record<string, string>>, onceMore = 0) {
  const root = await mkdtemp(join(tmpdir(), 'sophia-run-'))
  after(() => rm(root, { recursive: true, force: true }))
  const files = Object.keys(texts).map((name) => join(root, `${name}.test.mjs`))
  for (const [name, text] of Object.entries(texts))
    await writeFile(join(root, `${name}.test.mjs`), `import { test } from 'node:test'\n${text}\n`)
  const plan = JSON.stringify({ files, root, atOnce: 2, limitMs: LIMIT_MS, onceMore })
  const program = `const { runTestFiles } = await import('${RUNNER}')
    const { counts, unsteady } = await runTestFiles(${plan})
    console.log('counts ' + JSON.stringify(counts))
    console.log('unsteady ' + unsteady.join(' '))
    process.exit(0)`
  // Not by --eval: Node gives its own arguments to the files it tests.
  await writeFile(join(root, 'run.mjs'), program)
  const { out, err } = await startProgram(process.execPath, [join(root, 'run.mjs')]).ended
  const counts: unknown = JSON.parse(/^counts (.*)$/m.exec(out)?.[1] ?? 'null')
  return { out, err, counts, unsteady: /^unsteady (.*)$/m.exec(out)?.[1] }
}

test('files run beside each other, and all that they tell is told and counted', async () => {
  const { out, err, counts } = await runFiles({
    one: `test('whole', async (t) => { await t.test('part', (t) => t.diagnostic('seen 42')) })`,
    two: `test('wrong', () => { throw new Error('no such luck') })\ntest('left out', { skip: true }, () => {})`,
  })
  assert.deepEqual(counts, { tests: 4, passed: 2, cancelled: 0, skipped: 1, todo: 0 })
  for (const words of ['✔ whole', '✔ part', 'seen 42', '✖ wrong', 'no such luck', 'left out'])
    assert.ok(out.includes(words), words)
  assert.equal(err, '')
})

test('a file that does not end is named, ended and counted as cancelled, and the others run', async () => {
  const { out, err, counts } = await runFiles(
    {
      busy: `test('began well', () => {})\ntest('never ends', async () => { await new Promise((go) => setTimeout(go, 300)); for (;;); })`,
      // Deaf to SIGTERM as any process is that is stopped.
      stopped: `test('stops', async () => { console.log('pid ' + process.pid); process.kill(process.pid, 'SIGSTOP') })`,
      open: `test('leaves a handle open', () => void setInterval(() => {}, 1000))`,
      good: `test('good', () => {})`,
    },
    3,
  )
  assert.deepEqual(counts, { tests: 6, passed: 3, cancelled: 3, skipped: 0, todo: 0 })
  assert.ok(out.includes('✔ good'))
  const within = 'did not end within 3 seconds and was ended'
  assert.ok(err.includes(`busy.test.mjs ${within}; the last of its tests to end was: began well.`), err)
  assert.ok(err.includes(`stopped.test.mjs ${within}; before any of its tests had ended.`), err)
  assert.ok(err.includes(`open.test.mjs ${within}; the last of its tests to end was: leaves a handle open.`), err)
  const pid = Number(/pid (\d+)/.exec(out)?.[1])
  assert.ok(pid > 0, out)
  assert.equal(isAlive(pid), false)
})

/** Fails the first time, and passes then. */
const SOMETIMES = `import { existsSync, writeFileSync } from 'node:fs'
  test('wants its second time', () => { if (existsSync('was-here')) return; writeFileSync('was-here', ''); throw new Error('busy') })`
const WRONG = `test('wrong', () => { throw new Error('no such luck') })`

test('files that failed are run once more alone, and one that passes then is named', async () => {
  const { out, err, counts, unsteady } = await runFiles(
    { sometimes: SOMETIMES, wrong: WRONG, good: `test('good', () => {})` },
    2,
  )
  assert.deepEqual(counts, { tests: 3, passed: 2, cancelled: 0, skipped: 0, todo: 0 })
  assert.equal(unsteady, 'sometimes.test.mjs')
  assert.ok(err.includes('sometimes.test.mjs failed, and is run once more alone.'), err)
  // What was wrong the first time stays to be read.
  assert.ok(out.includes('busy'), out)
})

test('where more files fail than that, none is run once more', async () => {
  const { err, counts, unsteady } = await runFiles({ sometimes: SOMETIMES, wrong: WRONG }, 1)
  assert.deepEqual(counts, { tests: 2, passed: 0, cancelled: 0, skipped: 0, todo: 0 })
  assert.equal(unsteady, '')
  assert.equal(err, '')
})
