import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { InjectOptions } from 'fastify'
import { Invitation, Me, MemberPage, UsageReport } from '#contract/access.ts'
import { Problem } from '#contract/common.ts'
import { createBudgets } from '#features/budgets/index.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createTestAccess, join, signInOwner, tokenOf } from '../../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openTestServer } from '../../../test/support/http-fixture.ts'
import { createRateLimiter } from '../rate-limit.ts'
import { auditRoutes } from './audit-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { usageRoutes } from './usage-routes.ts'
import { createSessionCookie } from '../authenticate.ts'

const { database } = await openTestDatabase()

beforeEach(() =>
  database.read((handle) =>
    handle.run(sql`truncate members, sign_in_links, sign_in_attempts, budgets, audit_entries cascade`),
  ),
)

function open() {
  const { access, clock } = createTestAccess(database)
  const budgets = createBudgets({
    database,
    clock,
    prices: [],
    limits: { deploymentDailyMicros: null, memberDailyMicros: 2_000_000 },
  })
  const readCompany = async () => ({ hasData: false, isSample: false, model: 'playbook', sources: [] })
  const cookie = createSessionCookie('http://127.0.0.1:8000')
  const routes = [
    ...sessionRoutes({ access, cookie, readMemberLimits: budgets.readMemberLimits, readCompany }),
    ...memberRoutes({ access }),
    ...keyRoutes({ access }),
    ...auditRoutes({ access }),
    ...usageRoutes({ access, budgets }),
  ]
  const limiter = createRateLimiter({ clock })
  const { server, lines } = openTestServer({ routes, access, admit: limiter.admit })
  return { access, clock, lines, server, ask: (request: InjectOptions) => server.inject(request) }
}

function codeOf(body: string): string {
  return Problem.parse(JSON.parse(body)).code
}

