import pg from 'pg'
import type { z } from 'zod'
import { createCheckoutWatch, type Checkout, type CheckoutWatch } from './checkout-watch.ts'
import { columnTypes } from './column-types.ts'
import { noteWait, startSpan } from '../tracing/in-span.ts'
import { endSpan } from '../tracing/span.ts'
import { currentFence } from './fence.ts'
import { SET_KEEPALIVES } from './keepalives.ts'
import { isConnectionFault, lostDuringCommit, translateFault } from './database-faults.ts'
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

const WAIT_LIMIT_MS = 3000
/** The server's limit for one statement unless told otherwise. */
export const STATEMENT_LIMIT_MS = 15_000
/**
 * A transaction whose owner is frozen, or gone without a word, would keep what it locked from everybody else; the server ends it
 * when nothing came for so long. An owner who only is slow fails with it, and has lost its leases long before.
 */
const IDLE_IN_TRANSACTION_MS = 5000
/** A server that is frozen, not slow, never answers; the client gives up this much after the server should have. */
const SILENCE_MS = 5000
/** Of work without a limit: past the journal all that it loaded is brought to the disk by its commit. */
const LONG_COMMIT_MS = 600_000

/** Of a trace: a shorter wait for a connection is no news. */
const TOLD_WAIT_MS = 1

/** Opens a pool. Connecting happens on first use; a database that is away gives DATABASE_UNAVAILABLE per call and no crash. */
export function openDatabase(settings: DatabaseSettings): Database {
  const timeoutMs = Math.trunc(settings.statementTimeoutMs ?? STATEMENT_LIMIT_MS)
  const pool = openPool(settings, timeoutMs)
  const watch = createCheckoutWatch({ monotonicMs: () => performance.now(), ...settings })
  const opened: Opened = { pool, settings, watch, timeoutMs }
  const inTransaction: Database['inTransaction'] = (work, options = {}) =>
    withClient(opened, options.mayTakeLong === true, (client, condemn) =>
      runTransaction(client, opened, { work, options, condemn }),
    )
  return {
    read: (work) =>
      // Whatever of it writes is stored as a whole or not at all then.
      currentFence()
        ? inTransaction(work)
        : withClient(opened, false, (client) => work(createHandle(client, settings, { ms: timeoutMs + SILENCE_MS }))),
    inTransaction,
    inSnapshot: (work) =>
      inTransaction((handle) => work({ ...handle, both: (one, other) => readBoth(handle, one, other) }), ONE_MOMENT),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    held: () => watch.held(),
    close: () => pool.end().finally(() => watch.close()),
  }

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

interface Opened {
  readonly pool: pg.Pool
  readonly settings: DatabaseSettings
  readonly watch: CheckoutWatch
  readonly timeoutMs: number
}

function openPool(settings: DatabaseSettings, timeoutMs: number): pg.Pool {
  const pool = new pg.Pool({
    ...settings.connection,
    types: columnTypes,
    max: settings.poolMax,
    keepAlive: true,
    connectionTimeoutMillis: settings.waitLimitMs ?? WAIT_LIMIT_MS,
    idleTimeoutMillis: 60_000,
    // Idle connections are no reason for a process to stay.
    allowExitOnIdle: true,
    // Not as a startup parameter: poolers refuse those they do not know. The pool waits for what this returns.
    onConnect: (client) =>
      settings.isPooled ? undefined : client.query(`${limitsFor('session', timeoutMs, false)}; ${SET_KEEPALIVES}`),
  })
  pool.on('error', (error) => {
    // The engine may end connections that are saying goodbye already; nobody loses anything by it.
    if (!pool.ending) settings.onConnectionLost?.(error)
  })
  return pool
}

/** The limits as statements, for a connection of our own or for one transaction. */
function limitsFor(extent: 'session' | 'local', timeoutMs: number, mayTakeLong: boolean): string {
  const idleMs = mayTakeLong ? 0 : IDLE_IN_TRANSACTION_MS
  return `set ${extent} statement_timeout = ${timeoutMs}; set ${extent} idle_in_transaction_session_timeout = ${idleMs}`
}

async function runTransaction<Result>(
  client: pg.PoolClient,
  { settings, timeoutMs }: Opened,
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

async function withClient<Result>(
  { pool, settings, watch }: Opened,
  mayTakeLong: boolean,
  work: (client: pg.PoolClient, condemn: (error: unknown) => void) => Promise<Result>,
): Promise<Result> {
  const askedAt = performance.now()
  // Before anything is waited for: afterwards nobody knows who asked. Its text is made only when somebody reads it.
  const taken = new Error('taken here')
  const client = await pool.connect().catch((error: unknown) => {
    const isExhausted = pool.totalCount >= settings.poolMax && pool.idleCount === 0
    throw translateFault(error, { isExhausted })
  })
  const waitedMs = performance.now() - askedAt
  settings.onPoolWait?.(waitedMs)
  if (waitedMs > TOLD_WAIT_MS) noteWait({ kind: 'sql', name: 'wait for a connection' }, waitedMs)
  const giveBack = watch.begin(taken, mayTakeLong)
  let broken: Error | undefined
  const condemn = (error: unknown): void => {
    broken ??= new Error('connection lost', { cause: error })
  }
  client.on('error', condemn)
  try {
    return await work(client, condemn)
  } catch (error) {
    if (isConnectionFault(error)) condemn(error)
    else if (error instanceof pg.DatabaseError) await settle(client).catch(condemn)
    throw translateFault(error)
  } finally {
    client.off('error', condemn)
    // A script that begins a transaction and fails before its commit, as pg-boss sends them, leaves the connection inside it.
    client.release(broken ?? client.getTransactionStatus() !== 'I')
    giveBack()
  }
}

/** The driver reports an error before it hears in which state the server is; an empty statement's answer comes after both. */
async function settle(client: pg.PoolClient): Promise<void> {
  await client.query(limited('', [], SILENCE_MS))
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

/** A statement with the driver's own time limit, which pg knows and its types do not. */
function limited(text: string, values: readonly unknown[], limitMs: number | undefined): pg.QueryConfig {
  const query: pg.QueryConfig & { query_timeout?: number } = { text, values: [...values] }
  if (limitMs !== undefined) query.query_timeout = limitMs
  return query
}

/** Only plain ids are written into a statement; anything else could end the comment. */
function withComment(text: string, id: string | undefined): string {
  return id !== undefined && /^[\w.:-]{1,100}$/.test(id) ? `${text} /* correlation_id=${id} */` : text
}
