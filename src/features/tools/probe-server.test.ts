import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { emptyReport } from '#domain/mcp/server-report.ts'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openFaultServer } from '../../../test/support/mcp/fault-server.ts'
import { createHistory } from './history.ts'
import { refreshTools } from './probe-server.ts'
import { createReportKeeper } from './report-keeper.ts'
import { setupOf, type ServerDefinition } from './server-definition.ts'
import { createServerLine } from './server-line.ts'
import { leaseProbers } from './shared-store.ts'
import { listToolRows } from './tools-store.ts'
import { createWatchState } from './watch-state.ts'

const { database } = await openTestDatabase({ poolMax: 10 })
const log = pino({ level: 'silent' })
const server = await openFaultServer({ era: 'modern' })

/** One process with an open line to the server, and its right to ask it. */
async function openAsker(id: string, source: ServerDefinition['source']) {
  const processId = createId()
  const definition: ServerDefinition = {
    id,
    name: id,
    source,
    target: { kind: 'streamable-http', url: server.url, headers: {} },
    isCritical: false,
    isEnabled: true,
    expectedTools: [],
    credentials: 'none',
    client: null,
  }
  const key = { serverId: id, setup: setupOf(definition) }
  const shared = { database, clock: systemClock, log, processId, pace: 1 }
  const keeper = createReportKeeper(
    { ...shared, onStored: () => undefined },
    { key, empty: emptyReport('not_required'), isStored: source === 'api' },
  )
  const ends = { onToolsChanged: () => undefined, onBroken: () => undefined, onVerdict: () => undefined }
  const way = { clock: systemClock, version: '0.0.0-test', fetch, inherited: {}, pace: 1 }
  const line = createServerLine(definition, { ...way, ...ends }, { verdict: null, atMs: 0 })
  const state = createWatchState(definition, { keeper, line, shared: undefined })
  const history = createHistory({ database, log, now: () => new Date() })
  const needs = { ...shared, history, nowMs: () => Date.now(), mayProbe: () => null }
  return {
    state,
    lease: async (ms: number) =>
      (await database.read((handle) => leaseProbers(handle, { keys: [key], owner: processId, ms })))[0]?.fence ?? null,
    list: async (fence: number | null) => refreshTools(needs, state, { connection: await line.ensure(), fence }),
    close: async () => {
      await line.close()
      await keeper.close()
    },
  }
}

const storedTools = async (id: string) =>
  (await database.read((handle) => listToolRows(handle, id))).map(({ name, seen }) => `${name}: ${seen.description}`)

test('a list of tools that comes after another process took over is not taken', async () => {
  const [before, next] = [await openAsker('listed', 'file'), await openAsker('listed', 'file')]
  const old = await before.lease(0)
  const fence = await next.lease(60_000)
  assert.deepEqual([old, fence], [1, 2])
  await next.list(fence)
  const listed = await storedTools('listed')
  assert.ok(listed.length > 0)
  await server.setFault('changed-description')
  await before.list(old)
  assert.deepEqual(await storedTools('listed'), listed)
  assert.equal(before.state.isListDue, true, 'should it ask again, it lists them anew')
  await before.list(null)
  assert.notDeepEqual(await storedTools('listed'), listed, 'whoever is not the one who asks may look all the same')
  await server.setFault(null)
  await Promise.all([before.close(), next.close()])
})

test('of a server that was removed while its tools were listed nothing is stored, so that none counts as agreed to later', async () => {
  const asker = await openAsker('removed', 'api')
  await asker.list(null)
  assert.deepEqual(await storedTools('removed'), [])
  await asker.close()
})
