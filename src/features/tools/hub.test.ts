import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { StatusEvent } from '#contract/mcp.ts'
import { createId } from '#platform/crypto/ids.ts'
import { addMember } from '../../../test/support/conversation-house.ts'
import { openFaultServer } from '../../../test/support/mcp/fault-server.ts'
import { isHealthy, openToolsHouse, statusWhen } from '../../../test/support/tools-house.ts'

const signal = AbortSignal.timeout(120_000)
const modern = await openFaultServer({ era: 'modern' })
const legacy = await openFaultServer({ era: 'legacy' })
const house = await openToolsHouse({
  servers: { modern: { url: modern.url, name: 'Modern CRM' }, legacy: { url: legacy.url } },
})
const { tools, owner, database } = house

async function healthy(id: string): Promise<void> {
  await statusWhen(house, id, { isSo: isHealthy, what: 'healthy' })
}

test('both eras are spoken, and the status says which, with what the server calls itself', async () => {
  await Promise.all(['modern', 'legacy'].map(healthy))
  const [one, other] = await Promise.all(['modern', 'legacy'].map((id) => tools.serverStatus(owner, id)))
  assert.equal(one?.detail?.protocol.era, 'modern')
  assert.equal(one?.detail?.protocol.version, '2026-07-28')
  assert.equal(other?.detail?.protocol.era, 'legacy')
  assert.ok(one?.detail?.protocol.server?.name)
})

test('a call that writes happens once for its key, and the same key gives the same answer', async () => {
  await healthy('modern')
  const before = modern.notes.length
  const call = { input: { text: 'once' }, idempotencyKey: `key-${createId()}` }
  const ask = () => tools.call(owner, { name: 'modern__write_note', call, signal })
  const [first, second] = [await ask(), await ask()]
  assert.deepEqual(second, first)
  assert.equal(modern.notes.length, before + 1)
  assert.ok(modern.notes.at(-1)?.idempotencyKey?.endsWith(call.idempotencyKey), 'the server is told the key')
  const other = { ...call, input: { text: 'another' } }
  await assert.rejects(tools.call(owner, { name: 'modern__write_note', call: other, signal }), { code: 'CONFLICT' })
})

test('a tool that writes asks for a key, and a lost answer is told as unknown and never repeated', async () => {
  await healthy('modern')
  const input = { text: 'lost' }
  await assert.rejects(tools.call(owner, { name: 'modern__write_note', call: { input }, signal }), {
    code: 'INVALID_INPUT',
  })
  const before = modern.notes.length
  await modern.setFault('lost-answer', { only: ['tools/call'] })
  const call = { input, idempotencyKey: `key-${createId()}` }
  const ask = () => tools.call(owner, { name: 'modern__write_note', call, signal })
  await assert.rejects(ask, { code: 'TOOL_OUTCOME_UNKNOWN' })
  await modern.setFault(null)
  await healthy('modern')
  await assert.rejects(ask, { code: 'TOOL_OUTCOME_UNKNOWN' })
  assert.equal(modern.notes.length, before + 1)
})

test('a call that surely did not happen frees its key', async () => {
  await healthy('modern')
  await modern.setFault('refuse-connections')
  const call = { input: { text: 'later' }, idempotencyKey: `key-${createId()}` }
  const ask = () => tools.call(owner, { name: 'modern__write_note', call, signal })
  // The kept connection may break first, after which nobody knows; the next call finds the port closed.
  await tools.call(owner, { name: 'modern__add', call: { input: { a: 1, b: 2 } }, signal }).catch(() => undefined)
  await assert.rejects(ask, { code: 'TOOL_UNAVAILABLE' })
  await modern.setFault(null)
  await healthy('modern')
  assert.equal((await ask()).ok, true)
})

test('a forgotten session heals by itself, within the call that finds it, and the write is done once', async () => {
  await healthy('legacy')
  const notes = legacy.notes.length
  await legacy.setFault('session-lost', { times: 1 })
  const call = { input: { text: 'after the session' }, idempotencyKey: `key-${createId()}` }
  assert.equal((await tools.call(owner, { name: 'legacy__write_note', call, signal })).ok, true)
  await legacy.setFault(null)
  assert.equal(legacy.notes.length, notes + 1)
  const status = await tools.serverStatus(owner, 'legacy')
  assert.equal(status.state, 'healthy')
  assert.ok((status.detail?.session.reconnects1h ?? 0) >= 1)
  assert.equal(status.detail?.session.lastReconnectCause, 'session_lost')
})

