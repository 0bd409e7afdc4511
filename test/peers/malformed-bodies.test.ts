import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '#contract/common.ts'
import { listAllRoutes } from '../../scripts/all-routes.ts'
import { openTestHouse } from '../support/house.ts'
import { isEndless } from '../support/endless-routes.ts'
import { ask } from '../support/raw-http.ts'
import { joinHouse } from '../support/visitors.ts'

// S31: LibreChat CVE-2026-31949 ended its process at a DELETE without a body.

const unhandled: unknown[] = []
process.on('unhandledRejection', (error) => unhandled.push(error))
const house = await openTestHouse()
const BODIES: Readonly<Record<string, string | undefined>> = {
  'no body': undefined,
  null: 'null',
  'a list': '[]',
  'a list of null': '[null]',
  'a text': '"x"',
  'a number': '7',
  'a number past all bounds': '{"id":1e400,"limit":-1e400}',
  'the same key twice': '{"id":"x","id":{"$ne":1}}',
  'a wrong type everywhere':
    '{"id":{},"text":[],"persona":{},"token":{},"title":{},"name":{},"rating":[],"approve":"yes"}',
  'half a pair of surrogates': '{"title":"\\ud800","text":"\\udfff"}',
  'forty levels': `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
}
/** Need nothing in their body: without one, or with an empty one, they do their work. */
const BODILESS = new Set([
  'POST /api/sample',
  'DELETE /api/sample',
  'POST /api/backups',
  'DELETE /api/session',
  'POST /api/briefing/preview',
  'POST /api/alerts/try',
])

for (const route of listAllRoutes()) {
  const name = `${route.method} ${route.path}`
  if (BODILESS.has(name) || route.path.includes('/backups') || isEndless(route)) continue
  test(`${name} answers whatever body it is sent, and fails at none`, async () => {
    const visitor = await joinHouse(house, { role: 'owner', rowScope: 'all' })
    const path = route.path.replaceAll(/:\w+/g, '01900000-0000-7000-8000-000000000000')
    for (const [what, body] of Object.entries(BODIES)) {
      const headers = { cookie: visitor.cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
      const asked = { method: route.method, path, headers, ...(body === undefined ? {} : { body }) }
      const answer = await ask(house.url, asked)
      assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text}`)
      if (answer.status >= 400) assert.doesNotThrow(() => Problem.parse(JSON.parse(answer.text)), what)
      if (route.method !== 'GET') assert.ok(answer.status >= 400, `${what} was taken: ${answer.text}`)
    }
  })
}

test('the process is the same, answers, and nothing was left unhandled', async () => {
  assert.equal((await ask(house.url, { path: '/livez' })).status, 200)
  assert.deepEqual(unhandled, [])
})
