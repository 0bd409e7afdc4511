import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientDocument } from '#contract/mcp.ts'
import { Problem } from '#contract/common.ts'
import { openAuthorizationServer } from '../../../test/support/mcp/authorization-server.ts'
import { openProtectedServer } from '../../../test/support/mcp/protected-server.ts'
import { openOAuthHouse } from '../../../test/support/oauth-house.ts'
import { clientDocument } from './client-document.ts'

const PUBLIC_URL = 'https://sophia.example'
const DOCUMENT = `${PUBLIC_URL}/api/mcp/oauth/client.json`

/** A server whose authorization server takes documents, and a Sophia under a public address. */
async function openStage({ publicUrl = PUBLIC_URL, oauth }: { publicUrl?: string; oauth?: object } = {}) {
  const by = await openAuthorizationServer()
  by.switches.documents = 'taken'
  const server = await openProtectedServer(by)
  const entry = { url: server.url, credentials: 'shared', ...(oauth ? { oauth } : {}) }
  const house = await openOAuthHouse({ servers: { crm: entry }, publicUrl })
  const process = await house.openProcess()
  by.switches.readDocument = async (url) => (await process.readAsNobody(new URL(url).pathname)).json()
  const registrations = (): number => by.seen.filter(({ path }) => path === '/register').length
  const clientOf = (page: string): string | null => new URL(page).searchParams.get('client_id')
  return { by, server, house, process, owner: house.owner, registrations, clientOf }
}

test('the document says what is so, to anybody, and may be kept for an hour', async () => {
  const { process } = await openStage()
  const answer = await process.readAsNobody('/api/mcp/oauth/client.json')
  assert.equal(answer.statusCode, 200)
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  assert.equal(answer.headers['cache-control'], 'public, max-age=3600')
  assert.deepEqual(ClientDocument.parse(answer.json()), {
    client_id: DOCUMENT,
    client_name: 'Sophia',
    redirect_uris: [`${PUBLIC_URL}/api/mcp/oauth/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
})

test('where documents are taken Sophia signs in under hers, renews under it, and registers nowhere', async () => {
  const { by, house, process, owner, registrations, clientOf } = await openStage()
  const page = await process.begin(owner, 'crm')
  assert.equal(clientOf(page), DOCUMENT)
  assert.equal(
    await process.comeBack(owner, await process.visit(page, 'crm-account')),
    '303 /connections?signed-in=crm',
  )
  await process.becomes('crm', 'authorized')
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
  house.advance(3_600_000)
  assert.equal(await process.whoAmI(owner, 'crm'), 'You are crm-account.')
  assert.equal(by.refreshes(), 1)
  assert.equal(clientOf(await process.begin(owner, 'crm')), DOCUMENT, 'the second time, too')
  assert.equal(registrations(), 0)
})

test('nobody can read a document on plain http or on this machine: it is not there, and not used', async () => {
  for (const publicUrl of [
    'http://sophia.example',
    'https://localhost:8443',
    'https://127.0.0.1',
    'https://[::1]:8443',
  ])
    assert.equal(clientDocument(publicUrl), null, publicUrl)
  assert.equal(
    clientDocument('https://sophia.example:8443/')?.client_id,
    'https://sophia.example:8443/api/mcp/oauth/client.json',
  )
  const { process, owner, registrations, clientOf } = await openStage({ publicUrl: 'http://127.0.0.1:8000' })
  const answer = await process.readAsNobody('/api/mcp/oauth/client.json')
  assert.deepEqual([answer.statusCode, Problem.parse(answer.json()).code], [404, 'NOT_FOUND'])
  assert.match(clientOf(await process.begin(owner, 'crm')) ?? '', /^client-/)
  assert.equal(registrations(), 1)
})

test('a client that was entered goes before the document, and the document before one registered earlier', async () => {
  const redirectUris = [`${PUBLIC_URL}/api/mcp/oauth/callback`]
  const entered = await openStage({ oauth: { clientId: 'sophia-crm' } })
  entered.by.addClient({ id: 'sophia-crm', secret: null, redirectUris })
  assert.equal(entered.clientOf(await entered.process.begin(entered.owner, 'crm')), 'sophia-crm')

  const { by, process, owner, registrations, clientOf } = await openStage()
  by.switches.documents = 'not-supported'
  await process.signIn(owner, 'crm', 'crm-account')
  by.switches.documents = 'taken'
  assert.equal(clientOf(await process.begin(owner, 'crm')), DOCUMENT)
  by.switches.documents = 'not-supported'
  for (let round = 0; round < 2; round += 1)
    assert.match(clientOf(await process.begin(owner, 'crm')) ?? '', /^client-/, 'taken no longer')
  assert.equal(registrations(), 2)
})

test('an authorization server that says it takes documents and then does not is signed in to by registering', async () => {
  const { by, process, owner, registrations, clientOf } = await openStage()
  by.switches.documents = 'refused-at-token'
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?sign-in-failed=refused')
  assert.equal((await process.statusFor(owner, 'crm')).auth, 'needs_authorization')
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?signed-in=crm')
  await process.becomes('crm', 'authorized')
  assert.match(clientOf(await process.begin(owner, 'crm')) ?? '', /^client-/, 'what was refused is remembered')
  assert.equal(registrations(), 1, 'and the registration is used again')
  await process.ask(owner, 'DELETE /api/mcp/servers/crm/sign-in')
  assert.equal(clientOf(await process.begin(owner, 'crm')), DOCUMENT, 'until somebody signs out')
})

test('one that shows a page of its own about the document, and sends nobody back, gets another name the next time', async () => {
  const { by, process, owner, registrations, clientOf } = await openStage()
  by.switches.documents = 'refused-at-page'
  const page = await process.begin(owner, 'crm')
  assert.equal(clientOf(page), DOCUMENT)
  assert.equal((await process.visit(page, 'crm-account')).href, 'about:blank#400')
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?signed-in=crm')
  assert.equal(registrations(), 1)
})

test('where there is no other way in, the document is offered again', async () => {
  const { by, process, owner, clientOf } = await openStage()
  Object.assign(by.switches, { documents: 'refused-at-token', registration: false })
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?sign-in-failed=refused')
  assert.equal(clientOf(await process.begin(owner, 'crm')), DOCUMENT)
  by.switches.documents = 'taken'
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?signed-in=crm')
})

test('another authorization server is met under the document as a stranger: no refusal and no client is carried over', async () => {
  const { by, server, process, owner, clientOf } = await openStage()
  by.switches.documents = 'refused-at-token'
  await process.signIn(owner, 'crm', 'crm-account')
  await process.signIn(owner, 'crm', 'crm-account')
  const other = await openAuthorizationServer()
  other.switches.documents = 'taken'
  server.pointTo(other.issuer)
  const page = await process.begin(owner, 'crm')
  assert.equal(new URL(page).origin, other.issuer)
  assert.equal(clientOf(page), DOCUMENT)
})

test('a client of the same name at another authorization server is another client', async () => {
  const { by, server, process, owner } = await openStage()
  const other = await openAuthorizationServer()
  for (const one of [by, other]) Object.assign(one.switches, { documents: 'not-supported', givesClientId: 'client-1' })
  await process.signIn(owner, 'crm', 'crm-account')
  server.pointTo(other.issuer)
  await process.begin(owner, 'crm')
  assert.equal(await process.signIn(owner, 'crm', 'crm-account'), '303 /connections?signed-in=crm')
  assert.equal(other.seen.filter(({ path }) => path === '/register').length, 1)
})
