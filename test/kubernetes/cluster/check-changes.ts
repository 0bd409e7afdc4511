import assert from 'node:assert/strict'
import { z } from 'zod'
import { untilSeen, type Client } from './client.ts'
import { serverPods, untilReady } from './pods.ts'
import type { Release } from './release.ts'
import { startAsking } from './steady-asking.ts'

interface Needs {
  readonly client: Client
  readonly release: Release
}

interface Change {
  readonly asked: number
  readonly seconds: number
}

const Job = z.looseObject({ status: z.looseObject({ succeeded: z.number().default(0) }) })
const REPLICAS = 2

/** Does something while somebody asks all the time: none of what is asked may fail. */
async function underRequests({ release }: Needs, change: () => Promise<unknown>): Promise<Change> {
  const beganMs = performance.now()
  const stop = startAsking(`${release.url}/api/me`, release.headers)
  try {
    await change()
  } catch (error) {
    await stop()
    throw error
  }
  const { asked, failed } = await stop()
  assert.deepEqual(failed, [])
  return { asked, seconds: Math.round((performance.now() - beganMs) / 100) / 10 }
}

/** A release with other pods: a Job migrates first, then every replica is another one. */
export async function checkUpgrade(needs: Needs): Promise<Change> {
  const { client, release } = needs
  const before = (await untilReady(client, REPLICAS)).map(({ name }) => name)
  const changed = await underRequests(needs, () => release.upgrade({ settings: { SOPHIA_SLOW_QUERY_MS: 900 } }))
  const { status } = await client.get(Job, ['job', 'sophia-migrate-check'])
  assert.equal(status.succeeded, 1)
  const after = await untilReady(client, REPLICAS)
  assert.ok(after.every(({ name }) => !before.includes(name)))
  return changed
}

/** Back to the release before, which is another change of all pods. */
export async function checkRollback(needs: Needs): Promise<Change> {
  const changed = await underRequests(needs, () => needs.client.helm(['rollback', 'sophia', '1', '--wait']))
  await untilReady(needs.client, REPLICAS)
  return changed
}

/** A pod that is deleted answers on until nobody is sent to it, ends by itself, and another comes in its place. */
export async function checkDeletion(needs: Needs): Promise<Change & { endedSeconds: number }> {
  const { client } = needs
  const [gone] = await untilReady(client, REPLICAS)
  assert.ok(gone)
  let endedSeconds = 0
  const changed = await underRequests(needs, async () => {
    const beganMs = performance.now()
    await client.kubectl(['delete', 'pod', gone.name, '--wait=true'])
    endedSeconds = Math.round((performance.now() - beganMs) / 100) / 10
    await untilReady(client, REPLICAS)
  })
  // Not before it has waited for the balancers, and not by force.
  assert.ok(endedSeconds >= 5 && endedSeconds < 45, `${endedSeconds} s`)
  return { ...changed, endedSeconds }
}

/** Who empties the node may take one replica, and the next only when there is another in its place. */
export async function checkEviction(needs: Needs): Promise<Change & { refused: string }> {
  const { client } = needs
  const [first, second] = await untilReady(client, REPLICAS)
  assert.ok(first && second)
  let refused = ''
  const changed = await underRequests(needs, async () => {
    await evict(client, first.name)
    refused = await evict(client, second.name).then(() => '', String)
    assert.match(refused, /disruption budget/)
    await untilReady(client, REPLICAS)
    await untilSeen(
      () =>
        evict(client, second.name).then(
          () => true,
          () => false,
        ),
      (isTaken) => isTaken,
      { what: 'the second may go', limitMs: 60_000 },
    )
    await untilReady(client, REPLICAS)
  })
  return { ...changed, refused: /Cannot evict[^\n]*/.exec(refused)?.[0] ?? '' }
}

async function evict(client: Client, name: string): Promise<void> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'sophia' } }
  const path = `/api/v1/namespaces/sophia/pods/${name}/eviction`
  await client.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction))
}

/** One that ends by itself is started again by the kubelet, in the same pod. */
export async function checkRestart({ client }: Needs): Promise<{ seconds: number }> {
  const [one] = await untilReady(client, REPLICAS)
  assert.ok(one)
  const began = one.restarts
  // There is no shell and no kill in the image, but Node.
  const kill = ['exec', one.name, '--', 'node', '--eval', "process.kill(1, 'SIGTERM')"]
  const beganMs = performance.now()
  await client.kubectl(kill)
  await untilSeen(
    async () => (await serverPods(client)).find(({ name }) => name === one.name)?.restarts ?? 0,
    (restarts) => restarts > began,
    { what: 'the container is started again', limitMs: 120_000 },
  )
  await untilReady(client, REPLICAS)
  return { seconds: Math.round((performance.now() - beganMs) / 100) / 10 }
}
