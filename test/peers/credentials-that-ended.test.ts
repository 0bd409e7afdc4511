import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'
import { ask } from '../support/raw-http.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { joinHouse, openConversation, postQuestion, type Visitor } from '../support/visitors.ts'
import { wireAnswer } from '../support/wire-answer.ts'

// S07: AnythingLLM CVE-2026-32717 let the extension keys of suspended users live on; Open WebUI CVE-2026-45339 forgot one header.

/** What the promise gives; the test's own clockwork is on top. */
const LIMIT_MS = 5000
const SLACK_MS = 1500
const server = await startModelServer(() => ({ kind: 'stall', text: wireAnswer('Begun.'), afterBytes: 120 }))
const house = await openTestHouse({
  SOPHIA_MODEL: 'openai/gpt-5',
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: `${server.url}/v1`,
})
const { access, database } = house.rooms
const owner = { principal: await access.localPrincipal() }

interface Ending {
  readonly name: string
  /** Which of the two credentials it ends. */
  readonly ends: readonly ('session' | 'key')[]
  readonly end: (visitor: Visitor) => Promise<unknown>
  /** Whether the answer that was begun ends, too: it does when the person is gone, not when one way in is. */
  readonly endsTurns: boolean
}

const ENDINGS: readonly Ending[] = [
  {
    name: 'suspended',
    ends: ['session', 'key'],
    end: ({ memberId }) => access.changeMember(owner, memberId, { status: 'suspended' }),
    endsTurns: true,
  },
  {
    name: 'suspended by another process',
    ends: ['session', 'key'],
    end: ({ memberId }) =>
      database.read((handle) => handle.run(sql`update members set status = 'suspended' where id = ${memberId}`)),
    endsTurns: true,
  },
  {
    name: 'deleted',
    ends: ['session', 'key'],
    end: ({ memberId }) => access.deleteMember(owner, memberId),
    endsTurns: true,
  },
  { name: 'signed out', ends: ['session'], end: ({ principal }) => access.signOut({ principal }), endsTurns: false },
  {
    name: 'revoked',
    ends: ['key'],
    end: ({ principal, keyId }) => access.revokeKey({ principal }, keyId),
    endsTurns: false,
  },
  {
    name: 'expired',
    ends: ['session', 'key'],
    end: ({ memberId }) =>
      database.read(async (handle) => {
        await handle.run(
          sql`update sessions set expires_at = now() - interval '1 second' where member_id = ${memberId}`,
        )
        await handle.run(
          sql`update api_keys set expires_at = now() - interval '1 second' where member_id = ${memberId}`,
        )
      }),
    endsTurns: false,
  },
  {
    name: 'made a viewer',
    ends: [],
    end: ({ memberId }) => access.changeMember(owner, memberId, { role: 'viewer' }),
    endsTurns: false,
  },
]

const within = (ms: number): Promise<'late'> => new Promise((resolve) => setTimeout(resolve, ms, 'late').unref())

/** All ways in that stay open: a socket and a stream by session, and both by key. */
async function openDoors(visitor: Visitor) {
  const conversation = await openConversation(visitor)
  const { turnId } = await postQuestion(visitor, conversation)
  const bySession = { cookie: visitor.cookie, origin: house.url }
  const sockets = { session: openTestSocket(house.url, bySession), key: openTestSocket(house.url) }
  await sockets.session.next('welcome')
  await sockets.key.opened
  sockets.key.send({ type: 'hello', token: visitor.secret })
  await sockets.key.next('welcome')
  const path = `/api/turns/${turnId}/events`
  const streams = {
    session: ask(house.url, { path, headers: { cookie: visitor.cookie } }),
    key: ask(house.url, { path, headers: { authorization: `Bearer ${visitor.secret}` } }),
  }
  // A stream that a vanished server breaks off has ended as well.
  for (const stream of Object.values(streams)) stream.catch(() => undefined)
  return { turnId, sockets, streams }
}

async function statusOf(visitor: Visitor, kind: 'session' | 'key'): Promise<number> {
  const headers: Record<string, string> =
    kind === 'session' ? { cookie: visitor.cookie } : { authorization: `Bearer ${visitor.secret}` }
  return (await ask(house.url, { path: '/api/me', headers })).status
}

