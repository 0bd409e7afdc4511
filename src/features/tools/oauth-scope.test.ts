import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { openAuthorizationServer } from '../../../test/support/mcp/authorization-server.ts'
import { openProtectedServer } from '../../../test/support/mcp/protected-server.ts'
import { openOAuthHouse } from '../../../test/support/oauth-house.ts'
import { until } from '../../../test/support/until.ts'
import { statusWhen } from '../../../test/support/tools-house.ts'

const CHANGED = 'The deal is changed.'

/** A server whose tool `change_deal` wants more than the usual sign-in gives. */
async function openStage(credentials: 'shared' | 'member', oauth?: object) {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  server.switches.usualScope = 'crm.read'
  server.switches.dealScope = 'crm.write'
  const house = await openOAuthHouse({
    servers: { crm: { url: server.url, credentials, ...(oauth ? { oauth } : {}) } },
  })
  return { by, server, house }
}

const scopeOf = (page: string): string[] => (new URL(page).searchParams.get('scope') ?? '').split(' ').toSorted()

test('a tool that wants a wider sign-in says which; the others go on, and after it the tool works', async () => {
  const { house, server } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  const ann = await house.member('ann')
  assert.deepEqual(scopeOf(await process.begin(owner, 'crm')), ['crm.read'])
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  const asked = server.authorizations.length
  const refused = await process.changeDeal(ann, 'crm')
  assert.match(refused, /^TOOL_UNAVAILABLE: "crm": It wants a wider sign-in for this, with the scope "crm\.write": /)
  assert.equal(server.authorizations.length, asked + 1, 'it was told at once, and not sent again')
  const narrow = await process.statusFor(owner, 'crm')
  assert.equal(narrow.auth, 'needs_wider_scope')
  assert.deepEqual([narrow.state, narrow.serving, narrow.reason], ['healthy', true, 'tool_needs_wider_scope'])
  assert.equal(narrow.wantedScope, 'crm.write')
  assert.match(narrow.says, /wants a wider sign-in: .*the scope "crm\.write"/)
  assert.deepEqual([narrow.detail?.breaker, narrow.detail?.latency.calls.errorRate], ['closed', 0])
  assert.equal((await process.tools.status(owner.principal, {})).counts.needsAuth, 1)
  assert.equal(await process.whoAmI(ann, 'crm'), 'You are crm-account.', 'one tool takes the others down with it')
  await process.probe('crm')
  assert.equal((await process.statusFor(owner, 'crm')).auth, 'needs_wider_scope', 'a good answer forgets it')

  const page = await process.begin(owner, 'crm')
  assert.deepEqual(scopeOf(page), ['crm.read', 'crm.write'])
  assert.equal(
    await process.comeBack(owner, await process.visit(page, 'crm-account')),
    '303 /connections?signed-in=crm',
  )
  const wide = await process.becomes('crm', 'authorized')
  assert.deepEqual([wide.reason, wide.wantedScope], ['ok', null])
  assert.equal(await process.changeDeal(ann, 'crm'), CHANGED)
  // Whoever signs in anew keeps what was won, and who signed out begins with the usual.
  assert.deepEqual(scopeOf(await process.begin(owner, 'crm')), ['crm.read', 'crm.write'])
  await process.ask(owner, 'DELETE /api/mcp/servers/crm/sign-in')
  assert.deepEqual(scopeOf(await process.begin(owner, 'crm')), ['crm.read'])
})

