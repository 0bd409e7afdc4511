import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { createOwnerKey, openTestHouse } from '../support/house.ts'
import { openTestRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { sql } from '#platform/postgres/sql.ts'

const PATHS = ['/api/home', '/api/clients', '/api/deals', '/api/deals/board', '/api/reps']

for (const hasRedis of [false, true])
  test(`an answer is kept per member until data changes, in two processes ${hasRedis ? 'with' : 'without'} Redis`, async () => {
    const redis = hasRedis ? await openTestRedis() : undefined
    const settings = {
      SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
      ...(redis ? { REDIS_URL: redis.url } : {}),
    }
    const one = await openTestHouse(settings)
    const key = await createOwnerKey(one)
    const stranger = await createOwnerKey(one)
    const owner = await one.rooms.access.authenticate({ kind: 'key', token: key })
    assert.ok(owner)
    await one.rooms.imports.loadSample(owner)
    const two = await openTestHouse({ ...settings, DATABASE_URL: databaseUrlOf(one.connection) })
    const ask = (house: { url: string }, path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${house.url}${path}`, { headers: { authorization: `Bearer ${key}`, ...headers } })
    const origin = (answer: Response): string => answer.headers.get('x-sophia-cache')?.split(';')[0] ?? 'none'
    for (const path of PATHS) {
      // What the sample set off in the background may still move the data.
      const isKept = async (house: { url: string }): Promise<boolean> => {
        await (await ask(house, path)).arrayBuffer()
        return origin(await ask(house, path)) === 'l1'
      }
      await until(() => isKept(one), `${path} is kept`)
      const kept = await ask(one, path)
      assert.equal(kept.headers.get('cache-control'), 'no-store', "what is private stays out of the browser's files")
      const again = await ask(one, path, { 'if-none-match': `"x", ${kept.headers.get('etag')}` })
      assert.equal(again.status, 304)
      assert.equal(await again.text(), '')
      const other = await ask(one, path, { authorization: `Bearer ${stranger}` })
      assert.equal(origin(other), 'miss', 'another member never gets it')
      const elsewhere = await ask(two, path)
      assert.equal(await elsewhere.text(), await kept.text(), 'the same in every process')
      await until(() => isKept(two), `${path} is kept there too`)
    }
    const clear = await fetch(`${two.url}/api/cache/invalidate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"tags":["data:records"]}',
    })
    assert.equal(clear.status, 200)
    for (const path of PATHS)
      assert.equal(origin(await ask(one, path)), 'miss', `${path} ended in the other process by its tag`)
    redis?.freeze()
    await one.rooms.database.read((handle) => handle.run(sql`update clients set name = name || ' renamed'`))
    for (const house of [one, two]) {
      const answer = await ask(house, '/api/clients')
      assert.equal(origin(answer), 'miss', 'nothing from before the change, in either process')
      assert.match(await answer.text(), /renamed/)
      assert.equal((await ask(house, '/api/clients', { authorization: 'Bearer nobody' })).status, 401)
    }
    redis?.thaw()
  })

test('the list of teams is kept as a directory until a team or a member is another, in every process', async () => {
  const settings = { SOPHIA_SECRET_KEY: randomBytes(32).toString('base64') }
  const one = await openTestHouse(settings)
  const two = await openTestHouse({ ...settings, DATABASE_URL: databaseUrlOf(one.connection) })
  const authorization = `Bearer ${await createOwnerKey(one)}`
  const ask = (house: { url: string }): Promise<Response> =>
    fetch(`${house.url}/api/teams`, { headers: { authorization } })
  const origins: (string | undefined)[] = []
  for (const house of [two, two]) origins.push((await ask(house)).headers.get('x-sophia-cache')?.split(';')[0])
  assert.deepEqual(origins, ['miss', 'l1'])
  const directory = two.rooms.cache.ledgers().find(({ ledger }) => ledger.cacheClass === 'directory')
  assert.equal(directory?.ledger.tiers.l1.hits, 1)
  const headers = { authorization, 'content-type': 'application/json' }
  const added = await fetch(`${one.url}/api/teams`, { method: 'POST', headers, body: '{"name":"North"}' })
  assert.equal(added.status, 201)
  const answer = await ask(two)
  assert.equal(answer.headers.get('x-sophia-cache')?.split(';')[0], 'miss')
  assert.match(await answer.text(), /North/)
})