for (const { name, ends, end, endsTurns } of ENDINGS) {
  test(`${name}: requests, open sockets and open streams of ${ends.join(' and ') || 'both kinds'} end within five seconds`, async () => {
    const visitor = await joinHouse(house)
    const { turnId, sockets, streams } = await openDoors(visitor)
    for (const kind of ['session', 'key'] as const) assert.equal(await statusOf(visitor, kind), 200)
    const startedMs = performance.now()
    await end(visitor)
    const over = within(LIMIT_MS + SLACK_MS)
    for (const kind of ends) {
      assert.equal(await Promise.race([sockets[kind].closed, over]), 4401, `the socket by ${kind}`)
      assert.notEqual(await Promise.race([streams[kind].then(() => 'ended'), over]), 'late', `the stream by ${kind}`)
    }
    // By now no process remembers them either.
    for (const kind of ends) assert.equal(await statusOf(visitor, kind), 401, kind)
    for (const kind of (['session', 'key'] as const).filter((one) => !ends.includes(one)))
      assert.equal(await statusOf(visitor, kind), 200, `${kind} holds`)
    if (ends.length === 0) {
      assert.notEqual(
        await Promise.race([streams.session.then(() => 'ended'), over]),
        'late',
        'may not converse any more',
      )
      const again = setInterval(() => sockets.session.send({ type: 'turn-subscribe', turnId }), 300)
      const refused = sockets.session.next('error').then(({ code }) => code)
      assert.equal(await Promise.race([refused, over]), 'NOT_PERMITTED')
      clearInterval(again)
    }
    assert.ok(performance.now() - startedMs < LIMIT_MS + SLACK_MS)
    if (endsTurns) await untilEnded(turnId)
    else await access.changeMember(owner, visitor.memberId, { status: 'suspended' })
    for (const socket of Object.values(sockets)) socket.close()
  })
}

/** The provider is not asked for anything more, and the turn is over. */
async function untilEnded(turnId: string): Promise<void> {
  const isOpen = (): Promise<number> =>
    database.read((handle) =>
      handle.run(
        sql`update turns set status = status where id = ${turnId} and status in ('queued', 'running', 'waiting')`,
      ),
    )
  const deadline = performance.now() + LIMIT_MS
  while ((await isOpen()) > 0) {
    assert.ok(performance.now() < deadline, 'the turn of somebody who is gone goes on')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test("what a narrowed key asks is answered with the key's rights, not the member's", async () => {
  const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })
  const { secret } = await access.createKey(visitor, {
    name: 'talk',
    actions: ['conversation:use'],
    expiresInDays: null,
  })
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  const conversation = await openConversation(visitor)
  const calls = server.calls.length
  const body = JSON.stringify({ id: createId(), text: 'How is our pipeline?' })
  const path = `/api/conversations/${conversation}/messages`
  assert.equal((await ask(house.url, { method: 'POST', path, headers, body })).status, 202)
  while (server.calls.length === calls) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.doesNotMatch(JSON.stringify(server.calls.at(-1)?.body), /review-pipeline|record-next-step/)
  const whole = await openConversation(visitor)
  await postQuestion(visitor, whole)
  while (server.calls.length === calls + 1) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.match(JSON.stringify(server.calls.at(-1)?.body), /record-next-step/)
})

test('a credential in the query, in another header or in the protocol of a socket is no credential', async () => {
  const { secret, sessionToken } = await joinHouse(house)
  for (const path of [`/api/me?token=${secret}`, `/api/me?access_token=${secret}`, `/api/me?api_key=${secret}`])
    assert.ok([400, 401].includes((await ask(house.url, { path })).status), path)
  for (const name of ['x-api-key', 'x-auth-token', 'x-forwarded-user', 'x-forwarded-email', 'proxy-authorization'])
    assert.equal((await ask(house.url, { path: '/api/me', headers: { [name]: secret } })).status, 401, name)
  const socket = openTestSocket(house.url, { 'sec-websocket-protocol': sessionToken })
  const opened = await Promise.race([socket.opened.then(() => 'opened'), socket.refused, socket.closed])
  if (opened === 'opened') {
    socket.send({ type: 'topic-subscribe', topic: 'conversations' })
    assert.equal(await socket.closed, 4401)
  }
})
