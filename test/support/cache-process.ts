import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { createClient } from 'redis'
import { z } from 'zod'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { openRedis } from '#platform/redis/redis-link.ts'
import { redisAddress } from './redis.ts'
import { until } from './until.ts'

/** One of several processes that miss the same value at once: says `ready`, and on a message asks 250 times together; ends on `end`. */

const url = process.argv[2] ?? ''
const ASKED = 250
const log = pino({ level: 'silent' })
// A busy machine may answer late; whether the value is made once is another question.
const redis = openRedis({ address: redisAddress(url), namespace: 'stampede', clock, log, deadlineMs: 5000 })
const cache = createCache({ clock, log, random: Math.random, redis })
const space = cache.space<string>('directory', 'stampede', { shape: 'text', read: (raw) => z.string().parse(raw) })
const counter = createClient({ url })
await counter.connect()

async function make(): Promise<string> {
  const number = await counter.incr('makings')
  await delay(50)
  return `made ${number}`
}

async function askTogether(key: string): Promise<void> {
  const asking = Array.from({ length: ASKED }, async () =>
    space.getOrSet(key, { owner: 'everyone', tags: ['t'] }, make),
  )
  process.send?.([...new Set(await Promise.all(asking))])
}

async function end(): Promise<void> {
  await cache.close()
  await redis.close()
  counter.destroy()
  process.disconnect()
}

// Not before it is told: what it made is still on its way to Redis when it has answered.
process.on('message', (told) => void (told === 'end' ? end() : askTogether(String(told))))
await until(() => redis.isUp(), 'Redis is up')
process.send?.('ready')
