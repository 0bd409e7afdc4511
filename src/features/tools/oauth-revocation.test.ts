import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignedOut } from '#contract/mcp.ts'
import type { SignedIn } from '#features/access/index.ts'
import { openAuthorizationServer } from '../../../test/support/mcp/authorization-server.ts'
import { openProtectedServer } from '../../../test/support/mcp/protected-server.ts'
import { openOAuthHouse } from '../../../test/support/oauth-house.ts'

async function openStage(credentials: 'shared' | 'member', oauth?: object) {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({
    servers: { crm: { url: server.url, credentials, ...(oauth ? { oauth } : {}) } },
  })
  const process = await house.openProcess()
  const signOut = async (who: SignedIn = house.owner) => {
    const answer = await process.ask(who, 'DELETE /api/mcp/servers/crm/sign-in')
    return SignedOut.parse(answer.json()).revocation
  }
  const credentialRows = async (): Promise<unknown[]> =>
    (await house.database.read((handle) => handle.client.query('select * from mcp_credentials'))).rows
  return { by, server, house, process, owner: house.owner, signOut, credentialRows }
}

test('who signs out ends at the other side what was given, both kinds of it, and nobody else’s', async () => {
  const { by, house, process, signOut } = await openStage('member')
  const [ann, bob] = [await house.member('ann'), await house.member('bob')]
  await process.signIn(ann, 'crm', 'ann')
  await process.signIn(bob, 'crm', 'bob')
  assert.equal(by.holding(), 4)
  assert.equal(await signOut(ann), 'revoked')
  assert.deepEqual(by.revoked.toSorted(), ['access_token', 'refresh_token'])
  assert.equal(by.holding(), 2)
  assert.equal(await process.whoAmI(bob, 'crm'), 'You are bob.')
  assert.equal(await signOut(ann), 'nothing-held')
  const places = { rows: await house.dump(), log: house.lines.join(''), answers: house.answers.join('') }
  for (const [place, text] of Object.entries(places))
    for (const token of by.given) assert.ok(!text.includes(token), `${token} stands in the ${place}`)
})

test('the shared sign-in, too, by whoever manages, with the secret of a client that was entered', async () => {
  const { by, process, owner, signOut } = await openStage('shared', { clientId: 'sophia-crm', clientSecret: 'hush' })
  by.addClient({ id: 'sophia-crm', secret: 'hush', redirectUris: ['http://127.0.0.1:8000/api/mcp/oauth/callback'] })
  await process.signIn(owner, 'crm', 'crm-account')
  assert.equal(await signOut(), 'revoked')
  assert.equal(by.holding(), 0)
})

test('an authorization server that describes itself as OpenID Connect is asked as well', async () => {
  const { by, process, owner, signOut } = await openStage('shared')
  by.switches.isOpenId = true
  await process.signIn(owner, 'crm', 'crm-account')
  assert.equal(await signOut(), 'revoked')
  assert.equal(by.holding(), 0)
})

test('one that ends nothing, or no access tokens, is told as it is', async () => {
  const { by, process, owner, signOut } = await openStage('shared')
  by.switches.revocation = 'no-access-tokens'
  await process.signIn(owner, 'crm', 'crm-account')
  assert.equal(await signOut(), 'revoked', 'nothing new can be had')
  assert.deepEqual(by.revoked, ['refresh_token'])
  by.switches.givesRefreshTokens = false
  await process.signIn(owner, 'crm', 'crm-account')
  assert.equal(await signOut(), 'not-offered')
  by.switches.revocation = 'not-offered'
  await process.signIn(owner, 'crm', 'crm-account')
  const asked = by.seen.length
  assert.equal(await signOut(), 'not-offered')
  assert.ok(!by.seen.slice(asked).some(({ path }) => path === '/revoke'))
})

test('whatever the other side does, signing out takes seconds at most, and here the sign-in is gone', async () => {
  for (const fault of ['broken', 'broken-for-access', 'hangs', 'gone'] as const) {
    const { by, house, process, owner, signOut, credentialRows } = await openStage('shared')
    await process.signIn(owner, 'crm', 'crm-account')
    await process.becomes('crm', 'authorized')
    if (fault === 'gone') await by.close()
    else by.switches.revocation = fault
    const startedMs = performance.now()
    assert.equal(await signOut(), 'failed', fault)
    assert.ok(performance.now() - startedMs < 5000, `${fault}: ${performance.now() - startedMs} ms`)
    assert.deepEqual(await credentialRows(), [])
    await process.becomes('crm', 'needs_authorization')
    const told = house.lines.filter((line) => line.includes('could not be ended at the other side'))
    assert.equal(told.length, 1, 'it stands in the log')
    assert.ok(!house.lines.join('').includes('told-by-the-other-side'))
    for (const token of by.given) assert.ok(!house.lines.join('').includes(token))
  }
})

test('with a server that is removed go the sign-ins of all, at the other side as well', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: {} })
  const process = await house.openProcess()
  const { owner } = house
  const wanted = { id: 'crm', name: 'CRM', url: server.url, credentials: 'member' }
  const members = [owner, await house.member('ann'), await house.member('bob')]
  const signAllIn = async (): Promise<void> => {
    await process.ask(owner, 'POST /api/mcp/servers', wanted)
    for (const [index, who] of members.entries()) await process.signIn(who, 'crm', `login-${index}`)
  }
  const remove = async () =>
    SignedOut.parse((await process.ask(owner, 'DELETE /api/mcp/servers/crm')).json()).revocation
  await signAllIn()
  assert.equal(by.holding(), 6)
  assert.equal(await remove(), 'revoked')
  assert.equal(by.holding(), 0)
  await signAllIn()
  by.switches.revocation = 'hangs'
  const startedMs = performance.now()
  assert.equal(await remove(), 'failed')
  assert.ok(performance.now() - startedMs < 6000)
  assert.equal((await process.ask(owner, 'GET /api/mcp/status/crm')).statusCode, 404)
  const { rows } = await house.database.read((handle) => handle.client.query('select * from mcp_credentials'))
  assert.deepEqual(rows, [])
  await process.ask(owner, 'POST /api/mcp/servers', { ...wanted, credentials: 'none' })
  assert.equal(await remove(), 'nothing-held')
})

test('what is renewed while somebody signs out is ended as well', async () => {
  const { by, house, process, owner, signOut } = await openStage('member')
  await process.signIn(owner, 'crm', 'ann')
  house.advance(3_599_000)
  by.switches.answerDelayMs = 500
  const calling = process.whoAmI(owner, 'crm')
  while (by.refreshes() === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await signOut()
  assert.match(await calling, /^TOOL_UNAVAILABLE: .*You have not signed in/)
  assert.equal(by.refreshes(), 1)
  assert.equal(by.holding(), 0)
})

test('with another secret key nothing can be ended, and that is told', async () => {
  const { house, process, owner } = await openStage('shared')
  await process.signIn(owner, 'crm', 'crm-account')
  await process.tools.close()
  const other = await house.openProcess('quite another key, at least 32 characters')
  assert.equal(await other.tools.signOut(owner.principal, 'crm'), 'failed')
})
