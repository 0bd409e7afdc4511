import type pg from 'pg'
import { prepareCluster } from '#platform/postgres/cluster-files.ts'
import { installEngine } from '#platform/postgres/engine-files.ts'
import {
  connectionTo,
  defaultPort,
  spawnEngine,
  stopEngine,
  waitUntilReady,
} from '#platform/postgres/engine-process.ts'
import { findUnprivilegedAccount } from '#platform/postgres/unprivileged-account.ts'

/** A bare engine without supervision: what the kill tests and the shared test engine stand on. */
export interface PrivateEngine {
  readonly connection: pg.ClientConfig
  readonly pid: number
  /** Resolves when it is gone, by whatever hand. */
  readonly gone: Promise<string>
  stop(): Promise<void>
}

interface EngineWishes {
  readonly home: string
  readonly isDurable: boolean
  /** On this loopback port instead of a socket in its home. */
  readonly port?: number
}

/** Starts PostgreSQL in `home`, which must exist and be open to the unprivileged account. */
export async function startPrivateEngine({ home, isDurable, port }: EngineWishes): Promise<PrivateEngine> {
  const account = await findUnprivilegedAccount()
  const engine = await installEngine(home, account)
  const prepared = await prepareCluster(home, engine, account)
  const cluster = port === undefined ? prepared : { ...prepared, socketFolder: undefined }
  const launch = { engine, cluster, account, port: port ?? defaultPort, isDurable }
  const running = spawnEngine(launch)
  await waitUntilReady(launch, running)
  const { pid, gone } = running
  return { connection: connectionTo(launch, 'postgres'), pid, gone, stop: () => stopEngine(launch, running) }
}
