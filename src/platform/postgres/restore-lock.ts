import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import pg from 'pg'
import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '../log/log.ts'
import { translateFault } from './database-faults.ts'
import type { Handle } from './database.ts'
import { KEEPALIVES, SET_KEEPALIVES } from './keepalives.ts'
import { sql } from './sql.ts'

/**
 * A restore has the database to itself. Whoever starts takes a lock that many may have, a restore one that it has alone. Both are of
 * a session: when a process dies the server gives its lock back, also when its machine is gone without a word.
 */
export interface RestoreLock {
  /** Aborted where the lock was lost before it was released, as with a database that restarts. */
  readonly lost: AbortSignal
  /** Again is harmless. */
  release(): Promise<void>
}

/** Of a restore, which has it alone. */
export interface RestoreClaim extends RestoreLock {
  /** Looks once more: who had lost their connections for a moment come back without asking for the lock. Throws CONFLICT. */
  requireAlone(): Promise<void>
}

interface Entering {
  readonly connection: pg.ClientConfig
  readonly clock: Clock
  readonly log: Log
  /** How long a restore is waited for. */
  readonly limitMs: number
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** "soph" in ASCII, and the lock's number among ours. */
const LOCK = '1936683112, 1'
const PAUSE_MS = 1000
/** Somebody who reads along shall see that it still waits. */
const TOLD_EVERY = 30
/** Processes that were just stopped may still be saying goodbye. */
const PATIENCE_MS = 3000
const SHORT_PAUSE_MS = 100
const CONNECT_LIMIT_MS = 5000
/** A line that is gone without a word answers never, nor does it say goodbye. */
const QUERY_LIMIT_MS = 10_000
const END_LIMIT_MS = 2000

/** What the connections of one restore are called, the one that holds the lock and those that work. */
export function nameRestore(): string {
  return `sophia restore on ${hostname().slice(0, 36)} ${randomBytes(4).toString('hex')}`
}

/**
 * Lets a process in once no restore is under way, and keeps restores out until it is released. Throws DATABASE_UNAVAILABLE when one
 * goes on for longer than the limit.
 */
export async function keepRestoresOut(entering: Entering): Promise<RestoreLock> {
  const { clock, log, limitMs, signal } = entering
  const session = await openSession(entering.connection, 'sophia start')
  const stop = (): void => void session.lock.release()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const startedMs = clock.monotonicMs()
    for (let look = 0; !(await session.tryLock('pg_try_advisory_lock_shared')); look += 1) {
      const restoring = await session.findRestore()
      if (clock.monotonicMs() - startedMs >= limitMs) throw stillRestoring(restoring, limitMs)
      if (look % TOLD_EVERY === 0)
        log.warn(`waiting: ${restoring?.told ?? 'a backup is being restored into this database'}`)
      await clock.sleep(PAUSE_MS, signal)
    }
    signal?.throwIfAborted()
    return session.lock
  } catch (error) {
    await session.lock.release()
    signal?.throwIfAborted()
    throw translateFault(error)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

interface Claiming extends Pick<Entering, 'connection' | 'clock'> {
  /** Behind a pooler nobody can tell whose connections are open. */
  readonly isPooled: boolean
}

/**
 * Has the database alone: no process of Sophia is connected, and none gets in until it is released. This process's other connections
 * have to be named as this one will be, by the `application_name` of `connection`. Throws CONFLICT.
 */
export async function claimForRestore({ connection, clock, isPooled }: Claiming): Promise<RestoreClaim> {
  const session = await openSession(connection, 'sophia claim')
  const findOthers = async (): Promise<Others> => (isPooled ? NOBODY : session.findOthers())
  const requireAlone = async (): Promise<void> => {
    const others = await findOthers().catch((error: unknown) => {
      throw translateFault(error)
    })
    if (others.count > 0) throw notAlone(others, null)
  }
  try {
    const deadlineMs = clock.monotonicMs() + PATIENCE_MS
    for (let isHeld = false; ;) {
      if (!isHeld && (isHeld = await session.tryLock('pg_try_advisory_lock')))
        await session.rename(connection.application_name ?? nameRestore())
      const others = await findOthers()
      if (isHeld && others.count === 0) return { ...session.lock, requireAlone }
      if (clock.monotonicMs() >= deadlineMs) throw notAlone(others, await session.findRestore())
      await clock.sleep(SHORT_PAUSE_MS)
    }
  } catch (error) {
    await session.lock.release()
    throw translateFault(error)
  }
}

/** Has the server end this transaction soon after its other side is gone, and give back what it locked. */
export async function noticeLostPeer(handle: Handle): Promise<void> {
  for (const [name, value] of Object.entries(KEEPALIVES))
    await handle.run(sql`select set_config(${name}, ${value}, true)`)
}

interface Restoring {
  readonly name: string
  readonly told: string
}

/** Processes of Sophia that are connected. */
interface Others {
  readonly count: number
  /** Their addresses; empty where they are on the server's own machine, or where this role may not know. */
  readonly places: string
}

const NOBODY: Others = { count: 0, places: '' }

interface Session {
  readonly lock: RestoreLock
  rename(name: string): Promise<void>
  tryLock(by: 'pg_try_advisory_lock' | 'pg_try_advisory_lock_shared'): Promise<boolean>
  findRestore(): Promise<Restoring | null>
  findOthers(): Promise<Others>
}

const Locked = z.object({ locked: z.boolean() })
const Found = z.object({ count: z.int(), places: z.string() })
/** Since when is not told to every role. */
const Holder = z.object({ name: z.string(), since: z.date().nullable() })

/** Those who only wait to get in, or for a restore of their own, do nothing meanwhile. */
const OTHERS = `select count(*)::int as count, coalesce(string_agg(distinct host(client_addr), ', '), '') as places from pg_stat_activity
  where datname = current_database() and application_name like 'sophia%'
    and application_name not in ('sophia start', 'sophia claim', current_setting('application_name'))`
const END_OTHERS = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'sophia%' and pid <> pg_backend_pid()`
const HOLDER = `select a.application_name as name, a.backend_start as since
  from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.mode = 'ExclusiveLock' and l.granted and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
    and (l.classid, l.objid, l.objsubid) = (${LOCK}, 2)`

/** A connection of its own, past any pooler, which nothing but its end may take the lock from. */
async function openSession(connection: pg.ClientConfig, name: string): Promise<Session> {
  const client = new pg.Client({
    ...connection,
    application_name: name,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: QUERY_LIMIT_MS,
    keepAlive: true,
  })
  const losing = new AbortController()
  let released: Promise<void> | undefined
  const lose = (): void => {
    if (!released) losing.abort(lostLock())
  }
  client.on('error', lose)
  client.on('end', lose)
  try {
    await client.connect()
    await client.query(`set statement_timeout = 0; set idle_session_timeout = 0; ${SET_KEEPALIVES}`)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw translateFault(error)
  }
  const first = async (text: string): Promise<unknown> => (await client.query<Record<string, unknown>>(text)).rows[0]
  return {
    lock: {
      lost: losing.signal,
      // Ending the session gives the lock back, also when the connection is broken.
      release: () => (released ??= endSoon(client)),
    },
    rename: async (to) => void (await client.query("select set_config('application_name', $1, false)", [to])),
    tryLock: async (by) => Locked.parse(await first(`select ${by}(${LOCK}) as locked`)).locked,
    async findRestore() {
      const holder = Holder.optional().parse(await first(HOLDER))
      return holder ? { name: holder.name, told: tell(holder) } : null
    },
    findOthers: async () => Found.parse(await first(OTHERS)),
  }
}

async function endSoon(client: pg.Client): Promise<void> {
  const cut = setTimeout(() => client.connection.stream.destroy(), END_LIMIT_MS)
  await client.end().catch(() => undefined)
  clearTimeout(cut)
}

function tell({ name, since }: z.infer<typeof Holder>): string {
  const minute = since ? ` since ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''
  return `a backup is being restored into this database${minute} (${name})`
}

function stillRestoring(restoring: Restoring | null, limitMs: number): SophiaError {
  const told = restoring?.told ?? 'a backup is being restored into this database'
  const remedy = restoring
    ? ` If it never is, its process hangs: end it, or all its connections by: select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${pg.escapeLiteral(restoring.name)}`
    : ''
  return new SophiaError('DATABASE_UNAVAILABLE', {
    detail: `Not started: ${told}. It was waited for ${Math.round(limitMs / 1000)} seconds. Start again when it is done.${remedy}`,
    retryAfterSeconds: 60,
  })
}

function notAlone({ count, places }: Others, restoring: Restoring | null): SophiaError {
  const detail = restoring
    ? `Another one is under way: ${restoring.told}. Wait until it is done.`
    : count > 0
      ? `Other processes of Sophia are connected to this database (${count} connections${places && ` from ${places}`}). Stop all of them first, then try again. Nothing was changed. Connections of a machine that is gone end by themselves within a minute, or by: ${END_OTHERS}`
      : 'A process of Sophia is starting on this database, or a command works on it. Stop it or wait for it, then try again.'
  return new SophiaError('CONFLICT', { detail })
}

function lostLock(): SophiaError {
  return new SophiaError('DATABASE_UNAVAILABLE', {
    detail:
      'The connection that kept others out of the database was lost. What was under way was ended; see whether anything was changed.',
  })
}
