import { channel } from 'node:diagnostics_channel'
import pg from 'pg'
import type { z } from 'zod'
import type { Checkout } from './checkout-watch.ts'
import { startSpan } from '../tracing/in-span.ts'
import { endSpan } from '../tracing/span.ts'
import {
  closeLending,
  limited,
  limitsFor,
  openLending,
  SILENCE_MS,
  withClient,
  type Lending,
} from './connection-pool.ts'
import { currentFence } from './fence.ts'
import { isConnectionFault, lostDuringCommit } from './database-faults.ts'
import { sql, toStatement, type Sql } from './sql.ts'
import { nameStatement } from './name-statement.ts'

/** What a store works with: one connection, inside or outside a transaction. */
export interface Handle {
  /** All rows, each parsed by `row`. */
  rows<Row extends z.ZodType>(row: Row, query: Sql): Promise<z.infer<Row>[]>
  /** The first row or undefined. */
  first<Row extends z.ZodType>(row: Row, query: Sql): Promise<z.infer<Row> | undefined>
  /** Runs a statement; answers how many rows it touched. */
  run(query: Sql): Promise<number>
  /** Gives each further statement of this transaction so many milliseconds, there and here; 0: as long as it takes, its end ten minutes. */
  raiseLimit(ms: number): Promise<void>
  /** For COPY and LISTEN only. */
  readonly client: pg.PoolClient
}

/** Reads of one moment: whatever is written meanwhile, all of them see the same rows. */
export interface Snapshot extends Handle {
  /** Two parts of the reading: side by side on a second connection if one is free at once, else one after the other. */
  both<One, Other>(
    one: (handle: Handle) => Promise<One>,
    other: (handle: Handle) => Promise<Other>,
  ): Promise<[One, Other]>
}

/** The pool, offered only as reads and transactions, so that no query can run beside the transaction it belongs to. */
export interface Database {
  read<Result>(work: (handle: Handle) => Promise<Result>): Promise<Result>
  inTransaction<Result>(work: (handle: Handle) => Promise<Result>, options?: TransactionOptions): Promise<Result>
  inSnapshot<Result>(work: (snapshot: Snapshot) => Promise<Result>): Promise<Result>
  stats(): { total: number; idle: number; waiting: number }
  /** The connections that are out at this moment. */
  held(): readonly Checkout[]
  /**
   * Waits for what is out, 15 s unless told, and cuts off the rest. Throws when a connection was never given back, with the place that
   * took it.
   */
  close(): Promise<void>
}

interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readonly isReadOnly?: boolean
  /** Work over whole tables or files: it is not told as holding its connection, and may pause within. */
  readonly mayTakeLong?: boolean
  /** Sees what the transaction that exported this snapshot sees. */
  readonly snapshotId?: string | undefined
}

const ONE_MOMENT = { isolation: 'repeatable read', isReadOnly: true } as const

export interface DatabaseSettings {
  readonly connection: pg.ClientConfig
  readonly poolMax: number
  /** How long work waits for a connection, 3 s unless told; after that OVERLOADED where all are taken. */
  readonly waitLimitMs?: number
  /** Told how long each statement took. */
  readonly onQuery?: (text: string, durationMs: number) => void
  /** How long closing waits for what is out. */
  readonly closeLimitMs?: number
  /** Told of connections that broke while idle. */
  readonly onConnectionLost?: (error: Error) => void
  /** The server's limit for one statement, 15 s unless told. */
  readonly statementTimeoutMs?: number
  /**
   * Behind a pooler in transaction mode: nothing is set that would stay on a connection which others use next. Transactions
   * set their limits for themselves; single statements have the limit of the role, see `limitRole`.
   */
  readonly isPooled?: boolean
  /** Told once of each connection held for over five seconds, except by work that may take long. */
  readonly onHeld?: (checkout: Checkout) => void
  /** For the age of what is held; the machine's unless told. */
  readonly monotonicMs?: () => number
  /** Told how long each unit of work waited for a connection. */
  readonly onPoolWait?: (waitMs: number) => void
  /** The correlation id of the work at hand: it rides on each statement as a comment, for the server's own log. */
  readonly annotate?: () => string | undefined
}

/** The server's limit for one statement unless told otherwise. */
export const STATEMENT_LIMIT_MS = 15_000
/** Of work without a limit: past the journal all that it loaded is brought to the disk by its commit. */
const LONG_COMMIT_MS = 600_000

/** Told of each that is opened in this process, for whoever looks on. */
const OPENED = channel('sophia.database.opened')

