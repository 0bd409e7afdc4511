import { hash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { isRefusal } from '#platform/redis/redis-client.ts'
import { defineScript, type RedisLink } from '#platform/redis/redis-link.ts'
import type { TroubleKind } from './troubles.ts'
import { createWakeBoard } from './wake-board.ts'

/** Where a value lies in Redis; texts, so that what is passed on needs no thought. */
export interface Address {
  readonly id: string
  readonly tags: readonly string[]
}

export interface SharedValue {
  readonly bytes: Buffer
  /** Where in them the envelope begins. */
  readonly sealedAt: number
  /** How long it has lain there, by the clock of Redis alone. */
  readonly agedMs: number
}

/** The versions of tags in the order asked; null: Redis does not know the tag, and nothing made under it is good. */
export type TagVersions = readonly (string | null)[]

export interface Reading<Found> {
  /** Null: nothing lies there. */
  readonly found: (value: SharedValue | null, versions: TagVersions) => Found | Promise<Found>
  readonly failed: (error: unknown) => Found
}

/** What the processes of one deployment share through Redis. Each method rejects when Redis is away; none waits long. */
export interface SharedTier {
  /** Something lies there that is not as it should be. */
  note(trouble: TroubleKind): void
  /** False while Redis is away, or has not yet been told of an invalidation: then it is not asked. */
  isUp(): boolean
  /** Settles with what `found` makes of what lies there, or `failed` of why it cannot be had; a promise less than to answer it. */
  read<Found>(address: Address, reading: Reading<Found>): Promise<Found>
  readVersions(tags: readonly string[]): Promise<TagVersions>
  /** Asks for the right to make a value; gives tags that are unknown a version. The token names who has it. */
  take(address: Address, leaseMs: number): Promise<{ readonly token: string | null; readonly versions: TagVersions }>
  /** Holds the right for longer; false when it is gone. */
  renew(id: string, lease: { readonly token: string; readonly leaseMs: number }): Promise<boolean>
  /** Puts what was made, if the right is still held, and wakes who waits; false when it is gone. */
  put(id: string, made: { readonly token: string; readonly sealed: Buffer; readonly keptMs: number }): Promise<boolean>
  /** Gives the right back with nothing made. */
  release(id: string, token: string): Promise<void>
  /** Resolves when something happened to a value somebody else makes, or after `ms`: messages get lost. */
  wake(id: string, ms: number): Promise<void>
  /** Forgets the versions of tags everywhere. Never rejects: what Redis could not be told it is told before it is asked again. */
  invalidate(tags: readonly string[]): Promise<void>
  close(): void
}

/** Keys: right, mark of waiters, tags. Values: token, its time, time of tags, a version for tags without one. */
const TAKE = defineScript(`
local got = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
if not got then redis.call('SET', KEYS[2], '1', 'PX', ARGV[2]) end
local reply = { got and 1 or 0 }
for place = 3, #KEYS do
  local version = redis.call('GET', KEYS[place])
  if version then redis.call('PEXPIRE', KEYS[place], ARGV[3])
  else
    version = ARGV[4] .. place
    redis.call('SET', KEYS[place], version, 'PX', ARGV[3])
  end
  reply[place - 1] = version
end
return reply`)
const RENEW = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)
/**
 * Keys: right, mark of waiters, value. Values: token, channel, message; with a value also itself and its time. In front of the value
 * goes the moment by the clock of Redis, as 13 digits of milliseconds.
 */
const END = defineScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('DEL', KEYS[2]) == 1 then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
if ARGV[4] then
  local now = redis.call('TIME')
  local stamp = string.format('%013.0f', now[1] * 1000 + math.floor(now[2] / 1000))
  redis.call('SET', KEYS[3], stamp .. ARGV[4], 'PX', ARGV[5])
