import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerStatus } from '#contract/mcp.ts'
import { toSophiaError } from '#domain/errors.ts'
import { openFaultServer, type FaultServer } from '../../../test/support/mcp/fault-server.ts'
import type { FaultName } from '../../../test/support/mcp/faults.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../../test/support/tools-house.ts'

/** What the status says of a fault, and what whoever calls a tool then gets. */
interface Expected {
  readonly state: ServerStatus['state']
  /** The class of the fault, or the reason of a state without one. */
  readonly says: readonly string[]
  readonly callers: readonly string[]
  /** Seen in the list of tools only. */
  readonly isList?: boolean
}

const down = (...says: string[]): Expected => ({ state: 'unhealthy', says, callers: ['TOOL_UNAVAILABLE'] })
const refused: Expected = { state: 'unknown', says: ['needs_authorization'], callers: ['TOOL_UNAVAILABLE'] }
const listed = (state: Expected['state'], says: string, callers: string): Expected => ({
  state,
  says: [says],
  callers: [callers],
  isList: true,
})

const EXPECTED: Partial<Record<FaultName, Expected>> = {
  'refuse-connections': down('transport'),
  'reset-connection': down('transport'),
  hang: down('timeout'),
  'slow-headers': down('timeout'),
  'html-page': down('invalid_response'),
  'empty-body': down('invalid_response'),
  'invalid-json': down('invalid_response'),
  'not-json-rpc': down('invalid_response'),
  'rpc-error': down('rpc'),
  'http-500': down('http'),
  'http-502-html': down('http'),
  'http-503-retry-after': down('http'),
  'http-429-retry-after': down('http'),
  'http-404': down('http'),
  'post-405': down('http'),
  'http-401': refused,
  'http-403': refused,
  'redirect-elsewhere': down('http'),
  'redirect-loop': down('http'),
  'comments-only': down('timeout'),
  'gzip-bomb': down('invalid_response', 'timeout'),
  'unknown-version': down('protocol'),
  'wrong-id': down('timeout'),
  'truncated-json': down('invalid_response'),
  'cut-body': down('transport'),
  'lost-answer': down('transport'),
  'cut-stream': down('timeout'),
  'headers-only': down('timeout'),
  'late-answer': down('timeout'),
  dribble: down('timeout'),
  'wrong-content-type': down('invalid_response'),
  'empty-tools': { ...down('capability_drift'), isList: true },
  'huge-tool-list': { ...down('invalid_response', 'timeout'), isList: true },
  'endless-paging': { ...down('invalid_response'), isList: true },
  'missing-tool': listed('degraded', 'expected_tools_missing', 'TOOL_UNAVAILABLE'),
  'changed-schema': listed('degraded', 'capability_drift', 'TOOL_NOT_APPROVED'),
  'duplicate-tools': listed('degraded', 'capability_drift', 'TOOL_NOT_APPROVED'),
  'new-tool': listed('degraded', 'capability_drift', 'ok'),
  'invalid-schema': listed('degraded', 'capability_drift', 'ok'),
  'illegal-names': listed('degraded', 'capability_drift', 'ok'),
}
const NAMES = Object.keys(EXPECTED) as FaultName[]

const servers = new Map<FaultName, FaultServer>()
for (const name of NAMES) servers.set(name, await openFaultServer({ era: 'modern', timeoutMs: 1500, dribbleMs: 300 }))
const entries = [...servers].map(([name, { url }]) => [name, { url, expectedTools: ['add'] }] as const)
const house = await openToolsHouse({ servers: Object.fromEntries(entries) })
const { tools, owner } = house

async function callAdd(name: FaultName): Promise<string> {
  const call = { input: { a: 1, b: 2 } }
  return tools.call(owner, { name: `${name}__add`, call, signal: AbortSignal.timeout(20_000) }).then(
    () => 'ok',
    (error: unknown) => toSophiaError(error).code,
  )
}

test('every server is healthy before anything is wrong with it', async () => {
  await Promise.all(NAMES.map((name) => statusWhen(house, name, { isSo: isHealthy, what: 'healthy' })))
  assert.equal((await tools.status(owner, {})).overall, 'ok')
})

/** Each has a server of its own, so all of them are ill at once. */
test(
  'each fault: the status says what is wrong, callers are told at once, and it heals',
  { concurrency: true },
  async (t) => {
    await Promise.all(NAMES.map((name) => t.test(name, () => fallIllAndHeal(name))))
  },
)

async function fallIllAndHeal(name: FaultName): Promise<void> {
  const expected = EXPECTED[name]
  const server = servers.get(name)
  assert.ok(expected && server)
  await server.setFault(name)
  if (expected.isList) await Promise.all([tools.probe(owner, name), tools.probe(owner, name)])
  const isSo = ({ state, reason, detail }: ServerStatus): boolean =>
    state === expected.state && expected.says.some((word) => word === reason || word === detail?.lastError?.class)
  const wrong = await statusWhen(house, name, { isSo, what: `${expected.state} (${expected.says.join(' or ')})` })
  assert.doesNotMatch(wrong.says, /no words yet/)
  assert.equal(wrong.serving, expected.state === 'degraded')
  if (expected.state === 'unhealthy') assert.ok((wrong.detail?.lastError?.message ?? '') !== '')
  const caller = await callAdd(name)
  assert.ok(expected.callers.includes(caller), `callers get ${caller}`)
  await server.setFault(null)
  if (expected.isList) await tools.probe(owner, name)
  await statusWhen(house, name, { isSo: isHealthy, what: 'healthy again' })
  assert.equal(await callAdd(name), 'ok')
  assert.deepEqual(server.decoy, [], 'nothing was sent to where it pointed')
}

test('a fault of one never showed at another', async () => {
  const calm = await openFaultServer({ era: 'modern' })
  const hanging = await openFaultServer({ era: 'modern' })
  await hanging.setFault('hang')
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`calm-${index}`, { url: calm.url }]))
  const other = await openToolsHouse({ servers: { ...many, hanging: { url: hanging.url } } })
  await statusWhen(other, 'hanging', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
  // Where the machine is busy their first looks may take longer than the hanging one is given.
  await Promise.all(Object.keys(many).map((id) => statusWhen(other, id, { isSo: isHealthy, what: 'healthy' })))
  const startedMs = performance.now()
  const listedTools = other.tools.listTools(other.owner)
  const status = await other.tools.status(other.owner, {})
  assert.ok(performance.now() - startedMs < 100, 'ten servers of which one hangs: the list answers at once')
  assert.deepEqual([status.counts.healthy, status.counts.unhealthy], [9, 1])
  assert.equal(listedTools.length, 27)
})
