import { execFile } from 'node:child_process'
import { appendFile, chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { z } from 'zod'
import { ENGINE_USER, prepareCluster, type Cluster } from '#platform/postgres/cluster-files.ts'
import { installEngine } from '#platform/postgres/engine-files.ts'
import {
  connectionTo,
  spawnEngine,
  stopEngine,
  tryConnect,
  waitUntilReady,
  type EngineLaunch,
  type EngineProcess,
} from '#platform/postgres/engine-process.ts'
import { findUnprivilegedAccount, giveTo, giveTreeTo } from '#platform/postgres/unprivileged-account.ts'
import { findProcess } from '#platform/process-table.ts'
import type { Crew } from './crew.ts'
import { findFreePort, openLine } from './line.ts'

const run = promisify(execFile)
const DATABASE = 'sophia'
const PROMOTE_LIMIT_SECONDS = 60
const RECEIVE_LIMIT_MS = 30_000

/** One PostgreSQL of a rehearsal, on a loopback port that stays the same. */
export interface ScratchServer {
  readonly port: number
  start(): Promise<void>
  /** SIGQUIT: clients hear nothing, and the next start recovers from the log. */
  crash(): Promise<void>
  /** SIGKILL for it and all its processes, as the end of its machine would. */
  kill(): Promise<void>
  answers(): Promise<boolean>
  /** Makes a standby the primary. Throws when it does not become one. */
  promote(): Promise<void>
}

export interface ScratchPostgres {
  readonly primary: ScratchServer
  /** A synchronous one has every commit before it is acknowledged; null unless asked for. */
  readonly standby: ScratchServer | null
  /** Cuts off a late standby once it has all that was committed when it was asked; from then on it receives nothing. */
  leaveBehind(): Promise<void>
  /** Of Sophia's database, on this port instead of the primary's. */
  url(port?: number): string
  end(): Promise<void>
}

interface Wishes {
  /** An existing folder that the database's account may pass through. */
  readonly folder: string
  readonly crew: Crew
  /** `late`: commits do not wait for it. */
  readonly standby?: 'synchronous' | 'late'
}

/** Starts the built-in PostgreSQL, durable as in production, with a standby if one is wanted. */
export async function startScratchPostgres({ folder, crew, standby }: Wishes): Promise<ScratchPostgres> {
  const account = await findUnprivilegedAccount()
  const home = join(folder, 'postgres')
  await makePassable(home)
  const engine = await installEngine(home, account)
  const prepared = await prepareCluster(home, engine, account)
  // On TCP: what leads to it may come to lead elsewhere.
  const cluster: Cluster = { ...prepared, socketFolder: undefined }
  const place = { engine, cluster, account, port: await findFreePort() }
  const launch: EngineLaunch = { ...place, isDurable: true, hasStandby: standby !== undefined }
  const primary = createServer(launch, crew)
  const line = standby === 'late' ? await openLine(launch.port) : null
  const follower = standby ? await prepareStandby(launch, standby, line?.port ?? launch.port) : null
  const second = follower && createServer(follower, crew)
  const servers = second ? [primary, second] : [primary]
  // Together: the first commit of a primary waits for its standby.
  await Promise.all(servers.map((server) => server.start()))
  await createDatabase(launch)
  return {
    primary,
    standby: second,
    async leaveBehind() {
      if (follower) await untilReceived(launch, follower)
      line?.redirect(await findFreePort())
    },
    url: (port = launch.port) =>
      `postgres://${ENGINE_USER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${DATABASE}`,
    end: async () => {
      // All at once: a primary that is told to stop waits for what its standby has not got.
      await Promise.all(servers.map((server) => server.kill()))
      await line?.close()
    },
  }
}

/** Until the standby has all that the primary has written by now. Throws when it does not within 30 s. */
async function untilReceived(primary: EngineLaunch, standby: EngineLaunch): Promise<void> {
  const written = z.string().parse(await askOnce(primary, 'select pg_current_wal_insert_lsn()::text as answer'))
  const statement = `select coalesce(pg_last_wal_receive_lsn() >= '${written}', false) as answer`
  for (const deadlineMs = performance.now() + RECEIVE_LIMIT_MS; performance.now() < deadlineMs;) {
    // One look after the other.
    // oxlint-disable-next-line no-await-in-loop
    if ((await askOnce(standby, statement)) === true) return
    // oxlint-disable-next-line no-await-in-loop
    await delay(20)
  }
  throw new Error('The standby did not receive what was written within 30 s.')
}

function createServer(launch: EngineLaunch, crew: Crew): ScratchServer {
  let running: EngineProcess | undefined
  return {
    port: launch.port,
    async start() {
      running = spawnEngine(launch)
      await crew.note(running.pid)
      await waitUntilReady(launch, running)
    },
    async crash() {
      if (running) send(running.pid, 'SIGQUIT')
      await running?.gone
    },
    async kill() {
      if (!running) return
      for (const pid of await familyOf(running.pid)) send(pid, 'SIGKILL')
      await stopEngine(launch, running)
    },
    answers: async () => (await tryConnect(connectionTo(launch, 'postgres'))) === 'ready',
    async promote() {
      const isPrimary = await askOnce(launch, `select pg_promote(true, ${PROMOTE_LIMIT_SECONDS}) as answer`)
      if (isPrimary !== true) throw new Error(`The standby was not promoted within ${PROMOTE_LIMIT_SECONDS} s.`)
    },
  }
}

/** `port`: what it follows the primary through. */
async function prepareStandby(
  primary: EngineLaunch,
  kind: 'synchronous' | 'late',
  port: number,
): Promise<EngineLaunch> {
  const launch = { ...primary, port: await findFreePort(), cluster: await copyCluster(primary) }
  await follow(launch, { ...primary, port })
  if (kind === 'synchronous') await setUp(primary, { synchronous_standby_names: '*' })
  return launch
}

/** The folder of a cluster that was made and never started: as good a beginning for a standby as a base backup. */
async function copyCluster({ cluster, account }: EngineLaunch): Promise<Cluster> {
  const folder = `${cluster.folder}-standby`
  await cp(cluster.folder, folder, { recursive: true })
  await giveTreeTo(account, folder)
  await chmod(folder, 0o700)
  return { ...cluster, folder, logFile: cluster.logFile.replace(/\.log$/, '-standby.log') }
}

async function follow(standby: EngineLaunch, primary: EngineLaunch): Promise<void> {
  const { password } = primary.cluster
  const conninfo = `host=127.0.0.1 port=${primary.port} user=${ENGINE_USER} password=${password} application_name=standby`
  await setUp(standby, { primary_conninfo: conninfo })
  const mark = join(standby.cluster.folder, 'standby.signal')
  await writeFile(mark, '', { mode: 0o600 })
  await giveTo(standby.account, mark)
}

/** Values are ours and hold no quotes. */
async function setUp({ cluster }: EngineLaunch, settings: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  await appendFile(join(cluster.folder, 'postgresql.auto.conf'), lines.join(''))
}

async function createDatabase(launch: EngineLaunch): Promise<void> {
  await askOnce(launch, `create database ${DATABASE}`)
}

async function askOnce(launch: EngineLaunch, statement: string): Promise<unknown> {
  const client = new pg.Client(connectionTo(launch, 'postgres'))
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<{ answer?: unknown }>(statement)
    return rows[0]?.answer
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The account of the database may pass, and neither list nor write. */
async function makePassable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
}

/** SIGKILL for the built-in PostgreSQL of a home, with all its processes: it outlives a Sophia that is killed. */
export async function killEngineOf(home: string): Promise<void> {
  const words = await readFile(join(home, 'data/postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(words.split('\n')[0])
  const found = await findProcess(pid)
  // Its number may be another's by now.
  if (!found?.command.includes(join(home, 'data'))) return
  for (const member of await familyOf(pid)) send(member, 'SIGKILL')
}

/** A process and its children: ending a postmaster alone would leave them answering for a moment. */
async function familyOf(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid='])
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return [pid, ...pairs.filter(([, parent]) => parent === pid).map(([child = 0]) => child)]
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already, as processes of connections are at any moment.
  }
}
