import type pg from 'pg'
import { SophiaError } from '#domain/errors.ts'
import type { Config } from './config/config.ts'
import { acquireHome, findHomeOwner, type HomeLock } from './home-lock.ts'
import type { Log } from './log/log.ts'
import { currentCorrelation } from './log/correlation.ts'
import { findEngineConnection } from './postgres/attach-engine.ts'
import { openDatabase, type Database } from './postgres/database.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './postgres/embedded-postgres.ts'

export interface Storage {
  readonly database: Database
  /** One connection beside the pool, for looking whether the database answers. */
  readonly probe: Database
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
  readonly onQuery?: (durationMs: number) => void
}

const SLOW_QUERY_MS = 250

/** Opens the operator's PostgreSQL, or the home's own. Throws HOME_IN_USE for a second server on one home. */
export async function openStorage(settings: StorageSettings): Promise<Storage> {
  const { url, directUrl } = settings.postgres
  if (url) {
    // The home still has one owner: backups and links are written there.
    const lock = settings.purpose === 'server' ? await acquireHome(settings.home) : null
    const connection = { connectionString: url.reveal() }
    const directConnection = { connectionString: (directUrl ?? url).reveal() }
    return assemble(settings, { connection, directConnection, mode: 'cluster', engine: null, lock })
  }
  if (settings.purpose === 'command' && (await findHomeOwner(settings.home))) return attach(settings)
  const lock = await acquireHome(settings.home)
  try {
    const engine = await startEmbeddedPostgres({ home: settings.home, log: settings.log })
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

type Parts = Omit<Storage, 'database' | 'probe' | 'close'>

function assemble(settings: StorageSettings, parts: Parts): Storage {
  const database = openDatabase({
    connection: { ...parts.connection, application_name: 'sophia' },
    poolMax: settings.postgres.poolMax,
    onQuery: (text, durationMs) => watchQuery(settings, text, durationMs),
    onConnectionLost: (error) => settings.log.warn({ error }, 'a database connection was lost'),
    annotate: () => currentCorrelation()?.correlationId,
  })
  const probe = openDatabase({
    connection: { ...parts.connection, application_name: 'sophia health' },
    poolMax: 1,
    statementTimeoutMs: 2000,
  })
  return {
    ...parts,
    database,
    probe,
    close: async () => {
      await Promise.all([database.close(), probe.close()])
      await parts.engine?.stop()
      await parts.lock?.release()
    },
  }
}

function watchQuery({ log, onQuery }: StorageSettings, text: string, durationMs: number): void {
  onQuery?.(durationMs)
  if (durationMs < SLOW_QUERY_MS) return
  log.warn(
    { 'db.query.text': text.replaceAll(/\s+/g, ' ').slice(0, 500), 'event.duration_ms': Math.round(durationMs) },
    'slow query',
  )
}
