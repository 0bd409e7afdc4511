import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createAuthenticator } from '#http/authenticate.ts'
import { choosePort } from '#http/open-http.ts'
import { listAllRoutes } from '../../scripts/all-routes.ts'
import { openTestHouse } from '../support/house.ts'
import { isEndless } from '../support/endless-routes.ts'
import { ask } from '../support/raw-http.ts'
import { askAndRead, joinHouse, openConversation } from '../support/visitors.ts'

// S21, S22: Open WebUI CVE-2026-44568 and EchoLeak CVE-2025-32711 ended in a page. This is the server's half: what people
// and models write leaves as JSON or as events, nobody sniffs it, and no page may load or send anything elsewhere. The
// browser's half is test/e2e/hostile-content.test.ts.

const MARKUP = '<script>alert(1)</script><img src=x onerror=alert(2)>'
const house = await openTestHouse()
const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all', name: MARKUP })
const conversation = await openConversation(visitor, MARKUP)
await visitor.ask({ method: 'PUT', path: '/api/clients', body: [{ id: 'x', name: MARKUP }] })

test('no address answers with HTML, whatever is asked of it', async () => {
  const reads = listAllRoutes().filter((route) => route.method === 'GET' && !isEndless(route))
  for (const { path } of reads) {
    const address = path
      .replace('/api/conversations/:id', `/api/conversations/${conversation}`)
      .replace('/api/clients/:id', '/api/clients/x')
      .replace('/api/personas/:id', `/api/personas/${encodeURIComponent(MARKUP)}`)
      .replaceAll(/:\w+/g, encodeURIComponent(MARKUP))
    const answer = await visitor.ask({ path: address, headers: { accept: 'text/html' } })
    // A redirect has no body; it leads to a page of the house.
    if (answer.status === 303) assert.match(String(answer.headers['location']), /^\/[a-z]/, address)
    if (answer.status === 303) continue
    const type = String(answer.headers['content-type'])
    assert.match(type, /^(application\/(problem\+)?json|text\/plain|text\/event-stream)/, `${address}: ${type}`)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', address)
  }
})

test('a stream is events, also when all that is said is markup', async () => {
  const events = await askAndRead(visitor, conversation, MARKUP)
  assert.match(events, /^: open\n\nid: /)
  for (const line of events.split('\n')) assert.match(line, /^(|: .*|id: \d+\.\d+|event: [\w-]+|data: \{.*\})$/)
})

test('an address that echoes does so as JSON', async () => {
  for (const path of [`/api/${MARKUP}`, `/${MARKUP}.js`, '/api/deals?cursor=<b>', '/api/deals?<b>=1']) {
    const answer = await visitor.ask({ path: encodeURI(path) })
    assert.match(String(answer.headers['content-type']), /json/, path)
  }
})

test('pages and answers carry the same strict policy', async () => {
  for (const path of ['/', '/livez', '/api/me', '/api/nothing', '/metrics']) {
    const { headers } = await ask(house.url, { path })
    const policy = String(headers['content-security-policy'])
    for (const rule of [
      "default-src 'self'",
      "script-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self' data: blob:",
      "connect-src 'self'",
    ])
      assert.ok(policy.includes(rule), `${path}: ${rule}`)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/, path)
    assert.equal(headers['referrer-policy'], 'no-referrer', path)
    assert.equal(headers['x-frame-options'], 'DENY', path)
    assert.equal(headers['strict-transport-security'], undefined, `${path}: plain HTTP`)
  }
})

test('answers of the API are stored by no cache, failures among them', async () => {
  for (const { path } of listAllRoutes().filter(
    (route) => route.method === 'GET' && !route.path.includes(':') && !isEndless(route),
  )) {
    const answer = await visitor.ask({ path })
    assert.match(String(answer.headers['cache-control']), /no-store/, path)
  }
  for (const path of ['/api/nothing', '/api/deals?nosuch=1'])
    assert.match(String((await visitor.ask({ path })).headers['cache-control']), /no-store/, path)
})

test('the built page lives within that policy: no inline script or style, nothing from elsewhere', (t) => {
  const page = new URL('../../web/dist/index.html', import.meta.url)
  if (!existsSync(page)) return t.diagnostic('the web app is not built; the browser tests build it')
  const html = readFileSync(page, 'utf8')
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:/i)
  for (const [, address = ''] of html.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address, /^(\/(?!\/)|#)/)
})

test('behind TLS every answer insists on it, and the cookie is for TLS and this host only', async () => {
  const publicUrl = 'https://sophia.example.com'
  const port = await choosePort('127.0.0.1', 0)
  const secure = await openTestHouse({ SOPHIA_PUBLIC_URL: publicUrl, SOPHIA_PORT: String(port) })
  for (const path of ['/', '/livez', '/api/me', '/api/nothing']) {
    const { headers } = await ask(`http://127.0.0.1:${port}`, { path, headers: { host: 'sophia.example.com' } })
    assert.equal(headers['strict-transport-security'], 'max-age=31536000', path)
  }
  const { cookie } = createAuthenticator({ access: secure.rooms.access, publicUrl })
  assert.match(cookie.write('x'), /^__Host-sophia=x; .*Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  assert.doesNotMatch(cookie.write('x'), /domain=/i)
})
