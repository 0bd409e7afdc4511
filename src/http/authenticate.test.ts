import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'node:test'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { checkOrigin, createAuthenticator, createSessionCookie } from './authenticate.ts'

const PLAIN = 'http://127.0.0.1:8000'
const TLS = 'https://sophia.example.com'

/** Records what is asked and knows one session and one key. */
function open(publicUrl = PLAIN) {
  const asked: string[] = []
  const authenticate = async ({
    kind,
    token,
  }: {
    kind: 'session' | 'key'
    token: string
  }): Promise<Principal | null> => {
    asked.push(`${kind} ${token}`)
    if (token !== 'good') return null
    // Only the kind is looked at here.
    return { memberId: kind } as Principal
  }
  return { asked, authenticator: createAuthenticator({ access: { authenticate }, publicUrl }) }
}

function isRefused(
  request: { method?: string; headers: Record<string, string>; isUpgrade?: boolean },
  publicUrl = PLAIN,
): boolean {
  try {
    checkOrigin({ method: 'POST', publicUrl, ...request })
    return false
  } catch (error) {
    assert.ok(error instanceof SophiaError)
    assert.equal(error.code, 'ORIGIN_REFUSED')
    return true
  }
}

test('a bearer token decides alone, even a bad one beside a good cookie', async () => {
  const { authenticator } = open()
  assert.equal(
    (await authenticator.fromHeaders({ authorization: 'Bearer good', cookie: 'sophia=bad' }))?.memberId,
    'key',
  )
  assert.equal(await authenticator.fromHeaders({ authorization: 'Bearer bad', cookie: 'sophia=good' }), null)
  assert.equal(await authenticator.fromHeaders({ authorization: 'Basic good', cookie: 'sophia=good' }), null)
})

test('the cookie is found among others and only under its exact name', async () => {
  const { authenticator } = open()
  assert.equal((await authenticator.fromHeaders({ cookie: 'a=1; sophia=good; b=2' }))?.memberId, 'session')
  assert.equal(await authenticator.fromHeaders({ cookie: 'xsophia=good; sophia2=good; __Host-sophia=good' }), null)
  assert.equal(await authenticator.fromHeaders({}), null)
})

test('over TLS only the host-bound cookie counts, so no neighbouring host can plant one', async () => {
  const { authenticator } = open(TLS)
  assert.equal(await authenticator.fromHeaders({ cookie: 'sophia=good' }), null)
  assert.equal((await authenticator.fromHeaders({ cookie: '__Host-sophia=good' }))?.memberId, 'session')
})

test('no other header, and no credential of another product, is looked at', async () => {
  const { authenticator, asked } = open()
  const headers: IncomingHttpHeaders = {
    'x-api-key': 'good',
    'x-forwarded-email': 'owner@example.com',
    'x-forwarded-user': 'owner',
  }
  assert.equal(await authenticator.fromHeaders(headers), null)
  assert.deepEqual(asked, [])
})

test('a token given to a socket is a key by its mark, else a session', async () => {
  const { authenticator, asked } = open()
  await authenticator.fromToken('sk-sophia-x')
  await authenticator.fromToken('good')
  assert.deepEqual(asked, ['key sk-sophia-x', 'session good'])
})

test('cookies are closed to scripts and other sites, and over TLS to plain HTTP', () => {
  assert.equal(createSessionCookie(PLAIN).write('t'), 'sophia=t; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax')
  assert.equal(
    createSessionCookie(TLS).write('t'),
    '__Host-sophia=t; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure',
  )
  assert.match(createSessionCookie(TLS).clear(), /^__Host-sophia=; Max-Age=0; /)
})

test("another site's changes are refused", () => {
  const host = '127.0.0.1:8000'
  for (const origin of [
    'https://evil.test',
    'null',
    'http://127.0.0.1:8001',
    'file://127.0.0.1:8000',
    'not a url',
    'http://127.0.0.1:8000.evil.test',
  ]) {
    assert.ok(isRefused({ headers: { host, origin, cookie: 'sophia=t' } }), origin)
  }
  for (const site of ['cross-site', 'same-site'])
    assert.ok(isRefused({ headers: { host, 'sec-fetch-site': site } }), site)
})

test('own changes pass: by the address of the request, by the public one, by Sec-Fetch-Site, or from a program', () => {
  assert.ok(!isRefused({ headers: { host: 'localhost:8000', origin: 'http://localhost:8000' } }))
  assert.ok(!isRefused({ headers: { host: 'internal:8000', origin: TLS } }, TLS))
  assert.ok(!isRefused({ headers: { host: 'x', 'sec-fetch-site': 'same-origin' } }))
  assert.ok(!isRefused({ headers: { host: 'x', cookie: 'sophia=t' } }))
})

test('reading and bearer tokens need no origin; a socket opened by a cookie does', () => {
  assert.ok(!isRefused({ method: 'GET', headers: { origin: 'https://evil.test' } }))
  assert.ok(!isRefused({ headers: { origin: 'https://evil.test', authorization: 'Bearer sk-sophia-x' } }))
  assert.ok(
    isRefused({
      method: 'GET',
      isUpgrade: true,
      headers: { host: 'x', origin: 'https://evil.test', cookie: 'sophia=t' },
    }),
  )
  assert.ok(isRefused({ method: 'GET', isUpgrade: true, headers: { host: 'x', cookie: 'sophia=t' } }))
  assert.ok(!isRefused({ method: 'GET', isUpgrade: true, headers: { host: 'x' } }))
})
