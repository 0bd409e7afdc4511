import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Command } from 'commander'
import pino from 'pino'
import { z } from 'zod'
import { ServerStatus, Tool } from '#contract/mcp.ts'
import { mcpRoutes } from '#http/routes/mcp-routes.ts'
import { createTestAccess, signInOwner } from '../../test/support/access-fixture.ts'
import { listenOnLoopback, openTestServer } from '../../test/support/http-fixture.ts'
import { openFaultServer } from '../../test/support/mcp/fault-server.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../test/support/tools-house.ts'
import { EXIT } from './exit-code.ts'
import { addMcpCommand, type OpenMcp } from './mcp-command.ts'
import { openOwnHub, openRunningHub } from './mcp-door.ts'

const filed = await openFaultServer()
const house = await openToolsHouse({ servers: { filed: { url: filed.url } }, allowPrivate: ['127.0.0.1'] })
const { access } = createTestAccess(house.database)
const owner = await signInOwner(access)
const door = openTestServer({
  access,
  routes: mcpRoutes({
    tools: house.tools,
    log: pino({ level: 'silent' }),
    drainSignal: new AbortController().signal,
  }),
})
const address = await listenOnLoopback(door)

const openAlone: OpenMcp = async () => ({
  door: await openOwnHub(house.tools, owner.principal),
  close: () => Promise.resolve(),
})
const openBeside: OpenMcp = async () => {
  const door = await openRunningHub({ address, access, principal: owner.principal })
  return { door, close: () => door.close() }
}

/** Runs one command line; answers what it printed, on both streams. */
async function run(t: TestContext, open: OpenMcp, ...words: string[]): Promise<{ said: string; warned: string }> {
  const log = t.mock.method(console, 'log', () => undefined)
  const error = t.mock.method(console, 'error', () => undefined)
  const program = new Command().exitOverride()
  addMcpCommand(program, open)
  const textOf = (mock: typeof log): string => mock.mock.calls.map((call) => String(call.arguments[0])).join('\n')
  try {
    await program.parseAsync(['mcp', ...words], { from: 'user' })
    return { said: textOf(log), warned: textOf(error) }
  } finally {
    log.mock.restore()
    error.mock.restore()
  }
}

