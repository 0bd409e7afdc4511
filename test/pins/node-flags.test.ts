import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
/** The launcher says why. */
const SEMI_SPACE = '--max-semi-space-size=8'
const STARTERS = [
  'scripts/bootstrap.mjs',
  'deploy/docker/Dockerfile',
  'src/platform/scratch/sophia.ts',
  'bench/sockets.ts',
  'bench/support/sophia-process.ts',
]

test('however Sophia is started, Node keeps the space for what is new as small', async () => {
  for (const file of STARTERS) assert.ok((await readFile(join(ROOT, file), 'utf8')).includes(SEMI_SPACE), file)
})
