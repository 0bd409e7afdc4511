import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterRedis } from '../support/cluster/start-cluster.ts'
import { freePort } from '../support/free-port.ts'
import { commandRedis } from '../support/redis.ts'
import { isInStep, SENTINEL_NAME, startSentinels } from '../support/redis-sentinels.ts'
import { makePasswords, startShippedRedis } from '../support/redis-shipped.ts'

/** Longer than a moment's silence, so that not each is an election. */
const DOWN_AFTER_MS = 2000
const PATIENT_MS = 120_000
/** Of each process: one for commands, one for hearing. */
const CONNECTIONS = 2

/** A primary and its replica behind lines of their own, by which everybody reaches them, and three sentinels that watch them. */
export interface WatchedRedis extends ClusterRedis {
  /** Kills or freezes the primary until the sentinels have elected the other; resolves with what brings the old one back. */
  failOver(how: 'kill' | 'freeze'): Promise<() => Promise<void>>
  /** One takes writes, the other follows it, and so many processes of the product are connected to the one. */
  isWhole(processes: number): Promise<boolean>
}

type Server = Awaited<ReturnType<typeof startShippedRedis>> & { readonly place: number; readonly announced: number }

/** The commands of one server go to whichever the sentinels name. `openLine` answers where the port is reached by others. Until `end`. */
export async function startWatchedRedis(
  openLine: (place: number, port: number) => Promise<number>,
): Promise<WatchedRedis> {
  const passwords = makePasswords()
  const servers: Server[] = []
  const closers: (() => Promise<void>)[] = []
  const end = async (): Promise<void> => {
    for (let close = closers.pop(); close; close = closers.pop()) await close()
  }
  try {
    for (const place of [0, 1]) {
      const port = await freePort()
      const announced = await openLine(place, port)
      const settings = {
        masteruser: 'operator',
        masterauth: passwords.operator,
        'replica-announce-ip': '127.0.0.1',
        'replica-announce-port': String(announced),
      }
      const server = await startShippedRedis({ passwords, port, settings })
      closers.push(server.end)
      servers.push({ ...server, place, announced })
    }
    const [first, second] = servers
    if (!first || !second) throw new Error('There are two servers.')
    await second.command('REPLICAOF', '127.0.0.1', String(first.announced))
    await untilSo(() => isInStep(second), 'The replica does not follow its primary.')
    const lines = [
      `sentinel auth-user ${SENTINEL_NAME} operator`,
      `sentinel auth-pass ${SENTINEL_NAME} ${passwords.operator}`,
    ]
    const watch = { port: first.announced, lines, downAfterMs: DOWN_AFTER_MS, credentials: '' }
    const sentinels = await startSentinels(watch)
    closers.push(sentinels.end)
    const url = `redis-sentinel://sophia:${passwords.sophia}@${sentinels.hosts}/${SENTINEL_NAME}`
    return { ...steer([first, second], sentinels.urls), url, end }
  } catch (error) {
    await end()
    throw error
  }
}

/** What is done to the primary is undone to the same server, whoever is primary by then. */
function steer(servers: readonly [Server, Server], sentinels: readonly string[]): Omit<WatchedRedis, 'url' | 'end'> {
  const [first, second] = servers
  let struck = first
  const primary = (): Promise<Server> => namedBy(servers, sentinels)
  const strike = async (): Promise<Server> => (struck = await primary())
  const isWhole = async (processes = 0): Promise<boolean> => {
    const here = await primary()
    const role = String(await here.command('INFO', 'replication'))
    const clients = String(await here.command('CLIENT', 'LIST')).match(/ user=sophia /g)?.length ?? 0
    const isKnown = /role:master/.test(role) && clients >= processes * CONNECTIONS
    return isKnown && isInStep(here === first ? second : first)
  }
  return {
    pid: () => struck.pid(),
    async command(...parts) {
      // A setting outlives elections.
      if (parts[0] !== 'CONFIG') return (await primary()).command(...parts)
      const [answer] = await Promise.all(servers.map((server) => server.command(...parts)))
      return answer
    },
    kill: async () => (await strike()).kill(),
    start: () => struck.start(),
    freeze: async () => (await strike()).freeze(),
    thaw: () => struck.thaw(),
    async failOver(how) {
      const old = await strike()
      await (how === 'kill' ? old.kill() : old.freeze())
      await untilSo(async () => (await primary()) !== old, 'The sentinels elect nobody.')
      return async () => {
        await (how === 'kill' ? old.start() : old.thaw())
        await untilSo(isWhole, 'The former primary does not follow the new one.')
      }
    },
    isWhole: (processes) => isWhole(processes).catch(() => false),
  }
}

/** Whom the first sentinel that answers names. */
async function namedBy(servers: readonly [Server, Server], sentinels: readonly string[]): Promise<Server> {
  const answer = await Promise.any(
    sentinels.map((url) => commandRedis(url, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', SENTINEL_NAME])),
  )
  const port = Array.isArray(answer) ? Number(answer[1]) : Number.NaN
  const found = servers.find(({ announced }) => announced === port)
  if (!found) throw new Error(`The sentinels name a server that nobody knows: ${String(answer)}.`)
  return found
}

async function untilSo(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (const deadlineMs = performance.now() + PATIENT_MS; performance.now() < deadlineMs; await delay(100)) {
    // Whoever is asked may be away just then.
    if (await isSo().catch(() => false)) return
  }
  throw new Error(otherwise)
}
