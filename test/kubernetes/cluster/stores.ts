import { randomBytes } from 'node:crypto'
import { connect, createServer, type Server } from 'node:net'
import { startPostgres } from '../../support/cluster/start-postgres.ts'
import { startRedis } from '../../support/redis.ts'
import { NODE_ADDRESS } from './addresses.ts'

/** PostgreSQL and Redis beside the cluster, as a company would have them: pods reach them under the node's address. */
export interface Stores {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly databasePort: number
  readonly redisPort: number
  end(): Promise<void>
}

/** Starts both, with nothing in them. */
export async function startStores(folder: string): Promise<Stores> {
  const postgres = await startPostgres(folder)
  const password = randomBytes(16).toString('hex')
  const redis = await startRedis(
    {
      bind: `127.0.0.1 ${NODE_ADDRESS}`,
      requirepass: password,
    },
    { credentials: `default:${password}` },
  )
  const line = await openLine(postgres.port)
  const atNode = (url: string): string => url.replace('127.0.0.1', NODE_ADDRESS)
  return {
    databaseUrl: atNode(postgres.url),
    redisUrl: atNode(redis.url),
    databasePort: postgres.port,
    redisPort: redis.port,
    async end() {
      line.close()
      await redis.end()
      await postgres.end()
    },
  }
}

/** The engine of the tests listens on loopback alone; this leads to it from the node's address. */
async function openLine(port: number): Promise<Server> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    // Either end may go at any moment; the other then goes too.
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(port, NODE_ADDRESS, resolve))
  return server
}
