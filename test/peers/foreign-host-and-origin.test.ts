import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listAllRoutes } from '../../scripts/all-routes.ts'
import { openTestHouse } from '../support/house.ts'
import { ask } from '../support/raw-http.ts'
import { openTestSocket } from '../support/test-socket.ts'
import { joinHouse } from '../support/visitors.ts'

// S19: MCP Inspector CVE-2025-49596 and the MCP SDKs served any page that pointed its own name at 127.0.0.1.
// S20: OpenClaw CVE-2026-25253 let any site open the socket with the victim's cookie.

const house = await openTestHouse()
const { port } = new URL(house.url)
const victim = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const EVIL = `evil.test:${port}`
const PROBES = new Set(['/livez', '/readyz'])
const routes = listAllRoutes()

function addressOf(path: string): string {
  return path.replaceAll(/:\w+/g, '01900000-0000-7000-8000-000000000000')
}

test('every address refuses a foreign host name, with the cookie of a victim and without', async () => {
  for (const route of routes.filter(({ path }) => !PROBES.has(path))) {
    for (const more of [{}, { cookie: victim.cookie, origin: `http://${EVIL}` }]) {
      const headers = { host: EVIL, ...more }
      const answer = await ask(house.url, { method: route.method, path: addressOf(route.path), headers })
      assert.equal(answer.status, 403, `${route.method} ${route.path}: ${answer.text}`)
      assert.match(answer.text, /"code":"ORIGIN_REFUSED"/)
      assert.match(answer.text, /SOPHIA_PUBLIC_URL/, 'says what to do')
    }
  }
})

test('so do pages and their parts, and addresses that are not there', async () => {
  for (const path of ['/', '/deals', '/assets/x.js', '/favicon.svg', '/api/nothing', '/docs'])
    assert.equal((await ask(house.url, { path, headers: { host: EVIL } })).status, 403, path)
})

test('an open door takes no header for a key: metrics and sign-in stay closed to a foreign name', async () => {
  for (const [method, path] of [
    ['GET', '/metrics'],
    ['GET', '/health'],
    ['POST', '/api/session'],
  ] as const) {
    const headers = { host: EVIL, authorization: 'Bearer x', 'content-type': 'application/json' }
    assert.equal((await ask(house.url, { method, path, headers, body: '{}' })).status, 403, path)
  }
})

test('names of this machine, addresses, and a program with its key are answered', async () => {
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, '10.0.0.7'])
    assert.equal(
      (await ask(house.url, { path: '/api/me', headers: { host, cookie: victim.cookie } })).status,
      200,
      host,
    )
  const headers = { host: 'sophia.default.svc', authorization: `Bearer ${victim.secret}` }
  assert.equal((await ask(house.url, { path: '/api/me', headers })).status, 200)
  for (const path of PROBES)
    assert.equal((await ask(house.url, { path, headers: { host: 'sophia.default.svc' } })).status, 200, path)
})

test('every change with a cookie from another origin is refused, whatever it calls itself', async () => {
  const changing = routes.filter(({ method }) => method !== 'GET')
  assert.ok(changing.length > 15)
  for (const route of changing) {
    for (const more of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${Number(port) + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const headers = { cookie: victim.cookie, ...more }
      const answer = await ask(house.url, { method: route.method, path: addressOf(route.path), headers })
      assert.equal(answer.status, 403, `${route.method} ${route.path} ${JSON.stringify(more)}: ${answer.text}`)
    }
  }
})

test('no answer lets another origin read it', async () => {
  for (const method of ['GET', 'OPTIONS', 'POST'] as const) {
    const headers = { origin: 'https://evil.test', cookie: victim.cookie, 'access-control-request-method': 'POST' }
    const answer = await ask(house.url, { method, path: '/api/me', headers })
    for (const name of Object.keys(answer.headers)) assert.doesNotMatch(name, /^access-control-/, method)
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin')
  }
})

test('a socket with a cookie opens for our own origin only, and under our own name only', async () => {
  for (const headers of [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    {},
    { origin: `http://${EVIL}`, host: EVIL },
    { origin: house.url, host: EVIL },
  ])
    assert.equal(
      await openTestSocket(house.url, { cookie: victim.cookie, ...headers }).refused,
      403,
      JSON.stringify(headers),
    )
  const own = openTestSocket(house.url, { cookie: victim.cookie, origin: house.url })
  assert.equal((await own.next('welcome')).memberId, victim.memberId)
  own.close()
})
