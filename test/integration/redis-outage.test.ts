import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { openTestRedis } from '../support/redis.ts'
import { makeHome, startSophia } from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

const KEY = `sk-sophia-${'k'.repeat(43)}`
const HealthOf = z.object({ components: z.object({ redis: z.object({ status: z.string(), detail: z.string() }) }) })

test('Redis frozen, thawed, emptied, killed or never there: no request fails, and the health says how it is', async () => {
  const redis = await openTestRedis({ maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lfu' })
  const settings = { SOPHIA_HOME: await makeHome(), REDIS_URL: redis.url, SOPHIA_ADMIN_API_KEY: KEY }
  const sophia = startSophia(['up'], settings)
  const address = await sophia.address()
  const ask = (path: string): Promise<Response> =>
    fetch(`${address}${path}`, { headers: { authorization: `Bearer ${KEY}` } })
  /** At a pace that the limits on requests allow. */
  const redisIs = async (): Promise<string> => {
    await delay(250)
    return HealthOf.parse(await (await ask('/health')).json()).components.redis.status
  }
  const everythingAnswers = async (when: string): Promise<void> => {
    for (const path of ['/livez', '/readyz', '/health', '/api/me', '/api/home', '/api/clients', '/api/cache/stats'])
      assert.equal((await ask(path)).status, 200, `${path} while Redis is ${when}`)
    const cleared = await fetch(`${address}/api/cache/invalidate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tags: ['mcp-server:crm'] }),
    })
    assert.equal(cleared.status, 200, `clearing while Redis is ${when}`)
  }
  await until(async () => (await redisIs()) === 'ok', 'Redis is well')
  await everythingAnswers('well')
  redis.freeze()
  await everythingAnswers('frozen')
  await until(async () => (await redisIs()) === 'degraded', 'it is noticed')
  redis.thaw()
  await until(async () => (await redisIs()) === 'ok', 'Redis is well again')
  await redis.command('FLUSHALL')
  await everythingAnswers('empty')
  await redis.kill()
  await everythingAnswers('dead')
  await until(async () => (await redisIs()) === 'down', 'it is noticed')
  sophia.kill('SIGTERM')
  assert.equal((await sophia.ended).code, 0)
  // It starts without a Redis that should be there as well.
  const again = startSophia(['up'], settings)
  const answer = await fetch(`${await again.address()}/readyz`)
  assert.equal(answer.status, 200)
})
