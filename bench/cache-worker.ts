import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { createClient } from 'redis'
import { redisAddress } from '../test/support/redis.ts'
import { z } from 'zod'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { openRedis } from '#platform/redis/redis-link.ts'
import { openSharedPeers } from './cache/peers.ts'

/** One of four processes that ask 250 times at once for a value that nobody has; named: by Sophia's cache or a peer's. */
const [url = '', name = ''] = process.argv.slice(2)
const ASKED = 250
const MAKING_MS = 50

async function openAsker(): Promise<(key: string, make: () => Promise<string>) => unknown> {
  if (name === 'sophia') {
    const log = pino({ level: 'silent' })
    // As it ships, with its 60 ms for a command.
    const redis = openRedis({ address: redisAddress(url), namespace: 'stampede', clock, log })
    const cache = createCache({ clock, log, random: Math.random, redis })
    const space = cache.space<string>('directory', 'bench', { shape: 'text', read: (raw) => z.string().parse(raw) })
    while (!redis.isUp()) await delay(5)
    return (key, make) => space.getOrSet(key, { owner: 'everyone' }, make)
  }
  const peer = (await openSharedPeers(url)).find((one) => one.name === name)
  if (!peer) throw new Error(`there is no peer ${name}`)
  return peer.getOrSet
}

const ask = await openAsker()
const counter = createClient({ url })
await counter.connect()
process.on('message', (key: string) => {
  const make = async (): Promise<string> => {
    await counter.incr(`makings ${key}`)
    await delay(MAKING_MS)
    return 'made'
  }
  void Promise.all(Array.from({ length: ASKED }, () => ask(key, make))).then(() => process.send?.('done'))
})
process.send?.('ready')
