import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { CacheStats } from '#contract/cache.ts'
import { cacheRoutes } from '#http/routes/cache-routes.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { createEpochs } from '#platform/cache/data-epochs.ts'
import { systemClock } from '#platform/clock.ts'
import { createTestAccess, join, signInOwner } from '../../test/support/access-fixture.ts'
import { runCommandLine } from '../../test/support/command-line.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { listenOnLoopback, openTestServer } from '../../test/support/http-fixture.ts'
import { addCacheCommand } from './cache-command.ts'
import { createCacheLedger } from '#features/cache/index.ts'
import { openRunning } from './running-house.ts'

const { database } = await openTestDatabase()
const { access } = createTestAccess(database)
const owner = await signInOwner(access)
const cache = createCache({ clock: systemClock, log: pino({ level: 'silent' }), random: Math.random })
const cacheLedger = createCacheLedger({ database, cache, clock: systemClock, log: pino({ level: 'silent' }) })
const door = openTestServer({
  access,
  routes: cacheRoutes({ cache, cacheLedger, epochs: createEpochs({ database }), access }),
})
const { server } = door
const address = await listenOnLoopback(door)

const WANTED = { name: 'sophia cache', actions: ['cache:manage'] } as const

function run(t: TestContext, ...words: string[]): Promise<string> {
  const open = () => openRunning({ address, access, principal: owner.principal }, WANTED)
  return runCommandLine(t, (program) => addCacheCommand(program, open), ['cache', ...words])
}

test('before anything uses the cache, that is what is told', async (t) => {
  assert.equal(await run(t, 'stats'), 'Nothing uses the cache yet.')
  assert.equal(await run(t, 'stats', '--json'), '')
})

test('what the cache did is told by class, and clearing a tag ends what hangs on it, with an entry in the audit', async (t) => {
  const space = cache.space<string>('directory', 'test')
  const ask = async (): Promise<string> =>
    space.getOrSet('k', { owner: 'everyone', tags: ['people:all'] }, async ({ costs }) => (costs(2_000_000), 'kept'))
  for (let count = 0; count < 4; count += 1) await ask()
  assert.match(
    await run(t, 'stats'),
    /^today, all processes: spared \$6 and [\d.]+ s of waiting \(in the process [\d.]+ s and \$6, from Redis 0 s and \$0\), most of it by directory\ndirectory {2}75 % answered {2}3 fresh, 0 stale, 0 joined, 1 made {2}1 kept in 1 of 8192 KB {2}spared [\d.]+ s and \$6$/,
  )
  assert.match(await run(t, 'stats', '--json'), /"class":"directory".*"hitRate":0.75/)
  assert.equal(await run(t, 'clear', '--tag', 'people:all', '--tag', 'other'), 'cleared people:all, other')
  assert.equal(space.get('k', 'everyone'), undefined)
  const { items } = await access.listAudit({ limit: 50 })
  const noted = items.find(({ action }) => action === 'cache.invalidate')
  assert.deepEqual(noted?.detail, { tags: ['people:all', 'other'] })
})

test('a tag that cannot be one is refused, and clearing without one as well', async (t) => {
  await assert.rejects(run(t, 'clear', '--tag', 'two words'), { code: 'INVALID_INPUT' })
  await assert.rejects(run(t, 'clear'), /Name one or more with --tag/)
})

test('the cache is for owners and admins', async () => {
  const ask = async (sessionToken: string, method: 'GET' | 'POST') => {
    const url = method === 'GET' ? '/api/cache/stats' : '/api/cache/invalidate'
    const headers = { cookie: `sophia=${sessionToken}`, origin: 'http://127.0.0.1:8000' }
    return server.inject({ method, url, headers, ...(method === 'POST' ? { payload: { tags: ['x'] } } : {}) })
  }
  const lead = await join(access, owner, { email: 'lead@example.com', role: 'lead' })
  assert.deepEqual(
    [(await ask(lead.sessionToken, 'GET')).statusCode, (await ask(lead.sessionToken, 'POST')).statusCode],
    [403, 403],
  )
  const answer = await ask(owner.sessionToken, 'GET')
  assert.equal(CacheStats.parse(answer.json()).classes.length, 1)
})
