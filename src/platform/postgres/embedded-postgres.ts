import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import { explainEngineFault, prepareCluster } from './cluster-files.ts'
import { installEngine } from './engine-files.ts'
import { boundLog } from './engine-log.ts'
import { defaultPort, type EngineLaunch } from './engine-process.ts'
import { superviseEngine, type EngineExit } from './engine-supervisor.ts'
import { assertReachable, findUnprivilegedAccount, openPassage } from './unprivileged-account.ts'

const DATABASE = 'sophia'

/** Told of what became of the engine while it ran. */
export interface EngineWatch {
  /** It ended without being asked to, and was started again. */
  readonly onRestarted?: (exit: EngineExit) => void
  /** It ends again and again: before each further start it is given time. */
  readonly onSlowed?: () => void
}

export interface EmbeddedPostgresOptions extends EngineWatch {
  /** An existing folder that only this process uses (see home-lock.ts). */
  readonly home: string
  readonly log: Log
  /** Told whenever the engine ended without being asked to; it is being restarted then. */
  readonly onExit?: (exit: EngineExit) => void
  /** False only in tests: no fsync. */
  readonly isDurable?: boolean
}

export interface EmbeddedPostgres {
  /** Stays true for the engine's life, restarts included. */
  readonly connection: pg.ClientConfig
  /** The postmaster of the moment; another one after a restart, undefined while there is none. */
  readonly pid: number | undefined
  /** Whether an engine left by a killed Sophia was taken over instead of starting one. */
  readonly isAdopted: boolean
  stop(): Promise<void>
  /** Ends the engine without a word or a wait, when a stop takes too long; the next start recovers what it left. */
  abandon(): void
}

/**
 * Starts (or takes over) the PostgreSQL of a home and keeps it up: when it dies it is started again with growing pauses.
 * Throws EMBEDDED_POSTGRES_UNAVAILABLE, STORAGE_FULL or HOME_NOT_WRITABLE with what to do about it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const home = resolve(options.home)
  try {
    const launch = await prepare(home, options.isDurable ?? true)
    const supervisor = await superviseEngine(launch, options)
    try {
      await createDatabase(supervisor.connection)
    } catch (error) {
      await supervisor.stop()
      throw error
    }
    const logBound = boundLog(launch.cluster.logFile, (error) =>
      options.log.warn({ error }, 'postgres.log not rotated'),
    )
    return {
      connection: { ...supervisor.connection, database: DATABASE },
      get pid() {
        return supervisor.pid
      },
      isAdopted: supervisor.isAdopted,
      stop: async () => {
        logBound.stop()
        await supervisor.stop()
      },
      abandon: () => {
        if (supervisor.pid !== undefined) process.kill(supervisor.pid, 'SIGQUIT')
      },
    }
  } catch (error) {
    throw explainFileFault(error, home)
  }
}

async function prepare(home: string, isDurable: boolean): Promise<EngineLaunch> {
  const account = await findUnprivilegedAccount()
  if (account) {
    await openPassage(home, account)
    await assertReachable(account, home)
  }
  const engine = await installEngine(home, account)
  const cluster = await prepareCluster(home, engine, account)
  const port = cluster.socketFolder === undefined ? await findFreePort() : defaultPort
  return { engine, cluster, account, port, isDurable }
}

/** initdb makes only the administration database; a crash right after it leaves this step to the next start. */
async function createDatabase(connection: pg.ClientConfig): Promise<void> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  try {
    await client.connect()
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (!found.rowCount) await client.query(`create database ${DATABASE}`)
  } catch (error) {
    throw explainEngineFault(error, 'its database cannot be made')
  } finally {
    await client.end().catch(() => undefined)
  }
}

function explainFileFault(error: unknown, home: string): unknown {
  if (error instanceof SophiaError || !(error instanceof Error) || !('code' in error)) return error
  const path = 'path' in error ? String(error.path) : join(home, '...')
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new SophiaError('STORAGE_FULL', {
      detail: `The disk is full at ${path}. Free some space, then start again.`,
      cause: error,
    })
  }
  if (error.code === 'EROFS' || error.code === 'EACCES' || error.code === 'EPERM') {
    return new SophiaError('HOME_NOT_WRITABLE', {
      detail: `${path} cannot be written. Make it writable for the account Sophia runs as, or set SOPHIA_HOME to another folder.`,
      cause: error,
    })
  }
  return error
}

function findFreePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolvePort(typeof address === 'object' && address ? address.port : defaultPort))
    })
  })
}