test('what a server wants of one member is theirs alone, and outlives a restart', async () => {
  const { house } = await openStage('member')
  const before = await house.openProcess()
  const [ann, bob] = [await house.member('ann'), await house.member('bob')]
  await before.signIn(ann, 'crm', 'ann')
  await before.signIn(bob, 'crm', 'bob')
  assert.match(await before.changeDeal(ann, 'crm'), /wider sign-in.*: sign in again on the page Connections/)
  const seen = async (process: typeof before) =>
    Promise.all([ann, bob].map(async (who) => (await process.statusFor(who, 'crm')).auth))
  assert.deepEqual(await seen(before), ['needs_wider_scope', 'per_user'])
  assert.equal((await before.statusFor(ann, 'crm')).serving, true)
  await before.tools.close()

  const process = await house.openProcess()
  await process.becomes('crm', 'needs_wider_scope', ann)
  assert.deepEqual(await seen(process), ['needs_wider_scope', 'per_user'])
  assert.deepEqual(scopeOf(await process.begin(bob, 'crm')), ['crm.read'])
  const page = await process.begin(ann, 'crm')
  assert.deepEqual(scopeOf(page), ['crm.read', 'crm.write'])
  await process.comeBack(ann, await process.visit(page, 'ann'))
  assert.deepEqual(await seen(process), ['per_user', 'per_user'])
  assert.equal(await process.changeDeal(ann, 'crm'), CHANGED)
  assert.match(await process.changeDeal(bob, 'crm'), /wider sign-in/)
})

/** This database, of which the next reading of a sign-in arrives late: when it is let go. */
function slowReader(database: Database) {
  let held: PromiseWithResolvers<void> | undefined
  let isNext = false
  return {
    database: {
      ...database,
      read: async <Result>(work: (handle: Handle) => Promise<Result>): Promise<Result> => {
        const found = await database.read(work)
        if (!isNext || typeof found !== 'object' || found === null || !('wanted' in found)) return found
        isNext = false
        held = Promise.withResolvers()
        await held.promise
        return found
      },
    },
    holdNext: () => void (isNext = true),
    isHeld: () => held !== undefined,
    async letGo(): Promise<void> {
      held?.resolve()
      // Whoever read goes on first.
      await new Promise((next) => setImmediate(next))
    },
  }
}

test('a reading that began before a server wanted more does not hide it', async () => {
  const { house } = await openStage('member')
  const slow = slowReader(house.database)
  const [process, other] = [await house.openProcess(undefined, slow.database), await house.openProcess()]
  const [ann, bob] = [await house.member('ann'), await house.member('bob')]
  await process.signIn(ann, 'crm', 'ann')
  await process.whoAmI(ann, 'crm')
  await process.becomes('crm', 'per_user', ann)
  slow.holdNext()
  // Told of somebody's sign-in elsewhere, it reads anew how those stand that it knows.
  await other.signIn(bob, 'crm', 'bob')
  await until(() => process.tools.look().then(slow.isHeld), 'a reading is under way')
  assert.match(await process.changeDeal(ann, 'crm'), /wider sign-in/)
  await slow.letGo()
  assert.equal((await process.statusFor(ann, 'crm')).auth, 'needs_wider_scope')
})

test('what a server wants of somebody is shown by the process that did not meet it, and so is the sign-in that gives it', async () => {
  for (const credentials of ['member', 'shared'] as const) {
    const { house } = await openStage(credentials)
    const [one, two] = [await house.openProcess(), await house.openProcess()]
    const { owner } = house
    await one.signIn(owner, 'crm', 'owner')
    await two.becomes('crm', credentials === 'shared' ? 'authorized' : 'per_user')
    assert.match(await one.changeDeal(owner, 'crm'), /wider sign-in/)
    await statusWhen({ tools: two.tools, owner: owner.principal }, 'crm', {
      isSo: ({ auth, wantedScope }) => auth === 'needs_wider_scope' && wantedScope === 'crm.write',
      what: 'in want of the scope',
    })
    await two.comeBack(owner, await two.visit(await two.begin(owner, 'crm'), 'owner'))
    const given = await one.becomes('crm', credentials === 'shared' ? 'authorized' : 'per_user')
    assert.equal(given.wantedScope, null)
  }
})

