import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createHaproxy } from '../support/cluster/start-haproxy.ts'
import { freePort } from '../support/free-port.ts'

test('behind HAProxy a backup or an import is answered however long it takes; what hangs ends (504)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-haproxy-'))
  const port = await freePort()
  const long = new Map<string, ServerResponse>()
  // Stands for a replica: it is well, and answers nothing else before it is told.
  const replica = createServer(({ url = '' }, response) => {
    if (url === '/readyz') response.end()
    else long.set(url, response)
  })
  await new Promise<void>((resolve) => replica.listen(port, '127.0.0.1', resolve))
  const balancer = await createHaproxy({
    folder,
    port: await freePort(),
    replicas: [{ name: 'one', port }],
    change: (text) => text.replace('timeout server 30s', 'timeout server 500ms').replace('client 60s', 'client 1s'),
  })
  after(async () => {
    await balancer.kill()
    replica.closeAllConnections()
    replica.close()
    await rm(folder, { recursive: true, force: true })
  })
  await balancer.start()
  await balancer.untilReady()
  const post = async (path: string): Promise<number> => (await fetch(balancer.url + path, { method: 'POST' })).status
  const paths = ['/api/backups', '/api/backups/some-id/verify', '/api/imports?kind=deals']
  const answers = paths.map(post)
  // Each takes the usual limit; together they outlast the client's as well.
  for (let count = 0; count < 4; count += 1) assert.equal(await post('/api/teams'), 504)
  for (const path of paths) long.get(path)?.end('done')
  assert.deepEqual(await Promise.all(answers), [200, 200, 200])
})