test('a changed tool is disabled until somebody agrees to it, and shows what changed', async () => {
  await healthy('modern')
  await modern.setFault('changed-description')
  await tools.probe(owner, 'modern')
  const changed = tools.listTools(owner, 'modern').find((tool) => tool.state === 'changed')
  assert.ok(changed, 'one tool has changed')
  assert.ok(
    changed.diff.some((line) => line.startsWith('- description:')) &&
      changed.diff.some((line) => line.startsWith('+ description:')),
  )
  const call = { input: { a: 1, b: 2, text: 'x' }, idempotencyKey: `key-${createId()}` }
  await assert.rejects(tools.call(owner, { name: changed.name, call, signal }), { code: 'TOOL_NOT_APPROVED' })
  assert.equal((await tools.serverStatus(owner, 'modern')).reason, 'capability_drift')
  assert.deepEqual(
    tools.skillsFor(['*']).filter((skill) => skill.name === changed.name),
    [],
    'no colleague is offered it',
  )
  const other = { tools: [changed.tool], hashes: { [changed.tool]: 'sha256:of-what-was-looked-at-before' } }
  const still = await tools.approve(owner, { id: 'modern', approval: other })
  assert.equal(
    still.find((tool) => tool.name === changed.name)?.state,
    'changed',
    'what nobody looked at is not agreed to',
  )
  const looked = { tools: [changed.tool], hashes: { [changed.tool]: changed.hash } }
  const approved = await tools.approve(owner, { id: 'modern', approval: looked })
  assert.equal(approved.find((tool) => tool.name === changed.name)?.state, 'approved')
  assert.equal((await tools.serverStatus(owner, 'modern')).state, 'healthy')
  assert.ok(house.audited.some(({ action, targetId }) => action === 'mcp.approve' && targetId === 'modern'))
  await modern.setFault(null)
  await tools.probe(owner, 'modern')
  await tools.approve(owner, { id: 'modern', approval: {} })
})

test('a tool that says it reads after it was agreed to as one that writes is not called without asking', async () => {
  await healthy('modern')
  await modern.setFault('changed-annotations')
  await tools.probe(owner, 'modern')
  const call = { input: { text: 'sneaky' } }
  await assert.rejects(tools.call(owner, { name: 'modern__write_note', call, signal }), { code: 'TOOL_NOT_APPROVED' })
  await modern.setFault(null)
  await tools.probe(owner, 'modern')
})

test('a tool’s own no, a result past its shape and an answer without end are told apart, and the server stays well', async () => {
  await healthy('modern')
  const ask = () => tools.call(owner, { name: 'modern__add', call: { input: { a: 1, b: 2 } }, signal })
  await modern.setFault('error-result')
  assert.equal((await ask()).ok, false)
  await modern.setFault('wrong-output')
  await assert.rejects(ask, { code: 'TOOL_OUTCOME_UNKNOWN' })
  await modern.setFault('huge-answer')
  await assert.rejects(ask, { code: 'TOOL_OUTCOME_UNKNOWN', message: /longer than/ })
  await modern.setFault(null)
  assert.equal((await ask()).ok, true)
  assert.equal((await tools.serverStatus(owner, 'modern')).state, 'healthy')
})

test('a caller that goes away ends the call at the server and says nothing against it', async () => {
  await healthy('modern')
  await modern.setFault('hang', { only: ['tools/call'] })
  const gone = new AbortController()
  const asked = tools.call(owner, { name: 'modern__add', call: { input: { a: 1, b: 2 } }, signal: gone.signal })
  setTimeout(() => gone.abort(new Error('gone')), 50)
  await assert.rejects(asked, /gone/)
  await modern.setFault(null)
  assert.equal((await tools.serverStatus(owner, 'modern')).state, 'healthy')
})

