import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { requireProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { startProgram, type Program } from './program.ts'
import { commandRedis, startRedis, untilUp, type RedisServer } from './redis.ts'
import { until } from './until.ts'

export const SENTINEL_NAME = 'sophia-main'
const PASSWORD = 'of-all-of-them'
const PATIENT_MS = 60_000

/** A primary, its replica in step with it, and three sentinels that watch them, all under one password. Gone with the test file. */
export async function openSentinels() {
  // Without it the replica waits 5 s for others to join, and is elected empty meanwhile.
  const common = { 'repl-diskless-sync-delay': '0', requirepass: PASSWORD, masterauth: PASSWORD }
  const launch = { credentials: `default:${PASSWORD}` }
  const primary = await startRedis(common, launch)
  after(primary.end)
  const replica = await startRedis({ ...common, replicaof: `127.0.0.1 ${primary.port}` }, launch)
  after(replica.end)
  await until(() => isInStep(replica), 'the replica is in step', PATIENT_MS)
  const lines = [
    `sentinel auth-pass ${SENTINEL_NAME} ${PASSWORD}`,
    `requirepass ${PASSWORD}`,
    `sentinel sentinel-pass ${PASSWORD}`,
  ]
  const sentinels = await startSentinels({ port: primary.port, lines, downAfterMs: 1000, credentials: `:${PASSWORD}@` })
  after(sentinels.end)
  return { primary, replica, address: `redis-sentinel://:${PASSWORD}@${sentinels.hosts}/${SENTINEL_NAME}` }
}

export type Sentinels = Awaited<ReturnType<typeof openSentinels>>

type Following = Pick<RedisServer, 'command'>

/** Whether a server follows another and has all that it had. */
export async function isInStep(server: Following): Promise<boolean> {
  return /master_link_status:up/.test(String(await server.command('INFO', 'replication')))
}

interface Watch {
  /** Where the primary is reached; its replica is known to it. */
  readonly port: number
  /** Of their files, beyond the usual. */
  readonly lines: readonly string[]
  /** How long they wait before they hold a silent primary for dead. */
  readonly downAfterMs: number
  /** Before the host of an address; empty: anybody may ask them. */
  readonly credentials: string
}

/** Three sentinels that know each other, one primary and one replica; until `end`. */
export async function startSentinels(watch: Watch) {
  const sentinels: Sentinel[] = []
  const end = async (): Promise<void> => {
    for (const sentinel of sentinels) await sentinel.end()
  }
  try {
    for (let count = 0; count < 3; count += 1) sentinels.push(await startSentinel(watch))
    for (const { url } of sentinels) await until(() => knowsAll(url), 'the sentinels know each other', PATIENT_MS)
  } catch (error) {
    await end()
    throw error
  }
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')
  return { hosts, urls: sentinels.map(({ url }) => url), end }
}

async function knowsAll(url: string): Promise<boolean> {
  const told = String(await commandRedis(url, ['INFO', 'sentinel']))
  return /status=ok,address=\S+,slaves=1,sentinels=3/.test(told)
}

interface Sentinel {
  readonly port: number
  readonly url: string
  end(): Promise<void>
}

async function startSentinel({ port: primaryPort, lines, downAfterMs, credentials }: Watch): Promise<Sentinel> {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-sentinel-'))
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  const usual = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${SENTINEL_NAME} 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds ${SENTINEL_NAME} ${downAfterMs}`,
    `sentinel failover-timeout ${SENTINEL_NAME} 10000`,
  ]
  await writeFile(file, `${[...usual, ...lines].join('\n')}\n`)
  const program: Program = startProgram(requireProgram('redis-server'), [file, '--sentinel'], { isDetached: true })
  const url = `redis://${credentials}127.0.0.1:${port}`
  const end = async (): Promise<void> => {
    program.kill('SIGKILL')
    await program.ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilUp(url, program)
  } catch (error) {
    await end()
    throw error
  }
  return { port, url, end }
}
