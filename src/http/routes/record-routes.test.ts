import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { createClients } from '#features/clients/index.ts'
import { createDeals } from '#features/deals/index.ts'
import { createHome } from '#features/home/index.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { clientRoutes } from './client-routes.ts'
import { dealRoutes } from './deal-routes.ts'
import { homeRoutes } from './home-routes.ts'
import { repRoutes } from './rep-routes.ts'

const { database } = await openTestDatabase()
const clock = clockAt('2026-06-30')
const deals = createDeals({ database, clock })
const clients = createClients({ database, clock })
const routes = [
  ...dealRoutes({ deals }),
  ...clientRoutes({ clients }),
  ...repRoutes({ deals }),
  ...homeRoutes({ home: createHome({ deals, clients, clock }) }),
]

await insertRecords(database, 'reps', [
  { id: 'r1', name: 'Ann' },
  { id: 'x1', name: 'Xenia' },
])
await insertRecords(database, 'clients', [{ id: 'x1', name: 'Alder', owner_rep_id: 'r1' }])
await insertRecords(database, 'deals', [
  { id: 'x1', name: 'Alder one', client_id: 'x1', rep_id: 'r1', stage: 'proposal' },
])

/** Calls a route as the server does: each part parsed by the route's own shape, the answer held against its response. */
async function call(path: string, query: Record<string, string> = {}, visible?: readonly string[]): Promise<unknown> {
  const route = routes.find((candidate) => candidate.path === path)
  assert.ok(route?.response)
  const parsePart = (shape: z.ZodType | undefined, value: unknown): undefined => shape?.parse(value) as undefined
  const answer = await route.handle({
    params: parsePart(route.params, { id: 'x1' }),
    query: parsePart(route.query, query),
    body: undefined,
    principal: principalSeeing(visible ?? { kind: 'all' }),
    correlationId: 'test',
    signal: new AbortController().signal,
    // These routes answer with data alone and touch neither.
    upload: undefined as never,
    request: undefined as never,
    reply: undefined as never,
  })
  return route.response.parse(answer)
}

test('every route of deals, clients, reps and home answers in the shape it declares', async () => {
  for (const route of routes) assert.ok(await call(route.path), route.path)
  assert.deepEqual(routes.map((route) => route.path).toSorted(), [
    '/api/clients',
    '/api/clients/:id',
    '/api/clients/:id/health',
    '/api/deals',
    '/api/deals/:id',
    '/api/deals/:id/risk',
    '/api/deals/board',
    '/api/home',
    '/api/reps',
    '/api/reps/:id',
    '/api/reps/:id/performance',
  ])
})

test('one record out of sight is NOT_FOUND on each of its addresses', async () => {
  for (const route of routes.filter((candidate) => candidate.path.includes(':id'))) {
    await assert.rejects(call(route.path, {}, ['r9']), { code: 'NOT_FOUND' }, route.path)
  }
})

test('unknown filters and sorts are refused before anything is read', async () => {
  await assert.rejects(call('/api/deals', { sort: 'secret' }))
  await assert.rejects(call('/api/clients', { colour: 'red' }))
})