test('the very next call finds a dead server, and the status does not wait for the next probe in its turn', async (t) => {
  const dying = await openFaultServer({ era: 'modern' })
  // At this pace the next probe in its turn is hours away.
  const own = await openToolsHouse({ servers: { dying: { url: dying.url, name: 'Modern CRM' } }, pace: 1000 })
  t.after(() => own.tools.close())
  await statusWhen(own, 'dying', { isSo: isHealthy, what: 'healthy' })
  await dying.setFault('refuse-connections')
  const call = { input: { a: 1, b: 2 } }
  await own.tools.call(own.owner, { name: 'dying__add', call, signal }).catch(() => undefined)
  await statusWhen(own, 'dying', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
  const [note] = own.tools.outages(['dying'])
  assert.match(note ?? '', /"Modern CRM" cannot be used.*It has been so for.*looked at again/)
})

test('who may not manage servers sees that they serve and why not, and no address, error or difference', async () => {
  await healthy('modern')
  const member = await addMember(database, `member-${createId()}`)
  const status = await tools.status(member, { verbose: '1' })
  assert.ok(status.servers.every(({ detail }) => detail === null))
  assert.doesNotMatch(JSON.stringify(status), /127\.0\.0\.1/)
  assert.ok(tools.listTools(member).every(({ diff }) => diff.length === 0))
  const viewer = { ...member, role: 'viewer' as const }
  const call = { input: { text: 'x' } }
  await assert.rejects(tools.call(viewer, { name: 'modern__echo', call, signal }), { code: 'NOT_PERMITTED' })
  const narrow = { ...member, allowedActions: ['mcp:read' as const] }
  await assert.rejects(tools.call(narrow, { name: 'modern__echo', call, signal }), { code: 'NOT_PERMITTED' })
})

test('a persona’s list decides which tools it has', () => {
  const names = (list: string[]): string[] => tools.skillsFor(list).map(({ name }) => name)
  assert.deepEqual(names([]), [])
  assert.ok(names(['modern']).every((name) => name.startsWith('modern__')) && names(['modern']).length === 3)
  assert.deepEqual(names(['legacy__echo']), ['legacy__echo'])
  assert.deepEqual(
    tools.skillsFor(['modern']).map(({ name, effect }) => [name, effect]),
    [
      ['modern__add', 'read'],
      ['modern__echo', 'read'],
      ['modern__write_note', 'write'],
    ],
  )
})

test('transitions are told as they happen, from the number on that a reader saw last', async () => {
  await healthy('legacy')
  const ends = new AbortController()
  const seen: StatusEvent[] = []
  let last = 0
  const reading = (async () => {
    for await (const { number, event } of tools.readEvents(null, ends.signal)) {
      seen.push(event)
      last = number
      if (event.type === 'state-change' && event.server === 'legacy' && event.to === 'unhealthy') return
    }
  })()
  await legacy.setFault('http-500')
  await reading
  const change = seen.filter((event) => event.type === 'state-change').find(({ server }) => server === 'legacy')
  assert.deepEqual(change && [change.server, change.from, change.to, change.reason], [
    'legacy',
    'healthy',
    'unhealthy',
    'http',
  ])
  await legacy.setFault(null)
  await healthy('legacy')
  for await (const { number, event } of tools.readEvents(last, ends.signal)) {
    assert.equal(number, last + 1, 'none is left out, none told twice')
    last = number
    if (event.type === 'state-change' && event.server === 'legacy' && event.to === 'healthy') break
  }
  ends.abort()
})

test('the history outlives a restart, and no state is kept as an order not to look', async () => {
  await healthy('legacy')
  await legacy.setFault('http-500')
  await statusWhen(house, 'legacy', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
  const again = await openToolsHouse({ servers: { legacy: { url: legacy.url } }, database })
  await legacy.setFault(null)
  const status = await statusWhen(again, 'legacy', { isSo: isHealthy, what: 'healthy in the new process' })
  const told = status.detail?.history.transitions.map(({ to }) => to) ?? []
  assert.ok(told.includes('unhealthy'), 'what the process before saw')
  await healthy('legacy')
})

test('reading asks nobody: a thousand readings send no request', async () => {
  await healthy('modern')
  const before = modern.seen.length
  for (let reading = 0; reading < 1000; reading += 1) await tools.status(owner, {})
  // The watch itself may have looked once meanwhile.
  assert.ok(modern.seen.length - before <= 2)
})

test(
  'a server that goes up and down again and again is held at the worse state, and said to flap',
  { timeout: 120_000 },
  async () => {
    const shaky = await openFaultServer({ era: 'modern' })
    const own = await openToolsHouse({ servers: { shaky: { url: shaky.url, critical: true } }, pace: 0.05 })
    for (let round = 0; round < 3; round += 1) {
      await statusWhen(own, 'shaky', { isSo: isHealthy, what: 'healthy' })
      await shaky.setFault('http-500')
      await statusWhen(own, 'shaky', { isSo: ({ state }) => state === 'unhealthy', what: 'unhealthy' })
      if (round < 2) await shaky.setFault(null)
    }
    await shaky.setFault(null)
    const held = await tillAnswered(own, shaky)
    assert.deepEqual([held.state, held.detail?.flapping], ['unhealthy', true])
    assert.ok(held.detail?.suppressedUntil)
  },
)

/** The status once the server has answered a probe again. */
async function tillAnswered(
  own: Awaited<ReturnType<typeof openToolsHouse>>,
  server: Awaited<ReturnType<typeof openFaultServer>>,
) {
  const before = server.seen.length
  while (server.seen.length < before + 2) await delay(20)
  await delay(100)
  return own.tools.serverStatus(own.owner, 'shaky')
}