end
return 1`)
/** To forget a tag is enough: what is not known is a miss. It works in a full Redis too. */
const FORGET = defineScript(`
for place = 1, #KEYS do redis.call('DEL', KEYS[place]) end
return redis.call('PUBLISH', ARGV[1], ARGV[2])`)

const Text = z.instanceof(Buffer).transform(String)
const TakeReply = z.tuple([z.number()], Text.nullable())
const Message = z.strictObject({ from: z.string(), woken: z.string().optional(), tags: z.array(z.string()).optional() })

/** Longer than any value lives. */
const TAG_MS = 40 * 24 * 3_600_000
const RETRY_MS = 1000
/** Longer than an election takes, and than what a crash may take with it when Redis writes once a second. */
const MAY_BE_LOST_MS = 60_000
const MOST_RECENT = 10_000
/** Tags that Redis is told to forget at once. */
const MOST_TOLD = 500

export interface SharedNeeds {
  readonly redis: RedisLink
  readonly clock: Clock
  /** Another process invalidated these tags. */
  readonly onForgotten: (tags: readonly string[]) => void
  /** Messages may have been missed: what was heard before proves nothing any more. */
  readonly onBack: () => void
  readonly note: (trouble: TroubleKind) => void
}

export function createSharedTier({ redis, clock, onForgotten, onBack, note }: SharedNeeds): SharedTier {
  const from = randomBytes(9).toString('base64url')
  const channel = `${redis.prefix}:cache`
  const keyOf = (kind: string, name: string): string => `${redis.prefix}:${kind}:${shorten(name)}`
  // By their digest, as processes of the version before know them: what one forgets is forgotten for the other.
  const tagKeys = (tags: readonly string[]): string[] => tags.map((tag) => `${redis.prefix}:t:${digestOf(tag)}`)
  const board = createWakeBoard()
  const run: RedisLink['run'] = async (...call) =>
    redis.run(...call).catch((error: unknown) => {
      if (isOutOfMemory(error)) note('full')
      throw error
    })
  const tell = (tags: readonly string[]): Promise<unknown> =>
    redis.run(FORGET, { keys: tagKeys(tags), values: [channel, JSON.stringify({ from, tags })] })
  const forgetting = createForgetting({ redis, clock, tell })
  const hear = (text: string): void => {
    const message = Message.safeParse(parsed(text))
    if (!message.success) return
    if (message.data.woken !== undefined) board.wake(message.data.woken)
    if (message.data.tags && message.data.from !== from) onForgotten(message.data.tags)
  }
  redis.listen(channel, hear)
  redis.onBack(onBack)
  const end = async (id: string, token: string, value: readonly (string | Buffer)[]): Promise<boolean> => {
    const keys = [keyOf('l', id), keyOf('w', id), keyOf('v', id)]
    const values = [token, channel, JSON.stringify({ from, woken: id }), ...value]
    return (await run(END, { keys, values })) === 1
  }
  return {
    note,
    isUp: () => redis.isUp() && !forgetting.isBehind(),
    read({ id, tags }, { found, failed }) {
      const keys = tagKeys(tags)
      keys.unshift(keyOf('v', id))
      return redis.look(keys).then(({ values, redisMs }) => {
        const versions = values.length === 1 ? NO_VERSIONS : values.slice(1).map(textOf)
        return found(unstamp(values[0] ?? null, { redisMs, note }), versions)
      }, failed)
    },
    readVersions: async (tags) => (await redis.look(tagKeys(tags))).values.map(textOf),
    async take({ id, tags }, leaseMs) {
      const token = randomBytes(12).toString('base64url')
      const values = [token, String(leaseMs), String(TAG_MS), randomBytes(9).toString('base64url')]
      const keys = [keyOf('l', id), keyOf('w', id), ...tagKeys(tags)]
      const [got, ...versions] = TakeReply.parse(await run(TAKE, { keys, values }))
      return { token: got === 1 ? token : null, versions }
    },
    renew: async (id, { token, leaseMs }) =>
      (await redis.run(RENEW, { keys: [keyOf('l', id)], values: [token, String(leaseMs)] })) === 1,
    put: (id, { token, sealed, keptMs }) => end(id, token, [sealed, String(Math.max(1, Math.round(keptMs)))]),
    release: async (id, token) => void (await end(id, token, [])),
    wake: board.wait,
    invalidate: forgetting.forget,
    close: () => (forgetting.close(), board.close()),
  }
}

interface ForgettingNeeds extends Pick<SharedNeeds, 'redis' | 'clock'> {
  readonly tell: (tags: readonly string[]) => Promise<unknown>
}

/**
 * Tells Redis what to forget, and tells it again until it has heard: nothing is read from it while it is behind. One that comes
 * back may have lost what it was told last, by a crash or because another was elected: it is told the newest once more.
 */
function createForgetting({ redis, clock, tell }: ForgettingNeeds) {
  /** Tags with the number of the call that named them last: one that is named again meanwhile is told again. */
  const behind = new Map<string, number>()
  /** Tags with when they were named last, oldest first. */
  const recent = new Map<string, number>()
  let calls = 0
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const tellSome = async (): Promise<void> => {
    const told = [...behind.entries().take(MOST_TOLD)]
    await tell(told.map(([tag]) => tag))
    for (const [tag, call] of told) if (behind.get(tag) === call) behind.delete(tag)
  }
  const flush = async (): Promise<void> => {
    try {
      // One piece after the other: a script with all of a long outage would take longer than any answer is waited for.
      // oxlint-disable-next-line no-await-in-loop
      while (behind.size > 0 && !isClosed) await tellSome()
    } catch {
      // Redis is away, or refuses; it is not asked for anything before it has heard this.
      clearTimeout(timer)
      if (!isClosed) timer = setTimeout(() => void flush(), RETRY_MS).unref()
    }
  }
  const note = (tag: string): void => {
    behind.set(tag, calls)
    recent.delete(tag)
    recent.set(tag, clock.monotonicMs())
  }
  const dropOld = (): void => {
    const fromMs = clock.monotonicMs() - MAY_BE_LOST_MS
    for (const [tag, atMs] of recent) {
      if (atMs >= fromMs && recent.size <= MOST_RECENT) break
      recent.delete(tag)
    }
  }
  redis.onBack(() => {
    dropOld()
    calls += 1
    for (const tag of recent.keys()) behind.set(tag, calls)
    void flush()
  })
  return {
    isBehind: () => behind.size > 0,
    forget(tags: readonly string[]): Promise<void> {
      calls += 1
      for (const tag of tags) note(tag)
      dropOld()
      return flush()
    },
    close(): void {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

const NO_VERSIONS: TagVersions = []
const STAMP_BYTES = 13
/** A longer name goes by its digest. */
const MOST_NAME = 120

interface Unstamping extends Pick<SharedNeeds, 'note'> {
  readonly redisMs: number
}

/** Splits the moment it was put from the value; null for what has none, which is nothing of ours. */
function unstamp(lying: Buffer | null, { redisMs, note }: Unstamping): SharedValue | null {
  if (lying === null) return null
  const putMs = Number(lying.toString('latin1', 0, STAMP_BYTES))
  if (lying.length < STAMP_BYTES || !Number.isSafeInteger(putMs)) {
    note('damaged')
    return null
  }
  return { bytes: lying, sealedAt: STAMP_BYTES, agedMs: Math.max(0, redisMs - putMs) }
}

/** As a refusal of a command, or of a script that Redis 6 ended for it. */
function isOutOfMemory(error: unknown): boolean {
  return isRefusal(error) && /(^|-)OOM /.test(error.message)
}

function textOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString()
}

/** Short keys whatever the name; who reads checks the whole name in the envelope. Most are short enough to need no digest. */
function shorten(name: string): string {
  return name.length <= MOST_NAME ? `=${name}` : `#${digestOf(name)}`
}

function digestOf(name: string): string {
  return hash('sha256', name, 'base64url').slice(0, 27)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not one of our messages.
    return null
  }
}
