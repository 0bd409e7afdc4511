import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const FORGETFUL = fileURLToPath(new URL('../support/forgetful-file.ts', import.meta.url))

test('a test file that leaves a connection out fails, with the place that took it', async (t) => {
  // As a run of its own, not as a part of the one that this test belongs to.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = spawn(process.execPath, ['--test', FORGETFUL], { stdio: ['ignore', 'pipe', 'inherit'], env })
  t.after(() => child.kill('SIGKILL'))
  const said = text(child.stdout)
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(120_000) })
  assert.equal(code, 1, await said)
  assert.match(await said, /connections were not given back/)
  assert.match(await said, /held for \d+ ms, taken\s+at forgetful/)
})
