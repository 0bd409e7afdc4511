/**
 * A deployment of several processes to try by hand: PostgreSQL, Redis, three replicas and HAProxy on loopback. Everything is
 * new at each start and gone at its end; Redis and HAProxy are installed as for the tests where they are missing. `--replicas N` starts
 * another number.
 */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startCluster, type Cluster } from '../test/support/cluster/start-cluster.ts'
import { hasPrograms, HAPROXY, REDIS } from './programs.ts'

const MOST_REPLICAS = 20

function readCount(): number {
  const { values } = parseArgs({ options: { replicas: { type: 'string', default: '3' } } })
  const count = Number(values.replicas)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_REPLICAS) return count
  throw new Error(`--replicas is a number from 1 to ${MOST_REPLICAS}, not ${values.replicas}.`)
}

async function tell({ url, key, postgres, redis, replicas, balancer, folder }: Cluster): Promise<void> {
  const [first] = replicas
  // Each replica made one of its own; any of them lets the first owner in.
  const link = first ? await untilWritten(join(folder, first.name, 'sign-in-link')) : ''
  const rows = [
    ['HAProxy', url, `pid ${balancer.pid()}`],
    ...replicas.map((replica) => [replica.name, replica.url, `pid ${replica.pid()}`]),
    ['PostgreSQL', postgres.url, `pid ${postgres.pid()}`],
    ['Redis', redis.url, `pid ${redis.pid()}`],
    ['Key', key, 'of a member who may do everything'],
    ['Files', folder, ''],
  ]
  const lines = rows.map(([name = '', place = '', note = '']) => `  ${name.padEnd(11)} ${place}  ${note}`.trimEnd())
  console.log(`\n${lines.join('\n')}\n\n  Sign in (once, within a day): ${link.trim()}\n\n  Ctrl-C ends all of it.\n`)
}

/** A replica takes requests before it has written where to go. */
async function untilWritten(file: string): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    // One look after the other.
    // oxlint-disable-next-line no-await-in-loop
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text.trim() !== '') return text
    // oxlint-disable-next-line no-await-in-loop
    await delay(100)
  }
  throw new Error(`Nothing was written to ${file} within ten seconds.`)
}

/** The replicas serve the web app; it is built when its sources changed since. */
function buildWebApp(): void {
  const root = join(import.meta.dirname, '..')
  const { status } = spawnSync(process.execPath, ['scripts/build-web.ts', '--when-stale'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The web app cannot be built; what is wrong stands above.')
}

async function untilAskedToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    // It keeps the process here until then.
    const timer = setInterval(() => undefined, 60_000)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => (clearInterval(timer), resolve()))
  })
}

try {
  const replicas = readCount()
  if (!hasPrograms([REDIS, HAPROXY])) process.exit(1)
  buildWebApp()
  const asked = untilAskedToStop()
  console.log('Starting PostgreSQL, Redis, replicas and HAProxy ...')
  const cluster = await startCluster({ replicas })
  try {
    await tell(cluster)
    await asked
    console.log('Ending all of it ...')
  } finally {
    await cluster.end()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
process.exit()
