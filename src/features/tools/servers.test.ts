import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openFaultServer } from '../../../test/support/mcp/fault-server.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../../test/support/tools-house.ts'

const signal = AbortSignal.timeout(120_000)
const { database } = await openTestDatabase({ poolMax: 10 })
const Row = z.object({ text: z.string() })

test('a server added on screen keeps its header sealed, is asked at once, and goes with all that was known of it', async () => {
  const open = await openFaultServer({ era: 'modern' })
  const own = await openToolsHouse({ allowPrivate: [`127.0.0.1:${open.port}`], database })
  const secret = 'Bearer canary-of-the-header'
  const record = await own.tools.addServer(own.owner, {
    id: 'added',
    name: 'Added',
    url: open.url,
    headers: { authorization: secret },
  })
  assert.deepEqual(record.headers, ['authorization'])
  await statusWhen(own, 'added', { isSo: isHealthy, what: 'healthy' })
  assert.equal(open.seen.at(-1)?.headers.authorization, secret)
  const status = JSON.stringify([await own.tools.status(own.owner, { verbose: '1' }), own.tools.listServers()])
  const stored = await database.read((handle) =>
    handle.rows(Row, sql`select mcp_servers::text as text from mcp_servers`),
  )
  assert.doesNotMatch(status + JSON.stringify(stored), /canary-of-the-header/)
  await assert.rejects(own.tools.addServer(own.owner, { id: 'added', name: 'Again', url: open.url }), {
    code: 'CONFLICT',
  })
  const changed = await own.tools.changeServer(own.owner, { id: 'added', change: { enabled: false } })
  assert.equal(changed.enabled, false)
  assert.equal((await own.tools.serverStatus(own.owner, 'added')).state, 'disabled')
  await own.tools.removeServer(own.owner, 'added')
  await assert.rejects(own.tools.serverStatus(own.owner, 'added'), { code: 'NOT_FOUND' })
  const left = await database.read((handle) =>
    handle.rows(
      Row,
      sql`select server_id as text from mcp_tools where server_id = 'added' union all select server_id from mcp_states where server_id = 'added'`,
    ),
  )
  assert.deepEqual(left, [])
})

test('an address inside a private network is not called unless the operator named it', async () => {
  const inside = await openFaultServer({ era: 'modern' })
  const own = await openToolsHouse({ database })
  await own.tools.addServer(own.owner, { id: 'inside', name: 'Inside', url: inside.url })
  const status = await statusWhen(own, 'inside', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
  assert.match(status.says, /private network/)
  assert.deepEqual(inside.seen, [])
  await own.tools.removeServer(own.owner, 'inside')
})

test('the file is read again when it changes; a fault in it is told with its line and leaves the rest in force', async () => {
  const one = await openFaultServer({ era: 'modern' })
  const own = await openToolsHouse({ servers: { one: { url: one.url } } })
  await statusWhen(own, 'one', { isSo: isHealthy, what: 'healthy' })
  await own.writeServers({ one: { url: one.url }, two: { url: one.url, critical: true } })
  await statusWhen(own, 'two', { isSo: isHealthy, what: 'healthy' })
  await own.writeServers({ one: { url: one.url }, three: { url: 'not an address' } })
  await statusWhen(own, 'one', { isSo: () => own.tools.health().detail.includes('three'), what: 'told of the fault' })
  assert.match((await own.tools.status(own.owner, {})).monitor.faults.join(), /line 1: three\.url/)
  assert.deepEqual(
    own.tools.listServers().map(({ id }) => id),
    ['one'],
  )
  const change = { id: 'one', change: { enabled: false } }
  await assert.rejects(own.tools.changeServer(own.owner, change), { code: 'CONFLICT', message: /file on disk/ })
})

test('a header never travels in the clear to a host outside the private network', async () => {
  const own = await openToolsHouse({ database })
  const wanted = {
    id: 'clear',
    name: 'Clear',
    url: 'http://crm.example.com/mcp',
    headers: { authorization: 'Bearer canary' },
  }
  await assert.rejects(own.tools.addServer(own.owner, wanted), { code: 'INVALID_INPUT' })
  const named = { ...wanted, url: 'https://someone:secret@crm.example.com/mcp' }
  await assert.rejects(own.tools.addServer(own.owner, named), { code: 'INVALID_INPUT' })
  assert.deepEqual(own.tools.listServers(), [])
})

test('a connection that moves to another host takes no header along', async () => {
  const [one, other] = [await openFaultServer({ era: 'modern' }), await openFaultServer({ era: 'modern' })]
  const own = await openToolsHouse({ allowPrivate: [`127.0.0.1:${one.port}`, `127.0.0.1:${other.port}`], database })
  const headers = { authorization: 'Bearer canary-that-stays' }
  await own.tools.addServer(own.owner, { id: 'moves', name: 'Moves', url: one.url, headers })
  await statusWhen(own, 'moves', { isSo: isHealthy, what: 'healthy' })
  const moved = await own.tools.changeServer(own.owner, { id: 'moves', change: { url: other.url } })
  assert.deepEqual(moved.headers, [])
  await statusWhen(own, 'moves', {
    isSo: (status) => isHealthy(status) && other.seen.length > 0,
    what: 'healthy there',
  })
  assert.ok(other.seen.every(({ headers: sent }) => sent.authorization === undefined))
  await own.tools.removeServer(own.owner, 'moves')
})

test('what a tool of a closed world says it always answers is asked for once; a write through the server ends that', async () => {
  const open = await openFaultServer({ era: 'modern' })
  const own = await openToolsHouse({ servers: { kept: { url: open.url } }, database })
  await statusWhen(own, 'kept', { isSo: isHealthy, what: 'healthy' })
  const count = (): number => open.calls.filter(({ tool }) => tool === 'echo').length
  const ask = (text: string) => own.tools.call(own.owner, { name: 'kept__echo', call: { input: { text } }, signal })
  const before = count()
  assert.deepEqual(
    [(await ask('same')).cached, (await ask('same')).cached, (await ask('other')).cached],
    [false, true, false],
  )
  assert.equal(count(), before + 2)
  const call = { input: { text: 'changes things' }, idempotencyKey: `key-${createId()}` }
  await own.tools.call(own.owner, { name: 'kept__write_note', call, signal })
  assert.equal((await ask('same')).cached, false)
  // What was read while something is written is not kept: nobody knows which of the two came first.
  open.setLatencyMs(200)
  const read = ask('raced')
  await own.tools.call(own.owner, {
    name: 'kept__write_note',
    call: { ...call, idempotencyKey: `key-${createId()}` },
    signal,
  })
  await read
  open.setLatencyMs(0)
  assert.equal((await ask('raced')).cached, false)
  await open.setFault('refuse-connections')
  await statusWhen(own, 'kept', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
  await assert.rejects(ask('same'), { code: 'TOOL_UNAVAILABLE' })
})
