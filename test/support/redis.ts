import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'redis'

/** The Redis server on this machine, for the tests of the shared cache; undefined when there is none. */
export function findRedis(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return [...folders, '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
    .map((folder) => join(folder, 'redis-server'))
    .find(canRun)
}

/** A real Redis of the test's own. Stopped with the test file. */
export async function openTestRedis(settings: Readonly<Record<string, string>> = {}) {
  const redis = await startRedis(settings)
  after(redis.end)
  return redis
}

/** A real Redis on a free loopback port, with nothing on disk; until `end`. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}) {
  const program = findRedis()
  if (!program) throw new Error('There is no redis-server on this machine.')
  const folder = mkdtempSync(join(tmpdir(), 'sophia-redis-'))
  const port = await freePort()
  const words = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder, ...settings }
  const args = Object.entries(words).flatMap(([name, value]) => [`--${name}`, value])
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(program, args, { stdio: 'ignore' })
    await untilUp(port)
  }
  const stop = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    async end(): Promise<void> {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
    url: `redis://127.0.0.1:${port}`,
    start,
    kill: stop,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    /** One command by a client of its own, as an operator would. */
    async command(...parts: string[]): Promise<unknown> {
      const client = createClient({ url: `redis://127.0.0.1:${port}` })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return await client.sendCommand(parts)
      } finally {
        client.destroy()
      }
    },
  }
}

async function untilUp(port: number): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  for (;;) {
    const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: false } })
    client.on('error', () => undefined)
    const isUp = await client.connect().then(
      () => true,
      () => false,
    )
    if (isUp) return client.destroy()
    if (performance.now() > deadlineMs) throw new Error('Redis does not start.')
    await delay(20)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on TCP, so the address has a port.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // not there
    return false
  }
}
