import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '#contract/common.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openAuthorizationServer } from '../../../test/support/mcp/authorization-server.ts'
import { openProtectedServer } from '../../../test/support/mcp/protected-server.ts'
import { openOAuthHouse } from '../../../test/support/oauth-house.ts'

test('one sign-in for everybody: who manages signs in, all call, and signing out ends it', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const process = await house.openProcess()
  const { owner } = house
  const ann = await house.member('ann')
  const before = await process.becomes('crm', 'needs_authorization')
  assert.equal(before.serving, false)
  assert.match(before.says, /wants somebody to sign in/)
  const refused = await process.ask(ann, 'POST /api/mcp/servers/crm/sign-in')
  assert.equal(Problem.parse(refused.json()).code, 'NOT_PERMITTED')

  const page = new URL(await process.begin(owner, 'crm'))
  assert.equal(page.searchParams.get('code_challenge_method'), 'S256')
  assert.equal(page.searchParams.get('resource'), server.url)
  assert.equal(page.searchParams.get('redirect_uri'), 'http://127.0.0.1:8000/api/mcp/oauth/callback')
  const back = await process.visit(page.href, 'crm-account')
  assert.equal(await process.comeBack(owner, back), '303 /connections?signed-in=crm')
  const after = await process.becomes('crm', 'authorized')
  assert.equal(after.state, 'healthy')
  assert.equal(await process.whoAmI(ann, 'crm'), 'You are crm-account.')

  await process.signIn(owner, 'crm', 'another-account')
  assert.equal(by.clientCount(), 1, 'the client of the first time is used again')
  await process.becomes('crm', 'authorized')
  assert.equal(await process.whoAmI(ann, 'crm'), 'You are another-account.')
  assert.equal((await process.ask(ann, 'DELETE /api/mcp/servers/crm/sign-in')).statusCode, 403)
  assert.equal((await process.ask(owner, 'DELETE /api/mcp/servers/crm/sign-in')).statusCode, 200)
  await process.becomes('crm', 'needs_authorization')
  assert.match(await process.whoAmI(ann, 'crm'), /^TOOL_UNAVAILABLE: .*wants somebody to sign in/)
  const dump = await house.dump()
  for (const action of ['mcp.sign-in', 'mcp.sign-out']) assert.ok(dump.includes(`"action":"${action}"`), action)
})

test('two members: each calls as themselves, and no token turns up anywhere but at its own server', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const other = await openProtectedServer(by)
  const entry = (url: string) => ({ url, credentials: 'member', headers: { 'x-static': 'header-canary' } })
  const house = await openOAuthHouse({ servers: { notes: entry(server.url), other: entry(other.url) } })
  const process = await house.openProcess()
  const [ann, bob, eve] = [await house.member('ann'), await house.member('bob'), await house.member('eve')]
  assert.equal((await process.becomes('notes', 'per_user')).reason, 'per_user')
  assert.equal(await process.signIn(ann, 'notes', 'ann'), '303 /connections?signed-in=notes')
  assert.equal(await process.signIn(bob, 'notes', 'bob'), '303 /connections?signed-in=notes')
  const said = await Promise.all([ann, bob, ann, bob, eve].map((who) => process.whoAmI(who, 'notes')))
  assert.deepEqual(said.slice(0, 4), ['You are ann.', 'You are bob.', 'You are ann.', 'You are bob.'])
  assert.match(said[4] ?? '', /^TOOL_UNAVAILABLE: .*You have not signed in to it yet/)
  const status = await process.becomes('notes', 'per_user')
  assert.equal(status.serving, true, 'one who has not signed in closes it for nobody')
  // Another login of the same member goes in place of the first.
  await process.signIn(ann, 'notes', 'ann-again')
  assert.equal(await process.whoAmI(ann, 'notes'), 'You are ann-again.')

  await process.becomes('other', 'per_user')
  assert.deepEqual(new Set(other.authorizations), new Set([null]), 'what is for one server is sent to no other')
  assert.ok(
    server.authorizations.some((header) => header === null),
    'the house itself comes without a token',
  )
  const atIssuer = by.seen.map(({ headers }) => JSON.stringify(headers)).join()
  assert.ok(!atIssuer.includes('header-canary'), 'the headers of a server are not its authorization server’s to see')
  const places = { rows: await house.dump(), log: house.lines.join(''), answers: house.answers.join('') }
  assert.ok(by.given.length >= 6)
  for (const [place, text] of Object.entries(places))
    for (const token of by.given) assert.ok(!text.includes(token), `${token} stands in the ${place}`)

  await process.ask(ann, 'DELETE /api/mcp/servers/notes/sign-in')
  assert.match(await process.whoAmI(ann, 'notes'), /not signed in/)
  assert.equal(await process.whoAmI(bob, 'notes'), 'You are bob.')
  await house.database.read((handle) => handle.run(sql`delete from members where id = ${bob.principal.memberId}`))
  const { rows } = await house.database.read((handle) => handle.client.query('select * from mcp_credentials'))
  assert.deepEqual(rows, [], 'with the member their credentials are gone')
})

