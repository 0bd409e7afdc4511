import assert from 'node:assert/strict'
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../../support/free-port.ts'
import { kubernetesVersion } from './cluster-programs.ts'
import { keepKernelSettings } from './kernel-settings.ts'
import { startAsking } from './steady-asking.ts'

test('all parts of Kubernetes are pinned in the version of Kubernetes itself', () => {
  const text = readFileSync(join(import.meta.dirname, '../programs/go.mod'), 'utf8')
  const replaced = [...text.matchAll(/^replace (k8s\.io\/\S+) => (\S+) v0\.(\S+)$/gm)]
  assert.ok(replaced.length > 30)
  for (const [, from, to, version] of replaced) {
    assert.equal(to, from)
    assert.equal(`v1.${version}`, kubernetesVersion())
  }
})

test('settings of the kernel that changed are put back, and others left alone', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'sophia-kernel-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const place of ['vm', 'kernel']) mkdirSync(join(root, place))
  const files = ['vm/overcommit_memory', 'kernel/panic'].map((name) => join(root, name))
  for (const file of files) writeFileSync(file, '0\n')
  const restore = keepKernelSettings(root)
  writeFileSync(join(root, 'vm/overcommit_memory'), '1\n')
  restore()
  assert.deepEqual(
    files.map((file) => readFileSync(file, 'utf8')),
    ['0\n', '0\n'],
  )
})

test('whoever asks all the time counts each answer but 200 as failed, and a line that breaks', async (t) => {
  const statuses = [200, 503]
  const server = createServer((request, response) => {
    const status = statuses.shift()
    if (status === undefined) return void request.destroy()
    response.writeHead(status).end()
  })
  t.after(() => server.close())
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = startAsking(`http://127.0.0.1:${port}`, {})
  const broken = new Promise((resolve) =>
    server.on('connection', (socket) => statuses.length === 0 && socket.on('close', resolve)),
  )
  await broken
  const { asked, failed } = await stop()
  assert.ok(asked >= 3)
  assert.equal(failed[0], 'HTTP 503')
  assert.match(failed[1] ?? '', /hang up|ECONNRESET/)
})
