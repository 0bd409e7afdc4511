import { createHash } from 'node:crypto'
import { ErrorReply, RESP_TYPES, createClient } from 'redis'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import { describeMemory, type MemoryState } from './memory-state.ts'

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

/** The way to Redis. It may be away at any moment: nothing waits for it beyond the deadline, and nothing is queued for later. */
export interface RedisLink {
  /** False while it is away or held back after a failure: then nothing is worth trying. */
  isUp(): boolean
  /** Runs a script; answers its reply with texts as buffers. Rejects at the deadline, and at once while Redis is away. */
  run(script: Script, call: ScriptCall): Promise<unknown>
  /** From now on, and again after each reconnect. */
  listen(channel: string, hear: (text: string) => void): void
  /** Called when a connection is back after messages may have been missed. */
  onBack(listener: () => void): void
  /** Asks it now. */
  observe(): Promise<{ readonly state: 'ok' | 'degraded' | 'down'; readonly detail: string }>
  close(): Promise<void>
}

export interface RedisNeeds {
  readonly url: string
  readonly clock: Clock
  readonly log: Log
  /** How long one command is waited for; 60 ms unless a test wants otherwise. */
  readonly deadlineMs?: number
}

const DEADLINE_MS = 60
const CONNECT_MS = 2000
const HELD_BACK_MS = 1000
const PING_EVERY_MS = 2000
/** A connection on which nothing comes for so long, pings included, is dead. */
const SILENT_MS = 6000
const MOST_RECONNECT_MS = 2000

/** Opens both connections in the background: the start of Sophia does not wait for Redis, and does not fail without it. */
export function openRedis({ url, clock, log, deadlineMs = DEADLINE_MS }: RedisNeeds): RedisLink {
  const commands = openClient(url, log)
  const hearing = openClient(url, log)
  const backListeners = new Set<() => void>()
  const hold = createHold({ clock, log, ping: () => within(commands.sendCommand(['PING']), deadlineMs) })
  let memory: MemoryState | null = null
  const tellBack = (): void => backListeners.forEach((listener) => listener())
  const readMemory = async (): Promise<void> => {
    const told = await commands.sendCommand<Buffer>(['INFO', 'memory'])
    memory = describeMemory(String(told))
    if (memory.unsafe) log.warn({ policy: memory.policy }, `Redis is not set up as a cache: ${memory.unsafe}`)
  }
  for (const client of [commands, hearing]) client.on('ready', tellBack)
  commands.on('ready', () => {
    readMemory().catch((error: unknown) => log.warn({ error }, 'the memory settings of Redis could not be read'))
  })
  const ask = createAsk({ commands, hold, deadlineMs })
  const send = (words: readonly (string | Buffer)[]): Promise<unknown> => ask(() => commands.sendCommand([...words]))
  return {
    isUp: () => commands.isReady && !hold.isHeld(),
    async run({ source, sha }, { keys, values }) {
      const rest = [String(keys.length), ...keys, ...values]
      try {
        return await send(['EVALSHA', sha, ...rest])
      } catch (error) {
        if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error
        return send(['EVAL', source, ...rest])
      }
    },
    listen: (channel, hear) => keepListening(hearing, log, { channel, hear }),
    onBack: (listener) => void backListeners.add(listener),
    async observe() {
      if (!commands.isReady)
        return { state: 'down', detail: 'Redis does not answer; everything works without it, slower.' }
      try {
        await send(['PING'])
      } catch {
        // The link has told why; here it counts that it is so.
        return { state: 'degraded', detail: 'Redis answers too late and is left alone for a moment.' }
      }
      if (!memory) return { state: 'ok', detail: 'Connected; its memory settings are not known.' }
      return { state: memory.unsafe ? 'degraded' : 'ok', detail: memory.detail }
    },
    async close() {
      hold.end()
      for (const client of [commands, hearing]) {
        // One that is destroyed in the midst of connecting may come up all the same.
        client.on('ready', () => client.destroy())
        client.destroy()
      }
    },
  }
}

interface AskNeeds {
  readonly commands: Client
  readonly hold: ReturnType<typeof createHold>
  readonly deadlineMs: number
}

/** Asks Redis if it is worth trying, for no longer than the deadline. */
function createAsk({ commands, hold, deadlineMs }: AskNeeds) {
  return async <Answer>(begin: () => Promise<Answer>): Promise<Answer> => {
    if (!commands.isReady || hold.isHeld()) throw away()
    try {
      return await within(begin(), deadlineMs)
    } catch (error) {
      // A refusal is an answer; anything else says that Redis is not there.
      if (!(error instanceof ErrorReply)) hold.begin(error)
      throw error
    }
  }
}

interface Subscription {
  readonly channel: string
  readonly hear: (text: string) => void
}

/** Subscribes once connected; the client itself does so again after a reconnect. */
function keepListening(client: Client, log: Log, { channel, hear }: Subscription): void {
  let isListening = false
  const subscribe = (): void => {
    if (isListening || !client.isReady) return
    isListening = true
    client
      .subscribe(channel, (text) => hear(String(text)))
      .catch((error: unknown) => {
        // The next connection tries again.
        isListening = false
        log.warn({ error }, 'messages of other processes cannot be heard')
      })
  }
  client.on('ready', subscribe)
  subscribe()
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

function openClient(url: string, log: Log) {
  let toldMs = Number.NEGATIVE_INFINITY
  const client = createClient({
    url,
    name: 'sophia',
    disableOfflineQueue: true,
    pingInterval: PING_EVERY_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (tries) =>
        Math.min(MOST_RECONNECT_MS, 50 * 2 ** Math.min(tries, 6)) * (0.75 + Math.random() / 2),
    },
    // Its own limit costs more than the command; ours is shorter.
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
  client.on('error', (error: unknown) => {
    // It comes with each try to connect; once a minute is enough to know.
    if (performance.now() - toldMs < 60_000) return
    toldMs = performance.now()
    log.warn({ error }, 'Redis cannot be reached')
  })
  // It goes on trying by itself; what ends it is `destroy`, which rejects this.
  client.connect().catch(() => undefined)
  return client
}

type Client = ReturnType<typeof openClient>

function within<Value>(answer: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    // A process that was busy itself finds the answer waiting: it is read before the verdict falls.
    const timer = setTimeout(() => setImmediate(() => reject(away())), ms)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function away(): SophiaError {
  return new SophiaError('UNREACHABLE', { detail: 'Redis does not answer.' })
}