test('a link is read, redeemed for a cookie, used, and ended', async () => {
  const { access, ask } = open()
  const made = await access.createOwnerLink()
  const token = tokenOf(made?.link ?? '')
  const read = await ask({ method: 'POST', url: '/api/session/link', payload: { token } })
  assert.deepEqual(read.json(), { kind: 'owner', email: null, name: null })
  const payload = { token, email: 'o@example.com', name: 'Olga' }
  const signedIn = await ask({ method: 'POST', url: '/api/session', payload })
  assert.equal(signedIn.statusCode, 200)
  const me = Me.parse(signedIn.json())
  assert.equal(me.role, 'owner')
  assert.deepEqual(me.limits.dailyBudget, { amountMicros: 2_000_000, currency: 'USD' })
  assert.ok(me.actions.includes('backup:manage'))
  const set = String(signedIn.headers['set-cookie'])
  assert.match(set, /^sophia=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
  const cookie = set.split(';')[0] ?? ''
  const again = await ask({ method: 'GET', url: '/api/me', headers: { cookie } })
  assert.deepEqual(Me.parse(again.json()), me)
  assert.equal(again.headers['set-cookie'], set)
  const out = await ask({ method: 'DELETE', url: '/api/session', headers: { cookie } })
  assert.equal(out.statusCode, 204)
  assert.match(String(out.headers['set-cookie']), /^sophia=; Max-Age=0/)
  const after = await ask({ method: 'GET', url: '/api/me', headers: { cookie } })
  assert.equal(after.statusCode, 401)
  assert.equal(codeOf((await ask({ method: 'POST', url: '/api/session', payload })).body), 'LINK_NOT_VALID')
})

test('unknown, used and empty tokens are told nothing apart', async () => {
  const { ask } = open()
  const answers = []
  for (const token of ['x'.repeat(43), 'y'.repeat(43)])
    answers.push(await ask({ method: 'POST', url: '/api/session', payload: { token } }))
  const [one, two] = answers.map((answer) => ({ ...Problem.parse(answer.json()), correlationId: '' }))
  assert.deepEqual(one, two)
  for (const token of [null, '', [], { $ne: 1 }, undefined, 'x'.repeat(201)]) {
    const refused = await ask({ method: 'POST', url: '/api/session', payload: { token } })
    assert.equal(codeOf(refused.body), 'INVALID_INPUT')
  }
})

test('hostile credentials are refused quickly', async () => {
  const { ask } = open()
  const hostile = [
    "Bearer sk-' OR 1=1--",
    "Bearer '; select pg_sleep(5)--",
    `Bearer ${'x'.repeat(1_000_000)}`,
    'Bearer',
    'Bearer ',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
  ]
  const startedAt = performance.now()
  for (const authorization of hostile) {
    const refused = await ask({ method: 'GET', url: '/api/me', headers: { authorization } })
    assert.equal(refused.statusCode, 401)
  }
  assert.ok(performance.now() - startedAt < 5000, 'nothing slept in the database')
})

test('fields that nobody may set are refused and change nothing', async () => {
  const { access, ask } = open()
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const headers = { cookie: `sophia=${owner.sessionToken}` }
  const url = `/api/members/${ann.principal.memberId}`
  const before = await ask({ method: 'GET', url: '/api/members', headers })
  const smuggled = [
    { id: owner.principal.memberId },
    { email: 'x@example.com' },
    { kind: 'automation' },
    { createdAt: '2000-01-01T00:00:00Z' },
    { name: 'A', owner: true },
  ]
  for (const payload of smuggled) {
    const refused = await ask({ method: 'PATCH', url, headers, payload })
    assert.equal(codeOf(refused.body), 'INVALID_INPUT')
  }
  const raw = await ask({
    method: 'PATCH',
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    payload: '{"__proto__":{"role":"owner"}}',
  })
  assert.equal(raw.statusCode, 400)
  const fixed = { email: 'new@example.com', name: 'N', id: owner.principal.memberId, status: 'active' }
  assert.equal((await ask({ method: 'POST', url: '/api/members', headers, payload: fixed })).statusCode, 400)
  assert.equal(
    (await ask({ method: 'POST', url: '/api/keys', headers, payload: { name: 'k', memberId: ann.principal.memberId } }))
      .statusCode,
    400,
  )
  assert.deepEqual((await ask({ method: 'GET', url: '/api/members', headers })).json(), before.json())
})

test('a NUL in a text is a fault of the request, wherever it stands', async () => {
  const { access, ask } = open()
  const owner = await signInOwner(access)
  const headers = { cookie: `sophia=${owner.sessionToken}` }
  for (const request of [
    { method: 'POST', url: '/api/teams', payload: { name: 'a\0b' } },
    { method: 'POST', url: '/api/keys', payload: { name: 'k', actions: ['\0'] } },
    { method: 'GET', url: '/api/members?cursor=%00' },
    { method: 'DELETE', url: '/api/members/%00' },
  ] as const) {
    assert.equal((await ask({ ...request, headers })).statusCode, 400)
  }
})

test("another site cannot use somebody's cookie, nor sign a browser in as somebody else", async () => {
  const { access, ask } = open()
  const owner = await signInOwner(access)
  const headers = { cookie: `sophia=${owner.sessionToken}`, origin: 'https://evil.test', host: '127.0.0.1:8000' }
  const refused = await ask({ method: 'DELETE', url: '/api/session', headers })
  assert.equal(codeOf(refused.body), 'ORIGIN_REFUSED')
  assert.equal(refused.statusCode, 403)
  const { link } = await access.createSignInLink(owner, owner.principal.memberId)
  const login = await ask({
    method: 'POST',
    url: '/api/session',
    headers: { origin: 'https://evil.test' },
    payload: { token: tokenOf(link) },
  })
  assert.equal(codeOf(login.body), 'ORIGIN_REFUSED')
  assert.ok(await access.authenticate({ kind: 'session', token: owner.sessionToken }))
})

test('people, teams, keys, audit, usage and budgets answer in the shapes of the contract', async () => {
  const { access, ask } = open()
  const owner = await signInOwner(access)
  const headers = { cookie: `sophia=${owner.sessionToken}` }
  const team = await ask({ method: 'POST', url: '/api/teams', headers, payload: { name: 'West', manager: 'Moe' } })
  assert.equal(team.statusCode, 201)
  const payload = {
    email: 'ann@example.com',
    name: 'Ann',
    role: 'lead',
    rowScope: 'team',
    teamId: team.json<{ id: string }>().id,
  }
  const invited = await ask({ method: 'POST', url: '/api/members', headers, payload })
  const invitation = Invitation.parse(invited.json())
  assert.equal(invited.statusCode, 201)
  assert.match(invitation.link, /^http:\/\/127\.0\.0\.1:8000\/sign-in#token=[\w-]{43}$/)
  const fresh = await ask({
    method: 'POST',
    url: '/api/invitations',
    headers,
    payload: { memberId: invitation.member.id },
  })
  assert.notEqual(Invitation.parse(fresh.json()).link, invitation.link)
  assert.equal(
    MemberPage.parse((await ask({ method: 'GET', url: '/api/members?limit=1', headers })).json()).items.length,
    1,
  )
  const key = await ask({ method: 'POST', url: '/api/keys', headers, payload: { name: 'robot' } })
  assert.equal(key.headers['cache-control'], 'no-store')
  const authorization = `Bearer ${key.json<{ secret: string }>().secret}`
  assert.equal((await ask({ method: 'GET', url: '/api/me', headers: { authorization } })).statusCode, 200)
  assert.equal(
    (await ask({ method: 'DELETE', url: `/api/keys/${key.json<{ key: { id: string } }>().key.id}`, headers }))
      .statusCode,
    204,
  )
  assert.equal((await ask({ method: 'GET', url: '/api/me', headers: { authorization } })).statusCode, 401)
  UsageReport.parse((await ask({ method: 'GET', url: '/api/usage?days=7', headers })).json())
  const caps = await ask({
    method: 'PUT',
    url: '/api/budgets',
    headers,
    payload: { deploymentDailyUsd: 5, memberDailyUsd: null },
  })
  assert.deepEqual(caps.json<{ deploymentDaily: unknown }>().deploymentDaily, {
    amountMicros: 5_000_000,
    currency: 'USD',
  })
  assert.equal((await ask({ method: 'DELETE', url: `/api/members/${invitation.member.id}`, headers })).statusCode, 204)
  const audit = await ask({ method: 'GET', url: '/api/audit', headers })
  const actions = audit.json<{ items: { action: string }[] }>().items.map((item) => item.action)
  assert.deepEqual(
    new Set(actions),
    new Set([
      'member.delete',
      'budget.change',
      'key.revoke',
      'key.create',
      'member.link-made',
      'member.invite',
      'team.create',
      'session.start',
    ]),
  )
})

test('whoever asks too fast is told when to come back', async () => {
  const { ask } = open()
  let limited = 0
  for (let count = 0; count < 55; count += 1) {
    const answer = await ask({ method: 'GET', url: '/api/me' })
    if (answer.statusCode !== 429) continue
    limited += 1
    assert.equal(answer.headers['retry-after'], '1')
  }
  assert.equal(limited, 5)
})

test('no secret reaches the log', async () => {
  const { access, ask, lines } = open()
  const made = await access.createOwnerLink()
  const token = tokenOf(made?.link ?? '')
  await ask({ method: 'POST', url: '/api/session/link', payload: { token } })
  const signedIn = await ask({ method: 'POST', url: '/api/session', payload: { token } })
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
  const key = await ask({ method: 'POST', url: '/api/keys', headers: { cookie }, payload: { name: 'k' } })
  const { secret } = key.json<{ secret: string }>()
  await ask({ method: 'GET', url: '/api/nowhere', headers: { authorization: `Bearer ${secret}` } })
  await ask({ method: 'GET', url: '/api/me', headers: { authorization: `Bearer ${secret}x` } })
  const text = lines.join('')
  assert.ok(text.includes('/api/session/link'))
  for (const canary of [token, cookie.split('=')[1] ?? 'none', secret]) assert.ok(!text.includes(canary))
})
