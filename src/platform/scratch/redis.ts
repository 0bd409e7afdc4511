import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Crew, ScratchProgram } from './crew.ts'
import { findFreePort } from './line.ts'

const UP_LIMIT_MS = 30_000
const SAY_LIMIT_MS = 2000
/** How long sentinels wait before they hold a silent primary for dead. */
const DOWN_AFTER_MS = 2000
const PRIMARY_NAME = 'sophia-drill'

type Settings = Readonly<Record<string, string>>

/** One Redis of a rehearsal, on a loopback port that stays the same. It keeps nothing on disk. */
export interface ScratchRedis {
  readonly port: number
  /** With these settings beyond its usual ones. */
  start(more?: Settings): Promise<void>
  kill(): Promise<void>
  freeze(): void
  thaw(): void
}

interface RedisNeeds {
  readonly crew: Crew
  readonly folder: string
  /** Where redis-server lies. */
  readonly program: string
  readonly signal: AbortSignal
}

/** Prepares a Redis; it runs from its first `start` on. `tls`: it takes encrypted connections only, by the files of `start`. */
export async function createScratchRedis(needs: RedisNeeds, usual: Settings = {}): Promise<ScratchRedis> {
  const port = await findFreePort()
  const folder = join(needs.folder, `redis-${port}`)
  await mkdir(folder, { recursive: true })
  const isEncrypted = usual['tls-auth-clients'] !== undefined
  const place: Settings = isEncrypted ? { port: '0', 'tls-port': String(port) } : { port: String(port) }
  let program: ScratchProgram | undefined
  return {
    port,
    async start(more = {}) {
      const words = { bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', maxmemory: '64mb' }
      const policy = { 'maxmemory-policy': 'allkeys-lfu' }
      const args = Object.entries({ ...words, ...policy, ...place, ...usual, ...more })
      const started = needs.crew.start(
        needs.program,
        args.flatMap(([name, value]) => [`--${name}`, value]),
        { env: {} },
      )
      program = started
      // One that answers by TLS may have a certificate that nobody accepts: that it listens is all one can see.
      await untilUp(
        started,
        isEncrypted ? () => started.words().includes('Ready to accept connections') : () => pings(port),
        needs.signal,
      )
    },
    async kill() {
      program?.signal('SIGKILL')
      await program?.ended
    },
    freeze: () => program?.signal('SIGSTOP'),
    thaw: () => program?.signal('SIGCONT'),
  }
}

interface ScratchSentinels {
  readonly primary: ScratchRedis
  readonly url: string
  /** Until all of them name another primary than the first. Throws when they do not within 30 s. */
  elected(): Promise<void>
}

/** A primary, a replica in step with it, and three sentinels that watch them. */
export async function startScratchSentinels(needs: RedisNeeds): Promise<ScratchSentinels> {
  const { signal } = needs
  const primary = await createScratchRedis(needs, { 'repl-diskless-sync-delay': '0' })
  await primary.start()
  const replica = await createScratchRedis(needs, { replicaof: `127.0.0.1 ${primary.port}` })
  await replica.start()
  await until(async () => /master_link_status:up/.test(await say(replica.port, 'INFO')), signal)
  const ports = await Promise.all([1, 2, 3].map(() => startSentinel(needs, primary.port)))
  for (const port of ports)
    // Each has to have heard of all the others.
    // oxlint-disable-next-line no-await-in-loop
    await until(async () => /status=ok,address=\S+,slaves=1,sentinels=3/.test(await say(port, 'INFO sentinel')), signal)
  return {
    primary,
    url: `redis-sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${PRIMARY_NAME}`,
    async elected() {
      for (const port of ports)
        // oxlint-disable-next-line no-await-in-loop
        await until(async () => {
          const named = await say(port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${PRIMARY_NAME}`)
          return named.includes(`\r\n${replica.port}\r\n`)
        }, signal)
    },
  }
}

async function startSentinel({ crew, folder, program, signal }: RedisNeeds, primaryPort: number): Promise<number> {
  const port = await findFreePort()
  const own = join(folder, `sentinel-${port}`)
  await mkdir(own, { recursive: true })
  const file = join(own, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${own}`,
    `sentinel monitor ${PRIMARY_NAME} 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds ${PRIMARY_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${PRIMARY_NAME} 10000`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  await untilUp(crew.start(program, [file, '--sentinel'], { env: {} }), () => pings(port), signal)
  return port
}

async function untilUp(
  program: ScratchProgram,
  isUp: () => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  await until(async () => program.isOver() || (await isUp()), signal)
  if (program.isOver()) throw new Error(`redis-server does not start: ${program.words().slice(-500)}`)
}

async function until(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (const deadlineMs = performance.now() + UP_LIMIT_MS; performance.now() < deadlineMs;) {
    signal.throwIfAborted()
    // One look after the other.
    // oxlint-disable-next-line no-await-in-loop
    if (await isSo()) return
    // oxlint-disable-next-line no-await-in-loop
    await delay(50)
  }
  throw new Error('Redis did not get as far as it should within 30 s.')
}

async function pings(port: number): Promise<boolean> {
  return (await say(port, 'PING')).startsWith('+PONG')
}

/** One command, in the plain words that Redis takes from a terminal; empty when nobody answers. */
async function say(port: number, words: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, timeout: SAY_LIMIT_MS })
  socket.on('timeout', () => socket.destroy())
  let said = ''
  try {
    socket.end(`${words}\r\n`)
    for await (const chunk of socket) said += String(chunk)
    return said
  } catch {
    // Not there yet.
    return ''
  }
}
