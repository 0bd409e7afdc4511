import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'redis'
import { parseRedisAddress, type RedisAddress } from '#platform/config/redis-address.ts'
import { requireProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { startProgram, type Program } from './program.ts'

type Settings = Readonly<Record<string, string>>

/** A real Redis of the test's own. Stopped with the test file. */
export async function openTestRedis(settings: Settings = {}) {
  const redis = await startRedis(settings)
  after(redis.end)
  return redis
}

/** What REDIS_URL would say. */
export function redisAddress(url: string): RedisAddress {
  const address = parseRedisAddress(url)
  if (typeof address === 'string') throw new Error(address)
  return address
}

export type RedisServer = Awaited<ReturnType<typeof startRedis>>

interface Launch {
  /** A configuration to begin with. */
  readonly file?: string
  /** Of whoever may do everything, `user:password`; absent: anybody may. */
  readonly credentials?: string
  /** A free one unless told. */
  readonly port?: number
}

/** A real Redis on a free loopback port, with nothing on disk unless settings or the file say so; until `end`. */
export async function startRedis(settings: Settings = {}, { file, credentials, port: wanted }: Launch = {}) {
  const path = requireProgram('redis-server')
  const folder = mkdtempSync(join(tmpdir(), 'sophia-redis-'))
  const port = wanted ?? (await freePort())
  const forgetful = file === undefined ? { save: '', appendonly: 'no' } : {}
  const words = { port: String(port), bind: '127.0.0.1', dir: folder, ...forgetful, ...settings }
  const args = Object.entries(words).flatMap(([name, value]) => [`--${name}`, value])
  if (file !== undefined) args.unshift(file)
  const url = `redis://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}`
  let program: Program | undefined
  const start = async (): Promise<void> => {
    program = startProgram(path, args, { isDetached: true })
    await untilUp(url, program)
  }
  const stop = async (): Promise<void> => {
    program?.kill('SIGKILL')
    await program?.ended
  }
  await start()
  return {
    async end(): Promise<void> {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
    url,
    port,
    folder,
    pid: () => program?.pid ?? 0,
    start,
    kill: stop,
    freeze: () => program?.kill('SIGSTOP'),
    thaw: () => program?.kill('SIGCONT'),
    /** One command by a client of its own, as an operator would. */
    command: (...parts: string[]): Promise<unknown> => commandRedis(url, parts),
  }
}

/** One command to the Redis at this address. */
export async function commandRedis(url: string, parts: readonly string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.sendCommand([...parts])
  } finally {
    client.destroy()
  }
}

export async function untilUp(url: string, program: Program): Promise<void> {
  for (const deadlineMs = performance.now() + 30_000; performance.now() < deadlineMs; await delay(20)) {
    if (program.isOver()) break
    const isUp = await commandRedis(url, ['PING']).then(
      () => true,
      // One that asks for a password answers too.
      (error: unknown) => error instanceof Error && /^(NOAUTH|NOPERM)/.test(error.message),
    )
    if (isUp) return
  }
  throw new Error(`Redis does not start:\n${program.output()}`)
}
