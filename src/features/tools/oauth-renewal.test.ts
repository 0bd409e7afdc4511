import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SophiaError } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { openAuthorizationServer } from '../../../test/support/mcp/authorization-server.ts'
import { openProtectedServer } from '../../../test/support/mcp/protected-server.ts'
import { openOAuthHouse } from '../../../test/support/oauth-house.ts'

test('twenty calls at once in each of two processes renew an ended sign-in once', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const [one, two] = [await house.openProcess(), await house.openProcess()]
  await one.signIn(house.owner, 'crm', 'crm-account')
  for (const process of [one, two]) await process.probe('crm')
  for (const process of [one, two]) await process.becomes('crm', 'authorized')
  by.switches.tokenDelayMs = 300
  const callAll = async (): Promise<void> => {
    const calls = [one, two].flatMap((process) => Array.from({ length: 20 }, () => process.whoAmI(house.owner, 'crm')))
    assert.deepEqual(new Set(await Promise.all(calls)), new Set(['You are crm-account.']))
  }
  // Its end is known: it is renewed before a request is sent.
  house.advance(3_599_000)
  await callAll()
  assert.equal(by.refreshes(), 1)
  // Its end was not announced: the server refuses it.
  house.advance(60_000)
  by.endAccessTokens()
  await callAll()
  assert.equal(by.refreshes(), 2)
  for (const token of by.given) assert.ok(!house.lines.join('').includes(token))
})

test('what one process renewed while the database was away is not renewed by another with the token that is spent', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  let isAway = false
  const outage = <Result>(): Promise<Result> => Promise.reject(new SophiaError('DATABASE_UNAVAILABLE'))
  const breakable: Database = {
    ...house.database,
    read: (work) => (isAway ? outage() : house.database.read(work)),
    inTransaction: (...asked) => (isAway ? outage() : house.database.inTransaction(...asked)),
  }
  const [one, two] = [await house.openProcess(undefined, breakable), await house.openProcess()]
  await one.signIn(house.owner, 'crm', 'crm-account')
  for (const process of [one, two]) await process.becomes('crm', 'authorized')
  by.switches.answerDelayMs = 300
  house.advance(3_599_000)
  const asked = one.whoAmI(house.owner, 'crm')
  while (by.refreshes() === 0) await delay(5)
  // The tokens are on their way, and cannot be stored when they arrive.
  isAway = true
  assert.equal(await asked, 'You are crm-account.')
  isAway = false
  assert.equal(await two.whoAmI(house.owner, 'crm'), 'You are crm-account.')
  assert.equal(by.refreshes(), 1)
})

test('what was read last is sent while the database is away or has no connection free', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  let fault: SophiaError | null = null
  const breakable: Database = {
    ...house.database,
    read: (work) => (fault ? Promise.reject(fault) : house.database.read(work)),
    inTransaction: (...asked) => (fault ? Promise.reject(fault) : house.database.inTransaction(...asked)),
  }
  const process = await house.openProcess(undefined, breakable)
  await process.signIn(house.owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  for (const code of ['DATABASE_UNAVAILABLE', 'OVERLOADED'] as const) {
    fault = new SophiaError(code)
    assert.equal(await process.whoAmI(house.owner, 'crm'), 'You are crm-account.', code)
    fault = null
  }
})

test('a renewal that is refused asks for a new sign-in, in words, and is not tried again', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  by.switches.refuseRefresh = true
  house.advance(3_600_000)
  assert.match(await process.whoAmI(owner, 'crm'), /^TOOL_UNAVAILABLE: "crm": The sign-in has ended/)
  const status = await process.becomes('crm', 'needs_reauth')
  assert.match(status.says, /no longer takes the credentials: sign in again/)
  const { rows } = await house.database.read((handle) => handle.client.query('select sealed from mcp_credentials'))
  assert.deepEqual(rows, [{ sealed: null }], 'whoever looks, in whichever process, knows')
  await process.probe('crm')
  assert.equal(by.refreshes(), 1)
  assert.ok(!house.lines.join('').includes('told-by-the-other-side'))
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
})

test('an authorization server that fails for a while is no reason to sign in again, and its words are told to nobody', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await by.close()
  by.endAccessTokens()
  house.advance(3_600_000)
  await process.probe('crm')
  const failing = await process.becomes('crm', 'error')
  assert.match(failing.says, /Signing in fails.*cannot be reached/)
  assert.match(await process.whoAmI(owner, 'crm'), /^TOOL_UNAVAILABLE: .*Signing in fails/)
  await by.restart()
  await process.probe('crm')
  await process.becomes('crm', 'authorized')
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
})

test('an answer in error that holds the new tokens all the same is repeated nowhere', async () => {
  const by = await openAuthorizationServer()
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const process = await house.openProcess()
  await process.signIn(house.owner, 'crm', 'crm-account')
  by.switches.refreshStatus = 500
  by.endAccessTokens()
  house.advance(3_600_000)
  await process.ask(house.owner, 'POST /api/mcp/status/crm/probe')
  await process.ask(house.owner, 'GET /api/mcp/status/crm')
  const places = { rows: await house.dump(), log: house.lines.join(''), answers: house.answers.join('') }
  assert.ok(by.given.length > 3, 'there were tokens in the answer')
  for (const [place, text] of Object.entries(places))
    for (const token of by.given) assert.ok(!text.includes(token), `${token} stands in the ${place}`)
})

test('what cannot be renewed and ends soon is said to be expiring, and then has ended', async () => {
  const by = await openAuthorizationServer()
  by.switches.givesRefreshTokens = false
  const server = await openProtectedServer(by)
  const house = await openOAuthHouse({ servers: { crm: { url: server.url, credentials: 'shared' } } })
  const process = await house.openProcess()
  const { owner } = house
  await process.signIn(owner, 'crm', 'crm-account')
  await process.becomes('crm', 'authorized')
  house.advance(3_600_000 - 299_000)
  await process.probe('crm')
  const expiring = await process.becomes('crm', 'expiring')
  assert.equal(expiring.serving, true)
  house.advance(300_000)
  await process.probe('crm')
  await process.becomes('crm', 'needs_reauth')
  assert.equal(server.authorizations.at(-1), null, 'what has ended is not sent')
})
