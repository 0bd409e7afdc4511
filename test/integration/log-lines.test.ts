import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { createLog } from '#platform/log/log.ts'
import { sql } from '#platform/postgres/sql.ts'
import { forgetHits, isFreeOfCanaries, plantCanary, assertNoCanaries } from '../support/canaries.ts'
import { assertEcs } from '../support/ecs-fields.ts'
import { openTestHouse } from '../support/house.ts'
import { openFaultServer } from '../support/mcp/fault-server.ts'
import { startModelServer } from '../support/model-server.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { until } from '../support/until.ts'
import { joinHouse, openConversation } from '../support/visitors.ts'

/** A composed house of which one request is followed through every room by the lines of its log. */

const folder = await mkdtemp(join(tmpdir(), 'sophia-lines-'))
after(() => rm(folder, { recursive: true, force: true }))
const lines: string[] = []
const stream = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk).trimEnd())
    done()
  },
})
const model = await startModelServer(() => ({ kind: 'status', status: 401 }))
const crm = await openFaultServer({ era: 'modern' })
await writeFile(join(folder, 'mcp.json'), JSON.stringify({ mcpServers: { crm: { url: crm.url } } }))
const house = await openTestHouse(
  {
    SOPHIA_MODEL: 'openai/gpt-5',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: `${model.url}/v1`,
    SOPHIA_MCP_FILE: join(folder, 'mcp.json'),
    SOPHIA_SLOW_QUERY_MS: '500',
  },
  { log: createLog({ level: 'debug', isForPeople: false, stream }) },
)
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })

const Labels = z.object({ labels: z.object({ correlation_id: z.string().optional() }).optional() })

/** The id that a caller named, which is not that of a trace unless it has its form. */
const calledBy = (line: unknown): string | undefined => Labels.parse(line).labels?.correlation_id

/** What the lines with this id say. */
const told = (id: string): string[] =>
  lines
    .map(assertEcs)
    .flatMap((line) => (line['trace.id'] === id || calledBy(line) === id ? [String(line['message'])] : []))

test('one id leads from a request to its statements, its turn and the call of a provider; each line keeps to the schema', async () => {
  await house.rooms.database.read((handle) =>
    handle.run(
      sql`create function take_time() returns trigger language plpgsql as $$ begin perform pg_sleep(0.6); return new; end $$`,
    ),
  )
  await house.rooms.database.read((handle) =>
    handle.run(sql`create trigger slow before insert on messages for each row execute function take_time()`),
  )
  const id = 'from-the-outside-7'
  const answer = await visitor.ask({
    method: 'POST',
    path: `/api/conversations/${await openConversation(visitor)}/messages`,
    headers: { 'x-correlation-id': id },
    body: { id: createId(), text: 'How is the pipeline?' },
  })
  assert.equal(answer.headers['x-correlation-id'], id)
  await until(() => told(id).includes('a model did not answer'), 'the turn has failed')
  for (const words of ['request', 'slow query', 'a call of a model ended', 'a model did not answer'])
    assert.ok(told(id).includes(words), `${words}: ${told(id).join()}`)
})

test('a tool call, a refusal and a frame of a socket each leave lines under their own id', async () => {
  const ids = { call: 'call-of-a-tool-1', none: 'no-such-address-1' }
  await until(async () => (await visitor.ask({ path: '/api/mcp/tools' })).text.includes('crm__echo'), 'tools are known')
  await visitor.ask({
    method: 'POST',
    path: '/api/mcp/tools/crm__echo/call',
    headers: { 'x-correlation-id': ids.call },
    body: { input: { text: 'hello' } },
  })
  await visitor.ask({ path: '/api/deals/none', headers: { 'x-correlation-id': ids.none } })
  assert.ok(told(ids.call).includes('a call of an MCP server ended'), told(ids.call).join())
  assert.ok(told(ids.none).includes('request'))
  const socket = openTestSocket(house.url)
  await socket.opened
  socket.send({ type: 'hello', token: visitor.secret })
  await socket.next('welcome')
  socket.send({ type: 'turn-subscribe', turnId: createId() })
  const { correlationId } = await socket.next('error')
  assert.equal(typeof correlationId, 'string')
  socket.close()
})

test('one id leads from a socket to the statements, the turn and the call of a provider that its frames set off, and to its own end', async () => {
  const [socket, other] = [openTestSocket(house.url), openTestSocket(house.url)]
  const idOf = async (one: typeof socket): Promise<string> => {
    await one.opened
    one.send({ type: 'hello', token: visitor.secret })
    await one.next('welcome')
    one.send({ type: 'turn-subscribe', turnId: createId() })
    const { correlationId } = await one.next('error')
    assert.ok(correlationId)
    return correlationId
  }
  const [id, otherId] = [await idOf(socket), await idOf(other)]
  assert.notEqual(id, otherId)
  const conversationId = await openConversation(visitor)
  socket.send({ type: 'message-send', conversationId, id: createId(), text: 'How is the pipeline?' })
  await socket.next('message-ack')
  await until(() => told(id).includes('a model did not answer'), 'the turn has failed')
  for (const words of ['slow query', 'a call of a model ended'])
    assert.ok(told(id).includes(words), `${words}: ${told(id).join()}`)
  socket.sendText('x'.repeat(2_000_000))
  await socket.closed
  await until(() => told(id).includes('a socket failed'), 'its end is told under its id')
  assert.deepEqual(told(otherId), [])
  other.close()
})

test('a secret that stands where it may not is seen, wherever that is', () => {
  const secret = randomBytes(24).toString('base64url')
  plantCanary('planted', secret)
  assert.equal(isFreeOfCanaries('a line', `so ${secret}, there`), false)
  assert.throws(assertNoCanaries, /planted in a line/)
  forgetHits()
  assertNoCanaries()
})
