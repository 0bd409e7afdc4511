import assert from 'node:assert/strict'
import { after } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import type { SeasonOf } from '#domain/cache-policy/expiry.ts'
import { CACHE_POLICIES, type CachePolicy } from '#domain/cache-policy/policy.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { LOOK_EVERY_MS } from '#platform/cache/loss-watch.ts'
import type { Maker } from '#platform/cache/flight.ts'
import { NOTHING } from '#platform/cache/keeper.ts'
import type { SharedForm } from '#platform/cache/shared-making.ts'
import { systemClock } from '#platform/clock.ts'
import { openRedis, type RedisLink } from '#platform/redis/redis-link.ts'
import { redisAddress } from './redis.ts'
import { until } from './until.ts'

interface Opening {
  readonly url: string
  readonly policy?: Partial<CachePolicy>
  readonly namespace?: string
  readonly shape?: string
  readonly deadlineMs?: number
  readonly seasonOf?: SeasonOf
  /** A link that is in some way worse than the real one. */
  readonly spoil?: (link: RedisLink) => RedisLink
}

type Text = string | typeof NOTHING

const Told = z.object({ level: z.number(), msg: z.string(), trouble: z.string().optional() })

function tellTrouble({ level, msg, trouble }: z.infer<typeof Told>): string[] {
  return trouble === undefined ? [] : [`${level === pino.levels.values['warn'] ? 'warn' : 'info'} ${msg}`]
}

/** A clock that stands still until a test puts it forward: how busy the machine is ends no lifetime, and sets off no look for losses. */
function createMovableClock(): Clock & { aheadMs: number; lookForLosses(): void } {
  const startMs = Date.now()
  const looks: (() => void)[] = []
  const untilTold: Clock['sleep'] = (_ms, signal) =>
    new Promise((resolve, reject) => {
      looks.push(resolve)
      signal?.addEventListener('abort', () => reject(new Error('closed')), { once: true })
    })
  const clock = {
    aheadMs: 0,
    now: () => new Date(startMs + clock.aheadMs),
    monotonicMs: () => startMs + clock.aheadMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      ms === LOOK_EVERY_MS ? untilTold(ms, signal) : systemClock.sleep(ms, signal),
    lookForLosses: () => looks.splice(0).forEach((wake) => wake()),
  }
  return clock
}

/** Longer than a busy machine is away; how long a command is waited for in service is a matter of `bench/`. */
const PATIENT_MS = 10_000

/** A cache over a real Redis, as one process of several has it. Closed with the test file. */
export async function openSharedCache({
  url,
  policy,
  namespace = 'test',
  shape = 'text 1',
  deadlineMs = PATIENT_MS,
  seasonOf,
  spoil,
}: Opening) {
  const clock = createMovableClock()
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const real = openRedis({ address: redisAddress(url), namespace, clock, log, deadlineMs })
  const redis = spoil ? spoilAll(real, spoil) : real
  const directory = { ...CACHE_POLICIES.directory, jitter: 0, ...policy }
  const policies = { ...CACHE_POLICIES, directory }
  const cache = createCache({ clock, log, random: () => 0, policies, redis, ...(seasonOf ? { seasonOf } : {}) })
  after(async () => {
    await cache.close()
    await real.close()
  })
  const form: SharedForm<Text> = { shape, read: (raw) => z.string().parse(raw) }
  const space = cache.space<Text>('directory', 'test', form)
  let calls = 0
  const make: Maker<Text> = async () => `made ${(calls += 1)}`
  return {
    cache,
    clock,
    redis,
    space,
    /** What was logged of the troubles of Redis, as level and words. */
    told: () => lines.map((line) => Told.parse(JSON.parse(line))).flatMap(tellTrouble),
    calls: () => calls,
    ask: async (key: string, how: Maker<Text> = make, tags: readonly string[] = []) =>
      space.getOrSet(key, { owner: 'everyone', tags }, how),
    ledger() {
      const [report] = cache.ledgers()
      assert.ok(report)
      return report.ledger
    },
  }
}

/** The look for losses is none of what a test counts or holds up. */
function spoilAll(real: RedisLink, spoil: (link: RedisLink) => RedisLink): RedisLink {
  const spoilt = spoil(real)
  const isMark = (key: string | undefined): boolean => key === `${real.prefix}:mark`
  return { ...spoilt, run: (script, call) => (isMark(call.keys[0]) ? real : spoilt).run(script, call) }
}

export type SharedCacheHouse = Awaited<ReturnType<typeof openSharedCache>>

/** Until it talks with Redis and what it put there has arrived. */
export const isConnected = (house: SharedCacheHouse): Promise<void> => until(() => house.redis.isUp(), 'Redis is up')
export const hasWritten = (house: SharedCacheHouse, writes: number): Promise<void> =>
  until(() => house.ledger().tiers.l2.writes >= writes, `${writes} values are in Redis`)

/** The link, telling of each thing it is asked. */
export function beforeEach(link: RedisLink, tell: () => void): RedisLink {
  return {
    ...link,
    run: (...call) => (tell(), link.run(...call)),
    look: (keys) => (tell(), link.look(keys)),
  }
}
