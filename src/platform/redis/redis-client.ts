import { ErrorReply, RESP_TYPES, createClient } from 'redis'
import type { RedisAddress, RedisNode } from '#platform/config/redis-address.ts'
import type { Log } from '#platform/log/log.ts'
import { asIs, createDeadline } from './deadline.ts'

/** How every node of one Redis is reached. */
export type RedisManner = Pick<RedisAddress, 'user' | 'password' | 'database' | 'isEncrypted'> & {
  /** Certificates in PEM form that vouch for it over TLS; null: the public ones. */
  readonly ca: string | null
}

const CONNECT_MS = 2000
const PING_EVERY_MS = 2000
/** A connection on which nothing comes for so long, pings included, is dead. */
const SILENT_MS = 6000
const MOST_RECONNECT_MS = 2000
/** A machine with much else to do takes its time to connect. */
const inTime = createDeadline(3000)

export type RedisClient = ReturnType<typeof createNodeClient>

/** A client of one node that connects, and connects again by itself, until `endClient`. Nothing is queued while it is away. */
export function openClient(node: RedisNode, manner: RedisManner, log: Log): RedisClient {
  const client = createNodeClient(node, manner, (tries) => {
    return Math.min(MOST_RECONNECT_MS, 50 * 2 ** Math.min(tries, 6)) * (0.75 + Math.random() / 2)
  })
  let toldMs = Number.NEGATIVE_INFINITY
  client.on('error', (error: unknown) => {
    // It comes with each try to connect; once a minute is enough to know.
    if (performance.now() - toldMs < 60_000) return
    toldMs = performance.now()
    log.warn({ error, 'server.address': node.host, 'server.port': node.port }, 'Redis cannot be reached')
  })
  // It goes on trying by itself; what ends it is `destroy`, which rejects this.
  client.connect().catch(() => undefined)
  return client
}

/** Asks one node a few things over a connection of their own. Rejects when it cannot be reached in time, or refuses. */
export async function askNode<Answer>(
  node: RedisNode,
  manner: RedisManner,
  ask: (client: RedisClient) => Promise<Answer>,
): Promise<Answer> {
  const client = createNodeClient(node, manner, false)
  // Why it fails is told by what is asked.
  client.on('error', () => undefined)
  try {
    return await inTime(
      client.connect().then(() => ask(client)),
      asIs,
    )
  } finally {
    endClient(client)
  }
}

/** Redis itself said no; anything else that goes wrong says that it was not reached. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof ErrorReply
}

export function endClient(client: RedisClient): void {
  // One that is destroyed in the midst of connecting may come up all the same.
  client.on('ready', () => client.destroy())
  client.destroy()
}

function createNodeClient(
  { host, port }: RedisNode,
  { user, password, database, isEncrypted, ca }: RedisManner,
  reconnectStrategy: false | ((tries: number) => number),
) {
  return createClient({
    name: 'sophia',
    disableOfflineQueue: true,
    // It takes a right more, and tells only the library's version.
    disableClientInfo: true,
    pingInterval: PING_EVERY_MS,
    database,
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password: password.reveal() }),
    socket: {
      host,
      port,
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy,
      ...(isEncrypted ? { tls: true as const, ...(ca === null ? {} : { ca }) } : {}),
    },
    // Its own limit costs more than the command; ours is shorter.
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
}