test('a wider sign-in that the person denies leaves the one there is', async () => {
  const { house, server } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.changeDeal(owner, 'crm')
  const denied = await process.comeBack(owner, await process.visit(await process.begin(owner, 'crm'), null))
  assert.equal(denied, '303 /connections?sign-in-failed=refused')
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
  assert.match(await process.changeDeal(owner, 'crm'), /wider sign-in/)
  await process.becomes('crm', 'needs_wider_scope')
  assert.deepEqual(scopeOf(await process.begin(owner, 'crm')), ['crm.read', 'crm.write'], 'it may be agreed to later')
  server.switches.usualScope = 'crm.list'
  const all = ['crm.list', 'crm.read', 'crm.write']
  assert.deepEqual(scopeOf(await process.begin(owner, 'crm')), all, 'what is held, what is usual now, what was wanted')
})

test('one who agrees to less than was asked for is told so, and not that the server refuses', async () => {
  for (const credentials of ['shared', 'member'] as const) {
    const { house, by } = await openStage(credentials)
    const process = await house.openProcess()
    const { owner } = house
    await process.signIn(owner, 'crm', 'crm-account')
    const who = credentials === 'shared' ? owner : await house.member('ann')
    await process.signIn(who, 'crm', 'crm-account')
    await process.changeDeal(who, 'crm')
    Object.assign(by.switches, { givesScope: 'crm.read', tellsScope: true })
    await process.signIn(who, 'crm', 'crm-account')
    assert.equal((await process.statusFor(who, 'crm')).auth, 'needs_wider_scope', credentials)
    assert.match(await process.changeDeal(who, 'crm'), /^TOOL_UNAVAILABLE: .*wider sign-in/)
  }
})

test('what is refused although it was granted is told as the refusal of the server, once and for all', async () => {
  const { house, server, by } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.changeDeal(owner, 'crm')
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  server.switches.refusesDeals = true
  const [visits, refreshes] = [by.seen.length, by.refreshes()]
  for (let round = 0; round < 3; round += 1)
    assert.match(
      await process.changeDeal(owner, 'crm'),
      /^TOOL_FAILED: .*although the sign-in has the scope "crm\.write"/,
    )
  assert.deepEqual([by.seen.length, by.refreshes()], [visits, refreshes], 'nobody is asked for more')
  const status = await process.statusFor(owner, 'crm')
  assert.deepEqual([status.auth, status.serving, status.wantedScope], ['authorized', true, null])
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
})

test('a server that wants more at its door does not serve until somebody agrees, and says what it wants', async () => {
  const { house, server } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  server.switches.doorScope = 'crm.enter'
  await process.probe('crm')
  const closed = await process.becomes('crm', 'needs_wider_scope')
  assert.deepEqual([closed.state, closed.serving, closed.reason], ['unknown', false, 'needs_wider_scope'])
  assert.match(closed.says, /the scope "crm\.enter"/)
  assert.match(await process.whoAmI(owner, 'crm'), /^TOOL_UNAVAILABLE: .*cannot be used: .*wider sign-in/)
  await process.signIn(owner, 'crm', 'crm-account')
  assert.equal((await process.becomes('crm', 'authorized')).serving, true)
  // Granted, and refused all the same: nothing that a person who signs in could change.
  server.switches.refusesAll = true
  await process.probe('crm')
  const refused = await process.becomes('crm', 'error')
  assert.equal(refused.serving, false)
  assert.match(refused.says, /although the sign-in has the scope/)
})

test('HTTP 401 with a wider scope wants a wider sign-in; beside an invalid token it is renewed first', async () => {
  const { house, server, by } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  server.switches.refusal = '401'
  house.advance(10_000)
  assert.match(await process.changeDeal(owner, 'crm'), /wider sign-in for this, with the scope "crm\.write"/)
  assert.equal(by.refreshes(), 0, 'a new token of the same scope would be refused as well')
  await process.becomes('crm', 'needs_wider_scope')
  // Its usual words beside a token that has ended are no wish for more.
  server.switches.usualScope = 'crm.read crm.everything'
  by.endAccessTokens()
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
  assert.equal(by.refreshes(), 1)
  assert.equal((await process.statusFor(owner, 'crm')).wantedScope, 'crm.write')
})

