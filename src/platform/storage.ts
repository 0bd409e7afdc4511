import type pg from 'pg'
import { SophiaError } from '#domain/errors.ts'
import type { Config } from './config/config.ts'
import { acquireHome, findHomeOwner, type HomeLock } from './home-lock.ts'
import type { Log } from './log/log.ts'
import { currentCorrelation } from './log/correlation.ts'
import { findEngineConnection } from './postgres/attach-engine.ts'
import { openDatabase, type Database, type DatabaseSettings } from './postgres/database.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres, type EngineWatch } from './postgres/embedded-postgres.ts'
import { nameRestore } from './postgres/restore-lock.ts'

export interface Storage {
  readonly database: Database
  /** One connection beside the pool, for looking whether the database answers. */
  readonly probe: Database
  /** Two connections beside the pool, for what holds only while it is renewed: work that fills the pool must not end it. */
  readonly keeping: Database
  readonly connection: pg.ClientConfig
  /** Past a pooler, for migrations. */
  readonly directConnection: pg.ClientConfig
  readonly mode: 'embedded' | 'cluster'
  /** The engine this process keeps; null when it is somebody else's. */
  readonly engine: EmbeddedPostgres | null
  /** Held by the one Sophia of a home; null for commands beside it. */
  readonly lock: HomeLock | null
  close(): Promise<void>
}

interface StorageSettings {
  readonly home: string
  readonly postgres: Config['postgres']
  readonly log: Log
  /** `server` owns the home; `command` works beside a running server, or owns the home while it runs. */
  readonly purpose: 'server' | 'command'
  /** Its connections are those of one restore, told from everybody else's by their name. */
  readonly isAlone?: boolean | undefined
  readonly watch?: DatabaseWatch
  readonly engineWatch?: EngineWatch
  /** For the age of connections that are out; the machine's unless told. */
  readonly monotonicMs?: () => number
}

/** Told what the pool does, for the metrics; durations in milliseconds. */
export interface DatabaseWatch {
  readonly onQuery: (durationMs: number) => void
  /** How long a unit of work waited for a connection. */
  readonly onPoolWait: (waitMs: number) => void
  /** Of each connection held for over five seconds. */
  readonly onHeld: () => void
}

const STACK_CHARACTERS = 2000
const KEEPING_CONNECTIONS = 2

/** Opens the operator's PostgreSQL, or the home's own. Throws HOME_IN_USE for a second server on one home. */
export async function openStorage(settings: StorageSettings): Promise<Storage> {
  const { url, directUrl } = settings.postgres
  if (url) {
    // The home still has one owner: backups and links are written there.
    const lock = settings.purpose === 'server' ? await acquireHome(settings.home) : null
    const connection = connectionTo(url.reveal())
    const directConnection = connectionTo((directUrl ?? url).reveal())
    return assemble(settings, { connection, directConnection, mode: 'cluster', engine: null, lock })
  }
  if (settings.purpose === 'command' && (await findHomeOwner(settings.home))) return attach(settings)
  const lock = await acquireHome(settings.home)
  try {
    const engine = await startEmbeddedPostgres({ ...settings.engineWatch, home: settings.home, log: settings.log })
    return assemble(settings, {
      connection: engine.connection,
      directConnection: engine.connection,
      mode: 'embedded',
      engine,
      lock,
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function attach(settings: StorageSettings): Promise<Storage> {
  const connection = await findEngineConnection(settings.home)
  if (!connection) {
    throw new SophiaError('DATABASE_UNAVAILABLE', { detail: 'Sophia is starting on this home. Try again in a moment.' })
  }
  return assemble(settings, { connection, directConnection: connection, mode: 'embedded', engine: null, lock: null })
}

/** Without a name that the address gives the connection: it would win over those by which a restore knows who is connected. */
function connectionTo(address: string): pg.ClientConfig {
  return { connectionString: address.replaceAll(/(?<=[?&])application_name=[^&#]*&?/g, '') }
}

type Parts = Omit<Storage, 'database' | 'keeping' | 'probe' | 'close'>

function assemble(settings: StorageSettings, opened: Parts): Storage {
  const { log, postgres, watch } = settings
  const name = settings.isAlone ? { application_name: nameRestore() } : {}
  const parts = {
    ...opened,
    connection: { ...opened.connection, ...name },
    directConnection: { ...opened.directConnection, ...name },
  }
  const { isPooled } = postgres
  const watched = {
    isPooled,
    ...(settings.monotonicMs ? { monotonicMs: settings.monotonicMs } : {}),
    onHeld: ({ heldMs, stack }) => {
      watch?.onHeld()
      const about = { 'event.duration_ms': Math.round(heldMs), 'sophia.taken_at': stack.slice(0, STACK_CHARACTERS) }
      log.warn(about, 'a database connection is held for long; whoever took it waits for something else meanwhile')
    },
  } satisfies Partial<DatabaseSettings>
  const shared = {
    ...watched,
    connection: { application_name: 'sophia', ...parts.connection },
    onQuery: (text, durationMs) => watchQuery(settings, text, durationMs),
    onPoolWait: (waitMs) => watch?.onPoolWait(waitMs),
    onConnectionLost: (error) => log.warn({ error }, 'a database connection was lost'),
    annotate: () => currentCorrelation()?.correlationId,
  } satisfies Partial<DatabaseSettings>
  const database = openDatabase({ ...shared, poolMax: postgres.poolMax })
  const keeping = openDatabase({ ...shared, poolMax: KEEPING_CONNECTIONS })
  const probe = openDatabase({
    ...watched,
    connection: { application_name: 'sophia health', ...parts.connection },
    poolMax: 1,
    statementTimeoutMs: 2000,
  })
  return {
    ...parts,
    database,
    keeping,
    probe,
    close: async () => {
      const closed = await Promise.allSettled([database, keeping, probe].map((pool) => pool.close()))
      await parts.engine?.stop()
      await parts.lock?.release()
      // What never came back ended with its pool; it is told when nothing is left to be done.
      for (const each of closed) if (each.status === 'rejected') throw each.reason
    },
  }
}

/** The text has places for its values, never the values. */
function watchQuery({ log, watch, postgres }: StorageSettings, text: string, durationMs: number): void {
  watch?.onQuery(durationMs)
  if (durationMs < postgres.slowQueryMs) return
  log.warn(
    { 'db.query.text': text.replaceAll(/\s+/g, ' ').slice(0, 500), 'event.duration_ms': Math.round(durationMs) },
    'slow query',
  )
}
