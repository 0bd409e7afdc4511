import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMethodFinder } from './allowed-methods.ts'
import { defineRoute } from './route.ts'

const ROUTES = [
  { method: 'GET', path: '/api/deals' },
  { method: 'GET', path: '/api/deals/:id' },
  { method: 'PATCH', path: '/api/deals/:id' },
  { method: 'POST', path: '/api/deals/refresh' },
] as const

test('the methods of an address are those by which the server finds something there', () => {
  const routes = ROUTES.map((route) => defineRoute({ ...route, summary: '', access: 'public' }, async () => undefined))
  const methodsAt = createMethodFinder(routes)
  assert.deepEqual(methodsAt('/api/deals'), ['GET'])
  assert.deepEqual(methodsAt('/api/deals/7'), ['GET', 'PATCH'])
  assert.deepEqual(methodsAt('/api/deals/refresh'), ['GET', 'PATCH', 'POST'])
  // Written otherwise it is the same address, a name may be empty, and one that is too long leads nowhere.
  assert.deepEqual(methodsAt('/api/deals/'), ['GET', 'PATCH'])
  assert.deepEqual(methodsAt('/api/%64eals/7'), ['GET', 'PATCH'])
  assert.deepEqual(methodsAt(`/api/deals/${'x'.repeat(301)}`), [])
  for (const path of ['/api/deal', '/api/deals/7/8', '/api/deals/%zz', '/']) assert.deepEqual(methodsAt(path), [], path)
})
