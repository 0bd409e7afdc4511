import { createHash } from 'node:crypto'
import type { Clock } from '#domain/clock.ts'
import type { RedisAddress } from '#platform/config/redis-address.ts'
import type { Log } from '#platform/log/log.ts'
import { asIs, createDeadline, redisAway } from './deadline.ts'
import { createRedisClock } from './redis-clock.ts'
import { isRefusal } from './redis-client.ts'
import { openLine, type RedisLine } from './redis-line.ts'
import { describeServer, type ServerState } from './server-state.ts'

/** A Lua script with the name it is found under once Redis knows it. */
export interface Script {
  readonly source: string
  readonly sha: string
}

export function defineScript(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}

interface ScriptCall {
  readonly keys: readonly string[]
  readonly values: readonly (string | Buffer)[]
}

export interface Look {
  /** What lies under the keys, in their order, at one moment; null where nothing does. */
  readonly values: readonly (Buffer | null)[]
  /** That moment on the clock of Redis, in milliseconds since 1970; at most as early as it truly was by a way there. */
  readonly redisMs: number
}

/** The way to Redis. It may be away at any moment: nothing waits for it beyond the deadline, and nothing is queued for later. */
export interface RedisLink {
  /**
   * What every key and channel of this deployment begins with. Its braces put all keys into one slot of a cluster: one command looks
   * at a value and its tags at once.
   */
  readonly prefix: string
  /** False while it is away or held back after a failure: then nothing is worth trying. */
  isUp(): boolean
  /** Runs a script; answers its reply with texts as buffers. Rejects at the deadline, and at once while Redis is away. */
  run(script: Script, call: ScriptCall): Promise<unknown>
  /** Reads values as one command, which costs half of what a script does. Rejects as `run` does. */
  look(keys: readonly string[]): Promise<Look>
  /** From now on, and again after each reconnect. */
  listen(channel: string, hear: (text: string) => void): void
  /** Called when a connection is back after messages may have been missed. */
  onBack(listener: () => void): void
  /** Asks it now. */
  observe(): Promise<{ readonly state: 'ok' | 'degraded' | 'down'; readonly detail: string }>
  close(): Promise<void>
}

export interface RedisNeeds {
  readonly address: RedisAddress
  /** Certificates in PEM form that vouch for it over TLS; null or absent: the public ones. */
  readonly ca?: string | null
  /** Sets deployments apart that share one Redis. */
  readonly namespace: string
  readonly clock: Clock
  readonly log: Log
  /** How long one command is waited for; 60 ms unless a test wants otherwise. */
  readonly deadlineMs?: number
}

const DEADLINE_MS = 60
const HELD_BACK_MS = 1000
/** Refusals of a node that is not, or not yet, the one to ask. */
const WRONG_NODE = /^(READONLY|MOVED|ASK|CLUSTERDOWN|MASTERDOWN|LOADING|TRYAGAIN) /

/** Opens the connections in the background: the start of Sophia does not wait for Redis, and does not fail without it. */
export function openRedis({ address, ca = null, namespace, clock, log, deadlineMs }: RedisNeeds): RedisLink {
  const prefix = `sophia:{${namespace}}`
  const backListeners = new Set<() => void>()
  const waitMs = deadlineMs ?? DEADLINE_MS
  const inTime = createDeadline(waitMs)
  const hold = createHold({ clock, log, ping: () => inTime(line.send(['PING']), asIs) })
  const line = openLine({ address, ca, key: prefix, clock, log, isWell: () => !hold.isHeld() })
  const server = createServerReader({ address, line, log })
  line.onReady((which) => {
    backListeners.forEach((listener) => listener())
    if (which === 'commands') void server.read()
  })
  const asking = createAsk({ line, hold, waitMs })
  const ask = (words: readonly (string | Buffer)[]): Promise<unknown> => asking(() => line.send(words), asIs)
  const looking = createLook(line, clock)
  return {
    prefix,
    isUp: () => line.isReady() && !hold.isHeld(),
    async run({ source, sha }, { keys, values }) {
      const rest = [String(keys.length), ...keys, ...values]
      try {
        return await ask(['EVALSHA', sha, ...rest])
      } catch (error) {
        if (!isRefusal(error) || !error.message.startsWith('NOSCRIPT')) throw error
        return ask(['EVAL', source, ...rest])
      }
    },
    look: (keys) => asking(() => looking.send(keys), looking.read),
    listen: (channel, hear) => line.listen({ channel, hear }),
    onBack: (listener) => void backListeners.add(listener),
    async observe() {
      if (!line.isReady())
        return { state: 'down', detail: 'Redis does not answer; everything works without it, slower.' }
      try {
        await ask(['PING'])
      } catch {
        // The link has told why; here it counts that it is so.
        return { state: 'degraded', detail: 'Redis answers too late and is left alone for a moment.' }
      }
      return server.observe()
    },
    async close() {
      hold.end()
      line.close()
    },
  }
}

