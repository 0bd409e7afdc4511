import { after } from 'node:test'
import { requireProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { startProgram } from './program.ts'
import { startRedis, type RedisServer } from './redis.ts'
import { until } from './until.ts'

/** How long the nodes wait before they hold a silent one for dead. */
const NODE_TIMEOUT_MS = 1500
const PATIENT_MS = 60_000

/** Three primaries that share the slots, and one node without any. Gone with the test file. */
export async function openRedisCluster() {
  const nodes = await Promise.all([0, 1, 2, 3].map(startNode))
  for (const node of nodes) after(node.end)
  const [spare, ...primaries] = nodes
  if (!spare) throw new Error('Four nodes were started.')
  const places = primaries.map(({ port, busPort }) => `127.0.0.1:${port}@${busPort}`)
  const made = startProgram(requireProgram('redis-cli'), ['--cluster', 'create', ...places, '--cluster-yes'])
  const { code, out } = await made.ended
  if (code !== 0) throw new Error(`The cluster cannot be made: ${out}`)
  await spare.command('CLUSTER', 'MEET', '127.0.0.1', String(primaries[0]?.port), String(primaries[0]?.busPort))
  for (const node of nodes) await until(() => isWell(node), 'the cluster is well', PATIENT_MS)
  /** Who holds the slot of this key, by what a node says that does not. */
  const ownerOf = async (key: string): Promise<RedisServer> => {
    for (const node of primaries) if (await holds(node, key)) return node
    throw new Error(`Nobody holds ${key}.`)
  }
  return {
    nodes,
    primaries,
    spare,
    ownerOf,
    address: `redis-cluster://${primaries.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
  }
}

/** Makes a node the replica of another, until it is in step with it. */
export async function replicate(replica: RedisServer, primary: RedisServer): Promise<void> {
  const id = String(await primary.command('CLUSTER', 'MYID'))
  const knows = async (): Promise<boolean> => String(await replica.command('CLUSTER', 'NODES')).includes(id)
  await until(knows, 'the nodes know each other', PATIENT_MS)
  await replica.command('CLUSTER', 'REPLICATE', id)
  const isInStep = async (): Promise<boolean> =>
    /master_link_status:up/.test(String(await replica.command('INFO', 'replication')))
  await until(isInStep, 'the replica is in step', PATIENT_MS)
}

async function startNode() {
  // The usual port of its bus is 10 000 above the other, which may be above all ports.
  const busPort = await freePort()
  const server = await startRedis({
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': String(NODE_TIMEOUT_MS),
    'cluster-port': String(busPort),
    'repl-diskless-sync-delay': '0',
  })
  return { ...server, busPort }
}

async function isWell(node: RedisServer): Promise<boolean> {
  const told = String(await node.command('CLUSTER', 'INFO'))
  return /cluster_state:ok/.test(told) && /cluster_known_nodes:4/.test(told)
}

async function holds(node: RedisServer, key: string): Promise<boolean> {
  return node.command('GET', key).then(
    () => true,
    // MOVED: somebody else does.
    () => false,
  )
}
