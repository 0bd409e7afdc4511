import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { crmStdio } from '../../../test/support/mcp/stdio-programs.ts'
import { openTlsServer } from '../../../test/support/mcp/tls-server.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../../test/support/tools-house.ts'

// Servers that others wrote, as people would connect them.
const EVERYTHING = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
  'dist/index.js',
)
const signal = AbortSignal.timeout(120_000)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('the protocol’s own example server is spoken to as a child process and over HTTP, and its tools run', async () => {
  const port = await freePort()
  const child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { PORT: String(port) },
    stdio: 'ignore',
  })
  after(() => child.kill('SIGKILL'))
  const house = await openToolsHouse({
    servers: {
      stdio: { command: process.execPath, args: [EVERYTHING], expectedTools: ['echo'] },
      http: { url: `http://127.0.0.1:${port}/mcp`, expectedTools: ['echo'] },
    },
  })
  for (const id of ['stdio', 'http']) {
    const status = await statusWhen(house, id, { isSo: isHealthy, what: 'healthy', limitMs: 60_000 })
    assert.match(status.detail?.protocol.server?.name ?? '', /everything/)
    assert.ok((status.detail?.capabilities.tools ?? 0) > 5)
    const answer = await house.tools.call(house.owner, {
      name: `${id}__echo`,
      call: { input: { message: 'hello' } },
      signal,
    })
    assert.match(answer.text, /hello/)
  }
})

test('a CRM that runs as a child process answers as the same over HTTP would', async () => {
  const small = ['--companies', '3', '--contacts', '5', '--deals', '4', '--activities', '6']
  const house = await openToolsHouse({ servers: { crm: crmStdio(...small) } })
  await statusWhen(house, 'crm', { isSo: isHealthy, what: 'healthy' })
  const call = { input: { objectType: 'deals', limit: 100 } }
  const answer = await house.tools.call(house.owner, { name: 'crm__search_objects', call, signal })
  assert.equal(JSON.parse(answer.text).results.length, 4)
})

test('a certificate that nobody vouches for, that has run out or is of another host is not accepted, and said so', async () => {
  const servers = {
    stranger: await openTlsServer({}),
    expired: await openTlsServer({ expired: true }),
    own: await openTlsServer({ selfSigned: true }),
  }
  const entries = Object.entries(servers).map(([id, { url }]) => [id, { url }])
  const house = await openToolsHouse({ servers: Object.fromEntries(entries) })
  for (const [id, { calls }] of Object.entries(servers)) {
    const status = await statusWhen(house, id, { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
    assert.equal(status.reason, 'tls')
    assert.match(status.says, /certificate is not accepted/)
    assert.deepEqual(calls, [], 'nothing was sent')
  }
})
