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
  stop(): Promise<void>
}

/** Starts PostgreSQL in `home`, which must exist and be open to the unprivileged account. */
export async function startPrivateEngine(options: { home: string; isDurable: boolean }): Promise<PrivateEngine> {
  const account = await findUnprivilegedAccount()
  const engine = await installEngine(options.home, account)
  const cluster = await prepareCluster(options.home, engine, account)
  const launch = { engine, cluster, account, port: defaultPort, isDurable: options.isDurable }
  const running = spawnEngine(launch)
  await waitUntilReady(launch, running)
  return { connection: connectionTo(launch, 'postgres'), pid: running.pid, stop: () => stopEngine(launch, running) }
}
