import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { noteWait } from '../tracing/in-span.ts'
import { createCheckoutWatch, type Checkout, type CheckoutWatch } from './checkout-watch.ts'
import { columnTypes } from './column-types.ts'
import type { DatabaseSettings } from './database.ts'
import { isConnectionFault, translateFault } from './database-faults.ts'
import { SET_KEEPALIVES } from './keepalives.ts'

/** A pool with the watch over what is out of it. */
export interface Lending {
  readonly pool: pg.Pool
  readonly settings: DatabaseSettings
  readonly watch: CheckoutWatch
  /** The server's limit for one statement. */
  readonly timeoutMs: number
}

const WAIT_LIMIT_MS = 3000
/**
 * A transaction whose owner is frozen, or gone without a word, would keep what it locked from everybody else; the server ends it
 * when nothing came for so long. An owner who only is slow fails with it, and has lost its leases long before.
 */
const IDLE_IN_TRANSACTION_MS = 5000
/** A server that is frozen, not slow, never answers; the client gives up this much after the server should have. */
export const SILENCE_MS = 5000
/** Of a trace: a shorter wait for a connection is no news. */
const TOLD_WAIT_MS = 1
/** The server ends a statement after that, unless it was allowed more. */
const CLOSE_LIMIT_MS = 15_000
/** Whoever waited for the database hears of a cut at once. */
const CUT_LIMIT_MS = 1000

export function openLending(settings: DatabaseSettings, timeoutMs: number): Lending {
  const watch = createCheckoutWatch({ monotonicMs: () => performance.now(), ...settings })
  return { pool: openPool(settings, timeoutMs), settings, watch, timeoutMs }
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
export function limitsFor(extent: 'session' | 'local', timeoutMs: number, mayTakeLong: boolean): string {
  const idleMs = mayTakeLong ? 0 : IDLE_IN_TRANSACTION_MS
  return `set ${extent} statement_timeout = ${timeoutMs}; set ${extent} idle_in_transaction_session_timeout = ${idleMs}`
}

/** Lends a connection for as long as the work takes; `condemn` says that it is of no more use. */
export async function withClient<Result>(
  { pool, settings, watch }: Lending,
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
  let broken: Error | undefined
  const condemn = (error: unknown): void => {
    broken ??= new Error('connection lost', { cause: error })
  }
  const release = releaseOnce(client)
  const giveBack = watch.begin({ taken, mayTakeLong, cut: () => release(new Error('cut off')) })
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
    release(broken ?? client.getTransactionStatus() !== 'I')
    giveBack()
  }
}

/** The pool throws at whoever gives back what was cut off already. */
function releaseOnce(client: pg.PoolClient): (broken: Error | boolean) => void {
  let isReleased = false
  return (broken) => {
    if (!isReleased) client.release(broken)
    isReleased = true
  }
}

/** The driver reports an error before it hears in which state the server is; an empty statement's answer comes after both. */
async function settle(client: pg.PoolClient): Promise<void> {
  await client.query(limited('', [], SILENCE_MS))
}

/** A statement with the driver's own time limit, which pg knows and its types do not. */
export function limited(text: string, values: readonly unknown[], limitMs: number | undefined): pg.QueryConfig {
  const query: pg.QueryConfig & { query_timeout?: number } = { text, values: [...values] }
  if (limitMs !== undefined) query.query_timeout = limitMs
  return query
}

/**
 * Waits for what is out, and cuts off what is not back in time. Throws where somebody does not let go even then, and so waits for
 * something else than the database, with the place that took it.
 */
export async function closeLending({ pool, settings, watch }: Lending): Promise<void> {
  try {
    if (await isDoneWithin(pool.end(), settings.closeLimitMs ?? CLOSE_LIMIT_MS)) return
    watch.cut()
    for (const startedMs = performance.now(); watch.held().length > 0; await delay(10))
      if (performance.now() - startedMs > CUT_LIMIT_MS) throw leakOf(watch.held())
  } finally {
    watch.close()
  }
}

async function isDoneWithin(work: Promise<void>, limitMs: number): Promise<boolean> {
  const timer = new AbortController()
  const isOver = delay(limitMs, false, { signal: timer.signal }).catch(() => false)
  return Promise.race([work.then(() => true), isOver]).finally(() => timer.abort())
}

function leakOf(held: readonly Checkout[]): Error {
  const places = held.map(({ heldMs, stack }) => `held for ${Math.round(heldMs)} ms, taken\n${stack}`)
  return new Error(`connections were not given back:\n${places.join('\n')}`)
}
