import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDatabase, type Database } from '#platform/postgres/database.ts'
import { startModelProvider } from '../../test/chaos/model-provider.ts'
import { startCluster, type Cluster } from '../../test/support/cluster/start-cluster.ts'
import { prepareReads } from '../support/mixed-reads.ts'
import type { Call } from '../support/open-loop.ts'

/** Three replicas behind HAProxy with the sample company, and what to ask of them. */
export interface LoadedDeployment {
  readonly cluster: Cluster
  /** Past everything, for whoever looks on. */
  readonly database: Database
  /** The mix of bench/api.ts. */
  readonly callAt: (index: number) => Call
  end(): Promise<void>
}

const REQUESTS_PER_SECOND = '200'
/** An answer of seventy pieces or so lasts for seven seconds: longer than it takes to end a replica. */
const PIECE_MS = 100

export function readRate(args: string[]): number {
  const { values } = parseArgs({ args, options: { rps: { type: 'string', default: REQUESTS_PER_SECOND } } })
  const rate = Number(values.rps)
  if (!(rate > 0)) throw new Error('--rps takes a number above 0')
  return rate
}

/** Starts everything. Whoever starts it ends it. */
export async function openLoadedDeployment(requestsPerSecond: number): Promise<LoadedDeployment> {
  const closers: (() => Promise<unknown>)[] = []
  const end = async (): Promise<void> => {
    for (let close = closers.pop(); close; close = closers.pop()) await close()
  }
  try {
    const model = await startModelProvider({ pieceMs: PIECE_MS })
    closers.push(model.end)
    const cluster = await startCluster({
      settingsFor: () => ({
        OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
        SOPHIA_MODEL: 'openai/chaos',
        // No calendar moves anything, whatever the day.
        SOPHIA_CALENDAR_FILE: join(import.meta.dirname, '../../test/support/calendar-without-periods.yaml'),
        SOPHIA_LOG_LEVEL: 'warn',
      }),
    })
    closers.push(cluster.end)
    const database = openDatabase({ connection: cluster.postgres.connection, poolMax: 2 })
    closers.push(() => database.close())
    const callAt = await prepareReads({ url: cluster.url, key: cluster.key, requestsPerSecond })
    return { cluster, database, callAt, end }
  } catch (error) {
    await end()
    throw error
  }
}
