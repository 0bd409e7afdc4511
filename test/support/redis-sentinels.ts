import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { requireProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { startProgram, type Program } from './program.ts'
import { commandRedis, startRedis, untilUp, type RedisServer } from './redis.ts'
import { until } from './until.ts'

const NAME = 'sophia-main'
const PASSWORD = 'of-all-of-them'
/** How long the sentinels wait before they hold a silent primary for dead. */
const DOWN_AFTER_MS = 1000
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
  const sentinels = await Promise.all([0, 1, 2].map(() => startSentinel(primary)))
  after(async () => {
    for (const { end } of sentinels) await end()
  })
  for (const { url } of sentinels) await until(() => knowsAll(url), 'the sentinels know each other', PATIENT_MS)
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')
  return { primary, replica, sentinels, address: `redis-sentinel://:${PASSWORD}@${hosts}/${NAME}` }
}

export type Sentinels = Awaited<ReturnType<typeof openSentinels>>

async function isInStep(replica: RedisServer): Promise<boolean> {
  return /master_link_status:up/.test(String(await replica.command('INFO', 'replication')))
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

async function startSentinel({ port: primaryPort }: RedisServer): Promise<Sentinel> {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-sentinel-'))
  const port = await freePort()
  const file = join(folder, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${NAME} 10000`,
    `sentinel auth-pass ${NAME} ${PASSWORD}`,
    `requirepass ${PASSWORD}`,
    `sentinel sentinel-pass ${PASSWORD}`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  const program: Program = startProgram(requireProgram('redis-server'), [file, '--sentinel'], { isDetached: true })
  const url = `redis://:${PASSWORD}@127.0.0.1:${port}`
  await untilUp(url, program)
  const end = async (): Promise<void> => {
    program.kill('SIGKILL')
    await program.ended
    await rm(folder, { recursive: true, force: true })
  }
  return { port, url, end }
}