/** Opens a pool. Connecting happens on first use; a database that is away gives DATABASE_UNAVAILABLE per call and no crash. */
export function openDatabase(settings: DatabaseSettings): Database {
  const timeoutMs = Math.trunc(settings.statementTimeoutMs ?? STATEMENT_LIMIT_MS)
  const lending = openLending(settings, timeoutMs)
  const { pool, watch } = lending
  const inTransaction: Database['inTransaction'] = (work, options = {}) =>
    withClient(lending, options.mayTakeLong === true, (client, condemn) =>
      runTransaction(client, lending, { work, options, condemn }),
    )
  const database: Database = {
    read: (work) =>
      // Whatever of it writes is stored as a whole or not at all then.
      currentFence()
        ? inTransaction(work)
        : withClient(lending, false, (client) => work(createHandle(client, settings, { ms: timeoutMs + SILENCE_MS }))),
    inTransaction,
    inSnapshot: (work) =>
      inTransaction((handle) => work({ ...handle, both: (one, other) => readBoth(handle, one, other) }), ONE_MOMENT),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    held: () => watch.held(),
    close: () => closeLending(lending),
  }
  OPENED.publish(database)
  return database

  async function readBoth<One, Other>(
    handle: Handle,
    one: (handle: Handle) => Promise<One>,
    other: (handle: Handle) => Promise<Other>,
  ): Promise<[One, Other]> {
    const { rows } = await handle.client.query<{ id: string }>('select pg_export_snapshot() as id')
    const isFree = pool.waitingCount === 0 && (pool.idleCount > 0 || pool.totalCount < settings.poolMax)
    // Nobody waits for a connection while holding one: two that did would wait for each other.
    if (!isFree) return [await one(handle), await other(handle)]
    const beside = inTransaction(other, { ...ONE_MOMENT, snapshotId: rows[0]?.id })
    const [mine, theirs] = await Promise.allSettled([one(handle), beside])
    if (mine.status === 'rejected') throw mine.reason
    if (theirs.status === 'rejected') throw theirs.reason
    return [mine.value, theirs.value]
  }
}

async function runTransaction<Result>(
  client: pg.PoolClient,
  { settings, timeoutMs }: Lending,
  task: { work: (handle: Handle) => Promise<Result>; options: TransactionOptions; condemn: (error: unknown) => void },
): Promise<Result> {
  const { mayTakeLong = false } = task.options
  // In one message with the beginning, so that no answer is waited for twice.
  const limits = settings.isPooled || mayTakeLong ? `; ${limitsFor('local', timeoutMs, mayTakeLong)}` : ''
  await client.query(limited(`${beginStatement(task.options)}${limits}`, [], SILENCE_MS))
  let result: Result
  const limit: Limit = { ms: timeoutMs + SILENCE_MS }
  try {
    const handle = createHandle(client, settings, limit)
    result = await task.work(handle)
    if (!task.options.isReadOnly) await currentFence()?.(handle)
  } catch (error) {
    // The first error is the one to tell. A connection that cannot roll back may still be inside the transaction.
    await client.query(limited('rollback', [], SILENCE_MS)).catch(task.condemn)
    throw error
  }
  // A line that is gone without a word answers never: the work must not wait for it, nor hold what it holds.
  const span = startSpan({ kind: 'sql', name: 'COMMIT' })
  const ended = await client.query(limited('commit', [], limit.ms ?? LONG_COMMIT_MS)).catch((error: unknown) => {
    endSpan(span, error)
    if (!isConnectionFault(error)) throw error
    task.condemn(error)
    throw lostDuringCommit(error)
  })
  endSpan(span)
  // PostgreSQL answers a commit after a failed statement with a quiet rollback.
  if (ended.command !== 'COMMIT')
    throw new Error('a failed statement was swallowed inside a transaction; nothing was stored')
  return result
}

function beginStatement({ isolation = 'read committed', isReadOnly = false, snapshotId }: TransactionOptions): string {
  const begin = `begin isolation level ${isolation}${isReadOnly ? ' read only' : ''}`
  return snapshotId === undefined ? begin : `${begin}; set transaction snapshot ${pg.escapeLiteral(snapshotId)}`
}

/** How long the driver waits for each statement; undefined: as long as it takes. */
interface Limit {
  ms: number | undefined
}

function createHandle(client: pg.PoolClient, settings: DatabaseSettings, limit: Limit): Handle {
  const send = async (query: Sql): Promise<pg.QueryResult> => {
    const { text, values } = toStatement(query)
    const startedAt = performance.now()
    const span = startSpan({ kind: 'sql', name: nameStatement(text) })
    try {
      return await client.query(limited(withComment(text, settings.annotate?.()), values, limit.ms))
    } catch (error) {
      endSpan(span, error)
      throw error
    } finally {
      endSpan(span)
      settings.onQuery?.(text, performance.now() - startedAt)
    }
  }
  return {
    client,
    rows: async (row, query) => (await send(query)).rows.map((found: unknown) => row.parse(found)),
    first: async (row, query) => {
      const found: unknown = (await send(query)).rows[0]
      return found === undefined ? undefined : row.parse(found)
    },
    run: async (query) => (await send(query)).rowCount ?? 0,
    async raiseLimit(ms) {
      await send(sql`select set_config('statement_timeout', ${String(Math.trunc(ms))}, true)`)
      limit.ms = ms === 0 ? undefined : ms + SILENCE_MS
    },
  }
}

/** Only plain ids are written into a statement; anything else could end the comment. */
function withComment(text: string, id: string | undefined): string {
  return id !== undefined && /^[\w.:-]{1,100}$/.test(id) ? `${text} /* correlation_id=${id} */` : text
}