test('a plain HTTP 403 to one tool is that tool’s; a look at once tells whether it is more', async () => {
  const { house, server } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  server.switches.refusal = 'forbidden'
  assert.match(await process.changeDeal(owner, 'crm'), /^TOOL_UNAVAILABLE: .*HTTP 403.*may not be allowed this/)
  assert.equal((await process.statusFor(owner, 'crm')).serving, true)
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
  server.switches.doorScope = 'crm.enter'
  const startedMs = performance.now()
  assert.match(await process.whoAmI(owner, 'crm'), /HTTP 403/)
  await process.becomes('crm', 'needs_reauth')
  assert.ok(performance.now() - startedMs < 3000, 'it is looked at before the next look is due, after 4.8 s or more')
})

test('a scope that the authorization server does not know is not asked for again', async () => {
  const { house, by } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.changeDeal(owner, 'crm')
  by.switches.knownScopes = ['crm.read']
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?sign-in-failed=scope-refused')
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
  await process.becomes('crm', 'authorized')
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?signed-in=crm')
})

test('what a server names is neither believed in length nor repeated when it is the token itself', async () => {
  const { house, server, by } = await openStage('shared')
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  server.switches.named = 'echo'
  assert.match(await process.changeDeal(owner, 'crm'), /^TOOL_FAILED: .*does not say what is missing/)
  server.switches.named = `${'x'.repeat(300)} crm.write \\`
  assert.match(await process.changeDeal(owner, 'crm'), /with the scope "crm\.write"/)
  server.switches.named = ''
  assert.match(await process.changeDeal(owner, 'crm'), /^TOOL_FAILED: .*does not say what is missing/)
  const places = { rows: await house.dump(), log: house.lines.join(''), answers: house.answers.join('') }
  for (const [place, text] of Object.entries(places))
    for (const token of by.given) assert.ok(!text.includes(token), `${token} stands in the ${place}`)
})

test('a renewal keeps the scope; a client with a scope of its own is widened all the same', async () => {
  const redirectUris = ['http://127.0.0.1:8000/api/mcp/oauth/callback']
  const { house, by } = await openStage('shared', { clientId: 'sophia-crm', scope: 'crm.read crm.list' })
  by.addClient({ id: 'sophia-crm', secret: null, redirectUris })
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.changeDeal(owner, 'crm')
  const page = await process.begin(owner, 'crm')
  assert.deepEqual(scopeOf(page), ['crm.list', 'crm.read', 'crm.write'])
  await process.comeBack(owner, await process.visit(page, 'crm-account'))
  house.advance(3_600_000)
  assert.equal(await process.changeDeal(owner, 'crm'), CHANGED)
  assert.equal(by.refreshes(), 1)
  await process.probe('crm')
  assert.equal((await process.statusFor(owner, 'crm')).auth, 'authorized')
})

test('another address of the same connection is not asked for what the first one wanted', async () => {
  const by = await openAuthorizationServer()
  const [server, moved] = [await openProtectedServer(by), await openProtectedServer(by)]
  server.switches.dealScope = 'crm.write'
  const house = await openOAuthHouse({ servers: {} })
  const process = await house.openProcess()
  const { owner } = house
  const wanted = { id: 'crm', name: 'CRM', url: server.url, credentials: 'shared' }
  await process.ask(owner, 'POST /api/mcp/servers', wanted)
  await process.signIn(owner, 'crm', 'crm-account')
  await process.changeDeal(owner, 'crm')
  await process.ask(owner, 'PATCH /api/mcp/servers/crm', { url: moved.url })
  const status = await process.becomes('crm', 'needs_authorization')
  assert.equal(status.wantedScope, null)
  assert.equal(new URL(await process.begin(owner, 'crm')).searchParams.get('scope'), null)
})