/** What the server says of its settings, asked whenever it is there again; what is unsafe is told once for each server. */
function createServerReader({
  address,
  line,
  log,
}: Pick<RedisNeeds, 'address' | 'log'> & { readonly line: RedisLine }) {
  let state: ServerState | null = null
  let silence = 'Connected; its settings are not known yet.'
  let told = ''
  return {
    async read(): Promise<void> {
      const host = line.place()?.host ?? ''
      try {
        const info = String(await line.send(['INFO']))
        state = describeServer(info, { ...address, host, hasPassword: address.password !== null })
      } catch (error) {
        const isRefused = isRefusal(error) && error.message.startsWith('NOPERM')
        const why = isRefused ? 'its user may not ask: allow it +info' : 'they could not be read'
        state = null
        silence = `Connected; whether its settings are safe is not known: ${why}.`
        log.warn({ error }, `the settings of Redis are not known: ${why}`)
        return
      }
      const words = [host, ...state.unsafe].join(' ')
      if (words === told) return
      told = words
      for (const fault of state.unsafe) log.warn({ 'server.address': host }, `Redis is not set up safely: ${fault}`)
    },
    observe(): { readonly state: 'ok' | 'degraded'; readonly detail: string } {
      if (!state) return { state: 'ok', detail: silence }
      return { state: state.isGrave ? 'degraded' : 'ok', detail: state.detail }
    },
  }
}

function createLook(line: RedisLine, clock: Clock) {
  const redisClock = createRedisClock(clock, () => line.send(['TIME']))
  line.onReady((which) => {
    if (which === 'commands') redisClock.forget()
  })
  return {
    send(keys: readonly string[]): Promise<unknown> {
      // In the same packet; its answer is there before that of the values.
      const measuring = redisClock.measure()
      const sent = line.send(['MGET', ...keys])
      return measuring ? Promise.all([sent, measuring]).then(([reply]) => reply) : sent
    },
    read: (reply: unknown): Look => ({ values: parseValues(reply), redisMs: redisClock.nowMs() }),
  }
}

function parseValues(reply: unknown): readonly (Buffer | null)[] {
  if (!Array.isArray(reply) || !reply.every(isValue)) throw new TypeError('Redis answered MGET with something else.')
  return reply
}

function isValue(one: unknown): one is Buffer | null {
  return one === null || one instanceof Buffer
}

interface AskNeeds {
  readonly line: RedisLine
  readonly hold: ReturnType<typeof createHold>
  readonly waitMs: number
}

/** Asks Redis if it is worth trying, for no longer than the deadline. Each read from Redis comes by here: a promise more is felt. */
function createAsk({ line, hold, waitMs }: AskNeeds) {
  const inTime = createDeadline(waitMs, (error) => {
    // A refusal is an answer; anything else says that Redis is not there, or somewhere else.
    if (!isRefusal(error) || WRONG_NODE.test(error.message)) hold.begin(error)
  })
  return <Answer>(begin: () => Promise<unknown>, read: (reply: unknown) => Answer): Promise<Answer> =>
    line.isReady() && !hold.isHeld() ? inTime(begin(), read) : Promise.reject(redisAway())
}

/** Keeps work away from a Redis that failed; asks it now and then whether it is well again. */
function createHold({
  clock,
  log,
  ping,
}: Pick<RedisNeeds, 'clock' | 'log'> & { readonly ping: () => Promise<unknown> }) {
  const ending = new AbortController()
  let isHeld = false
  const watch = async (): Promise<void> => {
    while (isHeld) {
      await clock.sleep(HELD_BACK_MS, ending.signal)
      // Another second if it fails again; the first good answer lets everybody in.
      isHeld = await ping().then(
        () => false,
        () => true,
      )
    }
    log.info('Redis answers again')
  }
  return {
    isHeld: () => isHeld,
    begin(error: unknown): void {
      if (isHeld || ending.signal.aborted) return
      isHeld = true
      log.warn({ error }, 'Redis failed; it is left alone for a second')
      // It rejects only when the link is closed.
      watch().catch(() => undefined)
    },
    end: () => ending.abort(),
  }
}
