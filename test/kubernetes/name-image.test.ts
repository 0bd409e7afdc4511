import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { CHART } from './examples.ts'
import { runProgram } from './programs.ts'

const folder = mkdtempSync(join(tmpdir(), 'named-image-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const shipped = readFileSync(join(CHART, 'values.yaml'), 'utf8')
const DIGEST = `sha256:${'0a'.repeat(32)}`
const REPOSITORY = 'ghcr.io/acme/sophia'

async function name(text: string, ...words: string[]) {
  const file = join(folder, 'values.yaml')
  writeFileSync(file, text)
  const { code, err } = await runProgram(process.execPath, ['scripts/name-image.mjs', file, ...words])
  return { code, err, text: readFileSync(file, 'utf8') }
}

test('a released chart names the image that was released with it, by its digest, and is else what it was', async () => {
  const { code, text } = await name(shipped, REPOSITORY, DIGEST)
  assert.equal(code, 0)
  const before = parse(shipped)
  assert.deepEqual(parse(text), { ...before, image: { ...before.image, repository: REPOSITORY, digest: DIGEST } })
  assert.equal(text.split('\n').length, shipped.split('\n').length)
})

test('what is no image, no digest, or no values of the chart is refused and nothing is written', async () => {
  for (const [text, ...words] of [
    [shipped, 'sophia', DIGEST],
    [shipped, REPOSITORY, ''],
    [shipped, REPOSITORY, '0.1.0'],
    [shipped.replace('  digest: ""', '  hash: ""'), REPOSITORY, DIGEST],
  ] as const) {
    const named = await name(text, ...words)
    assert.notEqual(named.code, 0)
    assert.equal(named.text, text)
  }
})
