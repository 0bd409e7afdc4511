import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { SophiaError } from '#domain/errors.ts'
import { ACTIONS, ROLES, isAction, type Role } from '#domain/permission.ts'
import type { Route } from '#http/route.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createTestAccess, join, signInOwner } from '../support/access-fixture.ts'
import { openTestDatabase } from '../support/database.ts'
import { createHollow, openTestServer } from '../support/http-fixture.ts'

const ROUTES = new URL('../../src/http/routes/', import.meta.url)

/** Doors that need no credentials. Adding one here is a decision, not an accident. */
const PUBLIC = new Set([
  'GET /livez',
  'GET /readyz',
  'GET /health',
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
  'POST /api/session',
  'POST /api/session/link',
  // One click in an e-mail ends it: the token says whose.
  'POST /api/briefings/unsubscribe',
  // Authorization servers read what Sophia is as a client of theirs; it holds no secret.
  'GET /api/mcp/oauth/client.json',
])

// Compiles only as long as no route can be written without `access`.
const isAccessRequired: undefined extends Route['access'] ? false : true = true

const routes = await collectRoutes()

/** The routes that every `*-routes.ts` makes, whether or not somebody remembered to register them. */
async function collectRoutes(): Promise<Route[]> {
  const found: Route[] = []
  for (const file of await readdir(ROUTES)) {
    if (!file.endsWith('-routes.ts')) continue
    const exported = (await import(new URL(file, ROUTES).href)) as Record<string, unknown>
    for (const [name, make] of Object.entries(exported)) {
      if (!name.endsWith('Routes') || typeof make !== 'function') continue
      // By the house's rule such a function takes its needs and answers routes.
      found.push(...(make as (needs: unknown) => Route[])(createHollow()))
    }
  }
  return found
}

interface Visitor {
  readonly name: string
  readonly headers: Record<string, string>
  /** null: their credentials do not hold. */
  readonly role: Role | null
  readonly actions?: readonly string[]
}

/** Everybody who may come to a door: each role by session and by key, and all who must stay outside. */
async function inviteVisitors(): Promise<{
  visitors: Visitor[]
  access: ReturnType<typeof createTestAccess>['access']
}> {
  const { database } = await openTestDatabase()
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  const visitors: Visitor[] = [
    { name: 'anonymous', headers: {}, role: null },
    { name: 'nonsense', headers: { authorization: "Bearer sk-' OR 1=1--" }, role: null },
    {
      name: 'nonsense beside a good cookie',
      headers: { authorization: 'Basic eDp5', cookie: `sophia=${owner.sessionToken}` },
      role: null,
    },
    { name: 'session token as a key', headers: { authorization: `Bearer ${owner.sessionToken}` }, role: null },
    { name: 'key as a cookie', headers: { 'x-api-key': owner.sessionToken }, role: null },
  ]
  for (const role of ROLES) {
    const signedIn = role === 'owner' ? owner : await join(access, owner, { email: `${role}@example.com`, role })
    visitors.push({ name: role, headers: { cookie: `sophia=${signedIn.sessionToken}` }, role })
    const { secret } = await access.createKey(signedIn, { name: role, actions: null, expiresInDays: null })
    visitors.push({ name: `${role}'s key`, headers: { authorization: `Bearer ${secret}` }, role })
  }
  for (const actions of [['records:read'], ['member:manage', 'audit:read']]) {
    const { secret } = await access.createKey(owner, { name: 'narrow', actions, expiresInDays: null })
    visitors.push({
      name: `owner's key for ${actions.join()}`,
      headers: { authorization: `Bearer ${secret}` },
      role: 'owner',
      actions,
    })
  }
  const revoked = await access.createKey(owner, { name: 'revoked', actions: null, expiresInDays: null })
  await access.revokeKey(owner, revoked.key.id)
  visitors.push({ name: 'revoked key', headers: { authorization: `Bearer ${revoked.secret}` }, role: null })
  const suspended = await join(access, owner, { email: 'suspended@example.com', role: 'admin' })
  const theirs = await access.createKey(suspended, { name: 'theirs', actions: null, expiresInDays: null })
  await access.changeMember(owner, suspended.principal.memberId, { status: 'suspended' })
  visitors.push({ name: 'suspended', headers: { cookie: `sophia=${suspended.sessionToken}` }, role: null })
  visitors.push({ name: "suspended member's key", headers: { authorization: `Bearer ${theirs.secret}` }, role: null })
  const expired = await join(access, owner, { email: 'expired@example.com', role: 'admin' })
  const sessionId = expired.principal.credential.id
  await database.read((handle) =>
    handle.run(sql`update sessions set expires_at = ${clock.now()} where id = ${sessionId}`),
  )
  visitors.push({ name: 'expired session', headers: { cookie: `sophia=${expired.sessionToken}` }, role: null })
  return { visitors, access }
}

