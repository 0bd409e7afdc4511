import pg from 'pg'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '../log/log.ts'
import { translateFault } from './database-faults.ts'

interface Waiting {
  readonly connection: pg.ClientConfig
  readonly clock: Clock
  readonly log: Log
  /** Ends the wait early, with its reason. */
  readonly signal?: AbortSignal | undefined
}

const LIMIT_MS = 60_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5000
const CONNECT_LIMIT_MS = 3000

/**
 * Waits up to a minute for an operator's database that is still starting, as after a reboot of both. Throws
 * DATABASE_UNAVAILABLE when it stays away, and at once when it answers but refuses the sign-in: that does not pass. Answers whether it
 * was away at first.
 */
export async function waitForDatabase(waiting: Waiting): Promise<boolean> {
  const { clock, log, signal } = waiting
  const where = placeOf(waiting.connection)
  const startedMs = clock.monotonicMs()
  let wasAway = false
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal?.throwIfAborted()
    const refusal = await tryOnce(waiting.connection)
    if (refusal === undefined) return wasAway
    wasAway = true
    if (isRefused(refusal)) throw translateFault(refusal)
    const reason = reasonOf(refusal)
    const leftMs = startedMs + LIMIT_MS - clock.monotonicMs()
    if (leftMs <= 0) {
      throw new SophiaError('DATABASE_UNAVAILABLE', {
        detail: `The database at ${where} did not answer for ${LIMIT_MS / 1000} seconds (${reason}). See that it runs, and check DATABASE_URL.`,
        cause: refusal,
      })
    }
    log.warn({ reason }, `waiting for the database at ${where}`)
    await clock.sleep(Math.min(pauseMs, leftMs), signal)
  }
}

async function tryOnce(connection: pg.ClientConfig): Promise<Error | undefined> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: CONNECT_LIMIT_MS })
  // The connection has served once it stands; that it breaks afterwards is for the next user of the database to meet.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** 28: the sign-in failed; 3D: there is no such database. */
function isRefused(error: Error): boolean {
  return 'code' in error && /^(28|3D)/.test(String(error.code))
}

/** The driver reports a host with several addresses as several errors in one without a text. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ')
  return error.message
}

/** Host and port, never user or password. */
function placeOf(connection: pg.ClientConfig): string {
  const { host, port } = new pg.Client(connection)
  return host.startsWith('/') ? host : `${host}:${port}`
}
