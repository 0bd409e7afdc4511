import { setTimeout as delay } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { POOL_MAX } from '../support/cluster/start-cluster.ts'
import type { Replica } from '../support/cluster/start-replica.ts'

interface Wish {
  readonly connection: pg.ClientConfig
  readonly replica: Pick<Replica, 'url' | 'name'>
  /** Of somebody who may read their drafts. */
  readonly key: string
  /** From when all its connections are taken. */
  readonly lastsMs: number
}

/** No turn and nobody who signs in needs it. */
const TABLE = 'drafts'
/** Who gets a connection keeps it, and as many more stand before everybody who comes. */
const ASKERS = 2 * POOL_MAX
const ASK_AGAIN_MS = 100
const LIMIT_MS = 20_000

/**
 * Takes every connection of one replica's pool: what it is asked for needs a table that is locked, and each question holds a connection
 * until it is answered. The server has connections left for the others, and the replica has those beside its pool.
 */
export async function takePool({ connection, replica, key, lastsMs }: Wish): Promise<void> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  const over = new AbortController()
  const askers: Promise<void>[] = []
  try {
    await client.query(`begin; lock table ${TABLE} in access exclusive mode`)
    for (let count = 0; count < ASKERS; count += 1) askers.push(askOn({ replica, key, signal: over.signal }))
    await untilTaken(client, replica.name)
    await delay(lastsMs)
  } finally {
    await client.end()
    over.abort()
    await Promise.all(askers)
  }
}

interface Asking extends Pick<Wish, 'replica' | 'key'> {
  readonly signal: AbortSignal
}

/** Asks until it is over, again when it is refused: for want of a connection, or because too many ask. Never rejects. */
async function askOn({ replica, key, signal }: Asking): Promise<void> {
  while (!signal.aborted) {
    // Each for another, so that none is answered with what is read for another.
    const answer = await fetch(`${replica.url}/api/drafts/${randomUUID()}`, {
      headers: { authorization: `Bearer ${key}` },
      signal,
    }).catch(() => undefined)
    await answer?.body?.cancel().catch(() => undefined)
    await delay(ASK_AGAIN_MS)
  }
}

/** Few others need the table, and none of them as many connections. */
async function untilTaken(client: pg.Client, name: string): Promise<void> {
  const waiting = `select count(*)::int as waiting from pg_locks where relation = '${TABLE}'::regclass and not granted`
  for (const deadlineMs = performance.now() + LIMIT_MS; performance.now() < deadlineMs; await delay(20)) {
    const { rows } = await client.query<{ waiting: number }>(waiting)
    if ((rows[0]?.waiting ?? 0) >= POOL_MAX) return
  }
  throw new Error(`The pool of ${name} could not be taken.`)
}
