import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenFor, openTestWakeups, untilHeard } from '../../../test/support/heard-wakeups.ts'
import { openRedisCluster, replicate } from '../../../test/support/redis-cluster.ts'
import { openSentinels } from '../../../test/support/redis-sentinels.ts'
import type { RedisServer } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'

const KEY = 'sophia:{one}:wake'
const PATIENT_MS = 60_000

/** Two processes, of which one listens and heard the other. */
async function openTwo(redisUrl: string) {
  const [one, other] = [openTestWakeups({ redisUrl }), openTestWakeups({ redisUrl })]
  const far = listenFor(other)
  await untilHeard(one, far, 'before')
  return { one, far }
}

/** Whatever was done, the listener is told that something may have been missed, and hears again. */
async function hearsAgainAfter({ one, far }: Awaited<ReturnType<typeof openTwo>>, work: () => unknown): Promise<void> {
  const gaps = far.gaps()
  await work()
  await until(() => far.gaps() > gaps, 'the gap is told', PATIENT_MS)
  await untilHeard(one, far, 'after')
}

/** As a cluster is resharded: only who was importing has the newer claim, and no gossip of the owner's undoes it. */
async function moveSlot(from: RedisServer, to: RedisServer, others: readonly RedisServer[]): Promise<void> {
  const slot = String(await from.command('CLUSTER', 'KEYSLOT', KEY))
  const [id, fromId] = [String(await to.command('CLUSTER', 'MYID')), String(await from.command('CLUSTER', 'MYID'))]
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId)
  for (const node of [to, from, ...others]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', id)
}

test('behind sentinels: the primary is killed, and listeners hear again by the one they elect', async () => {
  const sentinels = await openSentinels()
  await hearsAgainAfter(await openTwo(sentinels.address), () => sentinels.primary.kill())
})

test('in a cluster: who holds the topics is killed, and listeners hear again by its replica', async () => {
  const cluster = await openRedisCluster()
  const two = await openTwo(cluster.address)
  const owner = await cluster.ownerOf(KEY)
  await replicate(cluster.spare, owner)
  await hearsAgainAfter(two, () => owner.kill())
})

test('in a cluster: the slot of the topics moves, and moves back at once, and listeners hear again each time', async () => {
  const cluster = await openRedisCluster()
  const two = await openTwo(cluster.address)
  const owner = await cluster.ownerOf(KEY)
  const [heir, third] = cluster.primaries.filter((node) => node !== owner)
  assert.ok(heir && third)
  await hearsAgainAfter(two, async () => {
    await moveSlot(owner, heir, [third])
    // Before anybody has looked where it is.
    await moveSlot(heir, owner, [third])
  })
  await hearsAgainAfter(two, () => moveSlot(owner, heir, [third]))
})