for (const [how, open] of [
  ['alone', openAlone],
  ['beside a running server', openBeside],
] as const) {
  test(`${how}: a connection is added with a header from a file, listed, looked at and removed`, async (t) => {
    const upstream = await openFaultServer()
    const headers = join(house.folder, 'headers')
    await writeFile(headers, 'X-Api-Key=very=secret\n\n')
    const id = `added-${how.length}`
    const added = await run(t, open, 'add', id, upstream.url, '--name', 'The CRM', '--header-file', headers)
    assert.match(added.said, new RegExp(`added ${id}: The CRM, http://127.0.0.1`))
    assert.equal(added.warned, '')
    await statusWhen(house, id, { isSo: isHealthy, what: 'healthy' })
    assert.ok(upstream.seen.some((request) => request.headers['x-api-key'] === 'very=secret'))
    const { said: table } = await run(t, open, 'list')
    assert.match(table, /^id +state +auth +serves +since \(UTC\) +in words$/m)
    assert.match(
      table,
      new RegExp(`^${id} +healthy +authorized +yes +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d +Answers\\.$`, 'm'),
    )
    const lines = (await run(t, open, 'list', '--json')).said
      .split('\n')
      .map((line) => ServerStatus.parse(JSON.parse(line)))
    assert.ok(lines.some((line) => line.id === id && line.serving) && lines.some((line) => line.id === 'filed'))
    assert.ok(!JSON.stringify(lines).includes('very=secret'))
    assert.match((await run(t, open, 'probe', id)).said, new RegExp(`^${id}  ok in [\\d.]+ ms$`, 'm'))
    assert.equal((await run(t, open, 'remove', id)).said, `removed ${id}`)
    await assert.rejects(run(t, open, 'probe', id), { code: 'NOT_FOUND' })
  })

  test(`${how}: what changed is shown, and agreed to tool by tool`, async (t) => {
    await statusWhen(house, 'filed', { isSo: isHealthy, what: 'healthy' })
    await filed.setFault('changed-description')
    await run(t, open, 'probe', 'filed')
    assert.match((await run(t, open, 'list')).said, /filed +degraded .* describes its tools otherwise/)
    const changed = house.tools.listTools(house.owner, 'filed').find(({ state }) => state === 'changed')
    assert.ok(changed)
    const { said } = await run(t, open, 'approve', 'filed', changed.tool, '--json')
    assert.equal(Tool.parse(JSON.parse(said)).state, 'approved')
    await filed.setFault(null)
    await run(t, open, 'probe', 'filed')
    await run(t, open, 'approve', 'filed')
    assert.deepEqual(
      house.tools.listTools(house.owner, 'filed').filter(({ state }) => state === 'changed'),
      [],
    )
    await assert.rejects(run(t, open, 'approve', 'filed', 'no_such_tool'), /filed offers no tool no_such_tool/)
  })

  test(`${how}: mistakes are told in words, and never repeat a header's value`, async (t) => {
    await assert.rejects(run(t, open, 'add', 'Not An Id', 'https://example.com/mcp'), /id: a to z/)
    await assert.rejects(run(t, open, 'add', 'x', 'ftp://example.com'), /url: /)
    await assert.rejects(run(t, open, 'add', 'x', filed.url, '--header', 'hunter2'), (error: Error) => {
      assert.match(error.message, /NAME=VALUE/)
      return !error.message.includes('hunter2')
    })
    await assert.rejects(run(t, open, 'add', 'x', filed.url, '--header-file', '/no/such'), /cannot be read/)
    await assert.rejects(run(t, open, 'add', 'filed', filed.url), { code: 'CONFLICT' })
    await assert.rejects(run(t, open, 'remove', 'filed'), /comes from the file on disk/)
    await assert.rejects(run(t, open, 'remove', 'nobody'), { code: 'NOT_FOUND' })
  })

  test(`${how}: a server that is down is told with its reason, and ends in exit code 69`, async (t) => {
    t.after(() => {
      process.exitCode = 0
    })
    await filed.setFault('refuse-connections')
    const { said } = await run(t, open, 'probe', 'filed')
    assert.equal(process.exitCode, EXIT.unavailable)
    assert.match(said, /^filed  transport in/)
    await statusWhen(house, 'filed', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
    assert.match((await run(t, open, 'list')).said, /filed +unhealthy +not required +no .* Cannot be reached\./)
    await filed.setFault(null)
    await statusWhen(house, 'filed', { isSo: isHealthy, what: 'healthy' })
  })
}

test('a value on the command line is taken, with a warning', async (t) => {
  const { warned } = await run(t, openAlone, 'add', 'told', filed.url, '--header', 'X-Api-Key=1', '--critical')
  assert.match(warned, /seen by others on this machine/)
  assert.equal(house.tools.listServers().find(({ id }) => id === 'told')?.critical, true)
  const removed = await run(t, openAlone, 'remove', 'told', '--json')
  assert.deepEqual(JSON.parse(removed.said), { id: 'told', removed: true, revocation: 'nothing-held' })
})

test('the key of a command ends with it, and a server that is gone is told as that', async (t) => {
  const Keys = z.array(z.object({ name: z.string(), revokedAt: z.string().nullable() }))
  const keys = Keys.parse((await access.listKeys(owner, { limit: 200 })).items).filter(
    ({ name }) => name === 'sophia mcp',
  )
  assert.ok(keys.length > 5)
  assert.deepEqual(
    keys.filter(({ revokedAt }) => revokedAt === null),
    [],
  )
  const gone: OpenMcp = async () => {
    const door = await openRunningHub({ address: 'http://127.0.0.1:1', access, principal: owner.principal })
    return { door, close: () => door.close() }
  }
  await assert.rejects(run(t, gone, 'list'), { code: 'UNREACHABLE' })
})
