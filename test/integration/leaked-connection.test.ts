import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const FORGETFUL = fileURLToPath(new URL('../support/forgetful-file.ts', import.meta.url))
const WAYS = ['database of a test', 'pool that is closed', 'pool that nobody closes', 'storage', 'house', 'process']

// Closing waits for what is out: side by side all of them take as long as one.
suite('leaked connections', { concurrency: true }, () => {
  for (const way of WAYS) {
    test(`${way}: a test file that leaves a connection out fails, with the place that took it`, async (t) => {
      // As a run of its own, not as a part of the one that this test belongs to.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env
      const child = spawn(process.execPath, ['--test', FORGETFUL], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...env, FORGETFUL: way },
      })
      t.after(() => child.kill('SIGKILL'))
      const said = text(child.stdout)
      const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(120_000) })
      assert.equal(code, 1, await said)
      assert.match(await said, /connections were not given back/)
      assert.match(await said, /taken\s+at [^]*forgetful/)
    })
  }
})