function expectedVerdict(route: Route, visitor: Visitor): 'in' | 401 | 403 {
  if (route.access === 'public') return 'in'
  if (visitor.role === null) return 401
  const roles: readonly Role[] = ACTIONS[route.access]
  const isNamed = visitor.actions === undefined || visitor.actions.includes(route.access)
  return roles.includes(visitor.role) && isNamed ? 'in' : 403
}

function addressOf(route: Route): string {
  return route.path.replaceAll(/:\w+/g, '01900000-0000-7000-8000-000000000000').replaceAll('*', 'x')
}

test('there are routes, and each names an action of the table or is one of the few public ones', () => {
  assert.ok(isAccessRequired)
  assert.ok(routes.length >= 20, `only ${routes.length} routes found`)
  for (const route of routes) {
    const name = `${route.method} ${route.path}`
    if (route.access === 'public') assert.ok(PUBLIC.has(name), `${name} is public`)
    else assert.ok(isAction(route.access), `${name} needs ${String(route.access)}, which no table knows`)
  }
})

test('no two routes share an address', () => {
  const names = routes.map((route) => `${route.method} ${route.path}`)
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
})

test('every route that is written is registered', async (t) => {
  const index = new URL('index.ts', ROUTES)
  if (!existsSync(index)) return t.diagnostic('no registry of routes yet')
  const { allRoutes } = (await import(index.href)) as { allRoutes: (rooms: unknown) => Route[] }
  const registered = new Set(allRoutes(createHollow()).map((route) => `${route.method} ${route.path}`))
  for (const route of routes)
    assert.ok(registered.has(`${route.method} ${route.path}`), `${route.method} ${route.path}`)
})

test('each visitor at each route gets the verdict of the one table, and the handler runs for nobody else', async () => {
  const { visitors, access } = await inviteVisitors()
  let reached = 0
  const guarded = routes.map((route): Route => ({
    ...route,
    handle: async () => {
      reached += 1
      throw new SophiaError('CONFLICT')
    },
  }))
  const { server } = openTestServer({ routes: guarded, access })
  const wrong: string[] = []
  for (const visitor of visitors) {
    for (const route of routes) {
      const before = reached
      const payload = route.method === 'GET' || route.method === 'DELETE' ? {} : { payload: {} }
      const { statusCode } = await server.inject({
        method: route.method,
        url: addressOf(route),
        headers: visitor.headers,
        ...payload,
      })
      const verdict = statusCode === 401 || statusCode === 403 ? statusCode : 'in'
      const expected = expectedVerdict(route, visitor)
      const hasLeaked = expected !== 'in' && reached > before
      if (verdict !== expected || statusCode >= 500 || hasLeaked) {
        wrong.push(`${visitor.name}: ${route.method} ${route.path}: ${statusCode}, expected ${expected}`)
      }
    }
  }
  await server.close()
  assert.ok(reached > 0)
  assert.deepEqual(wrong, [])
})
