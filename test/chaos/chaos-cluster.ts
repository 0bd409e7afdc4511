import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { createAccess } from '#features/access/index.ts'
import { systemClock } from '#platform/clock.ts'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { startCluster, type Cluster } from '../support/cluster/start-cluster.ts'
import { tokenOf } from '../support/access-fixture.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import type { Effect, SideEffect } from './history.ts'
import { startMailbox, writeMail } from './mailbox.ts'
import { startModelProvider } from './model-provider.ts'
import { startOrdersServer } from './orders-server.ts'
import type { LineName } from './plan-faults.ts'
import { startWatchedRedis, type WatchedRedis } from './watched-redis.ts'

/** A deployment on this machine with a line between any two of its parts that can be made bad. */
export interface ChaosCluster {
  readonly cluster: Cluster
  /** Its Redis, where sentinels watch it. */
  readonly watched: WatchedRedis | undefined
  /** Where members ask: through a line of theirs, then the balancer. */
  readonly url: string
  /** Past all lines, for whoever looks on. */
  readonly database: Database
  /** What was ordered of the server with the one tool. */
  effects(): readonly SideEffect[]
  /** Which mails arrived, and how often. */
  mails(): readonly Effect[]
  /** A mail that waits for the member's word; answers its id. */
  writeMail(memberId: string): Promise<string>
  /** Where Redis is for whoever shares the lines of this replica. */
  redisUrl(place: number): string
  /** The lines of one replica, or of all: to members, to the server with the tool, and to each Redis where there are two. */
  line(name: LineName, place: number): FaultProxy
  allLines(): readonly FaultProxy[]
  addMember(name: string): Promise<{ memberId: string; token: string }>
  end(): Promise<void>
}

interface Wish {
  readonly replicas: number
  /** Two of Redis, and three sentinels, instead of one. */
  readonly hasSentinels: boolean
  /** Of the program that runs; the working copy unless told otherwise. */
  readonly root?: string
  /** A disk for its folder alone, which may be filled. */
  readonly disk?: string
  /** Between two pieces of an answer. */
  readonly pieceMs: number
}

const SHARED_LINES: readonly LineName[] = ['client', 'tools']

/** Starts everything, with nothing bad yet. Whoever starts it ends it. */
export async function startChaosCluster(wish: Wish): Promise<ChaosCluster> {
  const closers: (() => Promise<unknown>)[] = []
  const end = async (): Promise<void> => {
    for (let close = closers.pop(); close; close = closers.pop()) await close()
  }
  try {
    return { ...(await startParts(wish, closers)), end }
  } catch (error) {
    await end()
    throw error
  }
}

async function startParts(
  { replicas, hasSentinels, root, disk, pieceMs }: Wish,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<ChaosCluster, 'end'>> {
  const lines = new Map<string, FaultProxy>()
  const openLine = async (name: string, port: number, refusesLikeFar = false): Promise<number> => {
    const proxy = await startFaultProxy({ port, refusesLikeFar })
    closers.push(proxy.close)
    lines.set(name, proxy)
    return proxy.port
  }
  const model = await startModelProvider({ pieceMs })
  closers.push(model.end)
  const orders = await startOrdersServer()
  closers.push(orders.end)
  const mailbox = await startMailbox()
  closers.push(mailbox.end)
  const folder = await mkdtemp(join(tmpdir(), 'sophia-chaos-'))
  closers.push(() => rm(folder, { recursive: true, force: true }))
  const servers = await writeServers(folder, await openLine('tools', orders.port))
  const watched = hasSentinels ? await startWatchedRedis((place, port) => openLine(`redis ${place}`, port)) : undefined
  if (watched) closers.push(watched.end)
  const redisUrls: string[] = []
  const cluster = await startCluster({
    replicas,
    // The balancer sends to another whoever is refused; behind a door that takes every call it could not.
    doorOf: (place, port) => openLine(`balancer ${place}`, port, true),
    ...(watched ? { startRedis: () => Promise.resolve(watched) } : {}),
    ...(root === undefined ? {} : { root }),
    ...(disk === undefined ? {} : { within: disk }),
    settingsFor: async (place, ends) => ({
      DATABASE_URL: await through(ends.databaseUrl, (port) => openLine(`postgres ${place}`, port)),
      REDIS_URL: (redisUrls[place] = watched
        ? watched.url
        : await through(ends.redisUrl, (port) => openLine(`redis ${place}`, port))),
      OPENAI_BASE_URL: `http://127.0.0.1:${await openLine(`model ${place}`, model.port)}/v1`,
      SOPHIA_MODEL: 'openai/chaos',
      // No calendar moves anything, whatever the day.
      SOPHIA_CALENDAR_FILE: join(import.meta.dirname, '../support/calendar-without-periods.yaml'),
      SOPHIA_MCP_FILE: servers,
      SMTP_URL: mailbox.url,
      SOPHIA_MAIL_FROM: 'Sophia <sophia@example.com>',
      SOPHIA_LOG_LEVEL: 'warn',
    }),
  })
  closers.push(cluster.end)
  const clientPort = await openLine('client', Number(new URL(cluster.url).port))
  const database = openDatabase({ connection: cluster.postgres.connection, poolMax: 2 })
  closers.push(() => database.close())
  return {
    cluster,
    watched,
    url: `http://127.0.0.1:${clientPort}`,
    database,
    effects: orders.effects,
    mails: mailbox.mails,
    writeMail: (memberId) => writeMail(database, memberId),
    redisUrl: (place) => found(redisUrls[place % replicas]),
    line: (name, place) => {
      const behind = watched && name === 'redis' ? place % 2 : place
      return found(lines.get(SHARED_LINES.includes(name) ? name : `${name} ${behind}`))
    },
    allLines: () => [...lines.values()],
    addMember: (name) => addMember(database, name),
  }
}

/** The server behind this port, whose tools the shipped colleagues may all use. */
async function writeServers(folder: string, port: number): Promise<string> {
  const file = join(folder, 'mcp.json')
  await writeFile(file, JSON.stringify({ mcpServers: { orders: { url: `http://127.0.0.1:${port}/mcp` } } }))
  return file
}

async function through(address: string, openLine: (port: number) => Promise<number>): Promise<string> {
  const { port } = new URL(address)
  return address.replace(`:${port}`, `:${await openLine(Number(port))}`)
}

function found<Line>(line: Line | undefined): Line {
  if (line === undefined) throw new Error('There is no such line.')
  return line
}

/** Invites somebody and gives them a key, as a person would over the screen. */
export async function addMember(database: Database, name: string): Promise<{ memberId: string; token: string }> {
  const log = pino({ level: 'silent' })
  const access = createAccess({ database, clock: systemClock, log, publicUrl: 'http://127.0.0.1:8000' })
  const member = { name, role: 'member', rowScope: 'own', teamId: null, repId: null } as const
  const inviter = { principal: await access.localPrincipal() }
  const { link } = await access.inviteMember(inviter, { ...member, email: `${randomUUID()}@example.com` })
  const signedIn = await access.signIn({ token: tokenOf(link), address: '127.0.0.1' })
  const { secret } = await access.createKey(signedIn, { name: 'chaos', actions: null, expiresInDays: null })
  return { memberId: signedIn.principal.memberId, token: secret }
}
