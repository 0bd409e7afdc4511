/**
 * What `npm run kubernetes:check` runs in namespaces of its own: starts the node, installs the chart, holds it to what is promised,
 * prints one line of JSON. It ends when its standard input does, so that nothing outlives who asked for it.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { requireProgram } from '../../support/find-program.ts'
import { runProgram } from '../programs.ts'
import { NODE_ADDRESS, SERVICE_RANGE } from './addresses.ts'
import { makeAuthority } from './authority.ts'
import { checkBackup } from './check-backup.ts'
import { checkDeletion, checkEviction, checkRestart, checkRollback, checkUpgrade } from './check-changes.ts'
import { checkExamples, checkRelease } from './check-objects.ts'
import { checkRestore } from './check-restore.ts'
import { checkScaler } from './check-scaling.ts'
import { checkWork } from './check-work.ts'
import { createClient, NAMESPACE, type Client } from './client.ts'
import { startControlPlane } from './control-plane.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { startNode } from './node.ts'
import { checkUninstall, install } from './release.ts'
import { startStores, type Stores } from './stores.ts'

const Order = z.object({
  folder: z.string(),
  programs: z.string(),
  helm: z.string(),
  images: z.string(),
  definitions: z.array(z.string()),
})
const order = Order.parse(JSON.parse(process.argv[2] ?? ''))
const results: Record<string, unknown> = {}
const beganMs = performance.now()

async function step(title: string, work: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now()
  const found = await work()
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  results[title] = found ?? seconds
  process.stderr.write(`ok     ${title}, ${seconds} s${found === undefined ? '' : ` ${JSON.stringify(found)}`}\n`)
}

/** The network that the node stands in: its address on a bridge without a way out. */
async function makeNetwork(): Promise<void> {
  const ip = requireProgram('ip')
  for (const words of [
    'link set lo up',
    'link add node0 type bridge',
    `address add ${NODE_ADDRESS}/24 dev node0`,
    'link set node0 up',
    // Whoever asks a Service from the node needs some way to it, before its address is exchanged for a pod's.
    `route add ${SERVICE_RANGE} dev node0`,
  ]) {
    const { code, err } = await runProgram(ip, words.split(' '))
    if (code !== 0) throw new Error(`ip ${words}: ${err}`)
  }
}

async function check(keeper: Keeper): Promise<void> {
  const { folder } = order
  const keys = join(folder, 'keys')
  for (const place of [keys, join(folder, 'stores'), join(folder, 'volume')]) await mkdir(place)
  await chmod(join(folder, 'stores'), 0o711)
  await makeNetwork()
  const authority = await makeAuthority(keys)
  await step('control plane', () => startControlPlane({ folder, authority, keeper }))
  const programs = { folder: order.programs, helm: order.helm, kubeconfig: join(keys, 'admin.conf') }
  const clientOf = (namespace: string): Client => createClient(programs, namespace)
  const client = clientOf(NAMESPACE)
  await step('kinds of others', async () => {
    for (const file of order.definitions) await client.kubectl(['apply', '--server-side', '-f', file])
    await client.kubectl(['wait', '--for=condition=established', 'crd', '--all', '--timeout=60s'])
  })
  await step('plain manifests', () => checkExamples(clientOf))
  await step('node', async () => {
    await startNode({ folder, images: order.images, authority, keeper })
    const ready = ['wait', '--for=condition=ready', 'node', '--all', '--timeout=5s']
    await keeper.untilSaying('kubelet', ['--kubeconfig', programs.kubeconfig, ...ready])
  })
  stores = await startStores(join(folder, 'stores'))
  await checkInstalled(client, { client, folder, stores })
}

async function checkInstalled(client: Client, needs: Parameters<typeof install>[0]): Promise<void> {
  const installed: Awaited<ReturnType<typeof install>>[] = []
  await step('install', async () => void installed.push(await install(needs)))
  const [release] = installed
  if (!release) return
  await step('objects', () => checkRelease(client))
  await step('scaler', () => checkScaler(client))
  await step('work', () => checkWork(release))
  await step('backup', () => checkBackup(client, release))
  await step('restore', () => checkRestore(client, release))
  await step('upgrade', () => checkUpgrade({ client, release }))
  await step('deletion', () => checkDeletion({ client, release }))
  await step('eviction', () => checkEviction({ client, release }))
  await step('restart', () => checkRestart({ client, release }))
  await step('rollback', () => checkRollback({ client, release }))
  await step('uninstall', () => checkUninstall(client))
}

/** For whoever looks into a failure: what the cluster says of its pods. */
async function tellPods(): Promise<string> {
  const kubectl = join(order.programs, 'kubectl')
  const asked = ['--kubeconfig', join(order.folder, 'keys/admin.conf'), '-n', NAMESPACE]
  const told = [
    ['get', 'pods,jobs,hpa', '-o', 'wide'],
    ['get', 'events', '--sort-by=.lastTimestamp'],
    ['logs', '--selector', 'app.kubernetes.io/name=sophia', '--tail=20'],
  ]
  const said: string[] = []
  for (const words of told) said.push((await runProgram(kubectl, [...asked, ...words])).out)
  return said.join('\n')
}

async function tell(error: unknown): Promise<void> {
  process.stderr.write(`FAILED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  if (existsSync(join(order.folder, 'keys/admin.conf'))) process.stderr.write(await tellPods())
  process.stderr.write(`${keeper.lastWords()}\n`)
}

const keeper = createKeeper(order.programs)
let isEnding = false
let stores: Stores | undefined
async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  await keeper.end()
  await stores?.end()
  process.exit(code)
}
process.stdin.on('end', () => void end(130)).resume()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(130))
try {
  await check(keeper)
  const seconds = Math.round((performance.now() - beganMs) / 1000)
  process.stdout.write(`${JSON.stringify({ ...results, seconds })}\n`)
  await end(0)
} catch (error) {
  // What fails because it is being ended tells nothing.
  if (!isEnding) await tell(error)
  await end(1)
}