test('a client registered beforehand is used, and its secret goes to its own authorization server only', async () => {
  const by = await openAuthorizationServer()
  const stranger = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  by.switches.registration = false
  const redirectUris = ['http://127.0.0.1:8000/api/mcp/oauth/callback']
  by.addClient({ id: 'sophia-crm', secret: 'client-secret-canary', redirectUris })
  const oauth = { clientId: 'sophia-crm', clientSecret: 'client-secret-canary', scope: 'read' }
  const servers = {
    crm: { url: server.url, credentials: 'shared', oauth },
    bare: { url: server.url, credentials: 'shared' },
  }
  const house = await openOAuthHouse({ servers })
  const process = await house.openProcess()
  const { owner } = house
  const page = new URL(await process.begin(owner, 'crm'))
  assert.equal(page.searchParams.get('client_id'), 'sophia-crm')
  assert.equal(page.searchParams.get('scope'), 'read')
  const back = await process.visit(page.href, 'crm-account')
  assert.equal(await process.comeBack(owner, back), '303 /connections?signed-in=crm')
  await process.becomes('crm', 'authorized')
  const told = Problem.parse((await process.ask(owner, 'POST /api/mcp/servers/bare/sign-in')).json())
  assert.equal(told.code, 'CONFLICT')
  assert.match(told.detail ?? '', /Register Sophia there with the address http:\/\/127.0.0.1:8000\/api\/mcp\/oauth/)

  server.pointTo(stranger.issuer)
  const elsewhere = Problem.parse((await process.ask(owner, 'POST /api/mcp/servers/crm/sign-in')).json())
  assert.equal(elsewhere.code, 'CONFLICT')
  assert.match(elsewhere.detail ?? '', /another authorization server/)
  assert.ok(!stranger.seen.some(({ path }) => path === '/token'))
  assert.ok(!JSON.stringify(stranger.seen).includes('client-secret-canary'))
  assert.ok(!(await house.dump()).includes('client-secret-canary'))
})

test('an answer that is not from the authorization server that was asked ends the sign-in before the code is used', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const process = await house.openProcess()
  for (const iss of ['wrong', null] as const) {
    by.switches.iss = iss
    const end = await process.signIn(house.owner, 'crm', 'x')
    assert.equal(end, '303 /connections?sign-in-failed=issuer-mismatch')
  }
  by.switches.iss = 'right'
  assert.ok(!by.seen.some(({ path }) => path === '/token'), 'no code was given away')
  const no = await process.comeBack(house.owner, await process.visit(await process.begin(house.owner, 'crm'), null))
  assert.equal(no, '303 /connections?sign-in-failed=refused')
  by.switches.issuerInMetadata = 'https://somebody.example'
  const told = Problem.parse((await process.ask(house.owner, 'POST /api/mcp/servers/crm/sign-in')).json())
  assert.equal(told.code, 'UNREACHABLE')
  assert.match(told.detail ?? '', /another authorization server than was asked/)
})

test('a state holds once, for ten minutes, and for whoever began; nothing of the query comes back', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { notes: { url: server.url, credentials: 'member' } } })
  const process = await house.openProcess()
  const [ann, bob] = [await house.member('ann'), await house.member('bob')]
  const unknown = '303 /connections?sign-in-failed=state-unknown'
  const back = await process.visit(await process.begin(ann, 'notes'), 'ann')
  assert.equal(await process.comeBack(bob, back), unknown, 'another member’s browser')
  const keyed = { ...ann.principal, credential: { kind: 'key' as const, id: 'k' } }
  const query = Object.fromEntries(back.searchParams)
  assert.deepEqual(await process.tools.finishSignIn({ ...query, principal: keyed }), { failed: 'not-permitted' })
  assert.equal(await process.comeBack(ann, back), '303 /connections?signed-in=notes')
  assert.equal(await process.comeBack(ann, back), unknown, 'a second time')
  assert.equal(await process.whoAmI(bob, 'notes').then((text) => text.includes('not signed in')), true)

  const old = await process.visit(await process.begin(ann, 'notes'), 'ann')
  await house.database.read((handle) =>
    handle.run(sql`update mcp_sign_ins set started_at = now() - interval '10 minutes 1 second'`),
  )
  assert.equal(await process.comeBack(ann, old), unknown, 'too late')
  const first = await process.visit(await process.begin(ann, 'notes'), 'ann')
  const second = await process.visit(await process.begin(ann, 'notes'), 'ann')
  assert.equal(await process.comeBack(ann, first), unknown, 'one that was begun anew')
  assert.equal(await process.comeBack(ann, second), '303 /connections?signed-in=notes')
  const echo = new URL(
    'http://x/api/mcp/oauth/callback?state=echo-canary&code=echo-canary&error=echo-canary&iss=echo-canary',
  )
  assert.equal(await process.comeBack(ann, echo), unknown)
  assert.ok(!house.answers.join('').includes('echo-canary') && !house.lines.join('').includes('echo-canary'))
  assert.equal(
    (await process.ask(await house.member('vic', 'viewer'), 'POST /api/mcp/servers/notes/sign-in')).statusCode,
    403,
  )
})

test('a key signs in for its own member only', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const servers = {
    shared: { url: server.url, credentials: 'shared' },
    own: { url: server.url, credentials: 'member' },
  }
  const house = await openOAuthHouse({ servers })
  const { tools } = await house.openProcess()
  const keyed = { ...house.owner.principal, credential: { kind: 'key' as const, id: 'k' } }
  await assert.rejects(tools.startSignIn(keyed, 'shared'), { code: 'NOT_PERMITTED' })
  assert.match((await tools.startSignIn(keyed, 'own')).url, /^http:\/\/127/)
})

test('with another secret key the sign-in is told to be unreadable, and a new one can be made', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const before = await house.openProcess()
  await before.signIn(house.owner, 'crm', 'crm-account')
  await before.tools.close()
  const process = await house.openProcess('quite another key, at least 32 characters')
  const status = await process.becomes('crm', 'error')
  assert.match(status.says, /Signing in fails.*SOPHIA_SECRET_KEY/)
  assert.match(await process.whoAmI(house.owner, 'crm'), /^TOOL_UNAVAILABLE: .*SOPHIA_SECRET_KEY/)
  assert.equal(await process.signIn(house.owner, 'crm', 'new-account'), '303 /connections?signed-in=crm')
  await process.becomes('crm', 'authorized')
  assert.equal(await process.whoAmI(house.owner, 'crm'), 'You are new-account.')
})

test('credentials stay with the address they were given for', async () => {
  const by = await openAuthorizationServer()
  const [server, moved] = [await openProtectedServer(by), await openProtectedServer(by)]
  const house = await openOAuthHouse({ servers: {} })
  const process = await house.openProcess()
  const { owner } = house
  const wanted = { id: 'crm', name: 'CRM', url: server.url, credentials: 'shared' }
  assert.equal((await process.ask(owner, 'POST /api/mcp/servers', wanted)).statusCode, 201)
  await process.signIn(owner, 'crm', 'crm-account')
  const halfway = await process.visit(await process.begin(owner, 'crm'), 'crm-account')
  assert.equal((await process.ask(owner, 'PATCH /api/mcp/servers/crm', { url: moved.url })).statusCode, 200)
  await process.becomes('crm', 'needs_authorization')
  assert.equal(await process.comeBack(owner, halfway), '303 /connections?sign-in-failed=connection-changed')
  assert.deepEqual(new Set(moved.authorizations), new Set([null]))
  assert.equal((await process.ask(owner, 'DELETE /api/mcp/servers/crm')).statusCode, 200)
  for (const table of ['mcp_credentials', 'mcp_clients', 'mcp_sign_ins']) {
    const { rows } = await house.database.read((handle) => handle.client.query(`select * from ${table}`))
    assert.deepEqual(rows, [], `${table} is empty once the server is removed`)
  }
})

test('nobody signs in to a server that takes no sign-in', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { plain: { url: server.url } } })
  const process = await house.openProcess()
  const told = Problem.parse((await process.ask(house.owner, 'POST /api/mcp/servers/plain/sign-in')).json())
  assert.equal(told.code, 'CONFLICT')
  assert.match(told.detail ?? '', /set up without a sign-in/)
  assert.equal((await process.ask(house.owner, 'POST /api/mcp/servers/nowhere/sign-in')).statusCode, 404)
})
