import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { openRedisCluster, replicate } from '../../../test/support/redis-cluster.ts'
import { openSentinels, type Sentinels } from '../../../test/support/redis-sentinels.ts'
import { redisAddress, type RedisServer } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { defineScript, openRedis, type RedisLink } from './redis-link.ts'

const KEEP = defineScript("return redis.call('SET', KEYS[1], ARGV[1])")
const TELL = defineScript("return redis.call('PUBLISH', ARGV[1], ARGV[2])")
const PATIENT_MS = 60_000
/** It is about who is asked, not about how quickly they answer. */
const SLOW_MS = 5000

function open(url: string): RedisLink {
  const log = pino({ level: 'silent' })
  const link = openRedis({ address: redisAddress(url), namespace: 'test', clock, log, deadlineMs: SLOW_MS })
  after(() => link.close())
  return link
}

/** Whether a write, and a message to another process, come through. */
function probe(url: string): () => Promise<boolean> {
  const [here, there] = [open(url), open(url)]
  const channel = `${here.prefix}:news`
  const heard = new Set<string>()
  there.listen(channel, (text) => heard.add(text))
  let said = 0
  return async () => {
    said += 1
    const text = `news ${said}`
    try {
      await here.run(KEEP, { keys: [`${here.prefix}:kept`], values: [text] })
      await here.run(TELL, { keys: [`${here.prefix}:kept`], values: [channel, text] })
    } catch {
      // Away, or not yet found again.
      return false
    }
    await until(() => heard.has(text), 'it is heard', SLOW_MS).catch(() => undefined)
    return heard.has(text)
  }
}

const kept = async (server: RedisServer): Promise<string> => String(await server.command('GET', 'sophia:{test}:kept'))

async function survives(how: (sentinels: Sentinels) => Promise<void>): Promise<void> {
  const sentinels = await openSentinels()
  const works = probe(sentinels.address)
  await until(works, 'it works through the first primary', PATIENT_MS)
  assert.match(await kept(sentinels.primary), /^news/)
  await how(sentinels)
  await until(works, 'it works through the other', PATIENT_MS)
  assert.match(await kept(sentinels.replica), /^news/)
}

test('a primary behind sentinels that is killed is left for the one they elect, for commands and for messages', () =>
  survives(async ({ primary }) => primary.kill()))

test('one that is frozen as well, though its connections stay open; when it thaws, it is not taken for the primary', () =>
  survives(async (sentinels) => {
    const { primary, replica } = sentinels
    primary.freeze()
    // An election cuts off whoever asks just then.
    const roleOf = async (): Promise<string> => String(await replica.command('INFO', 'replication').catch(() => ''))
    const isElected = async (): Promise<boolean> => /role:master/.test(await roleOf())
    await until(isElected, 'the replica is elected', PATIENT_MS)
    primary.thaw()
    await until(probe(sentinels.address), 'the elected one is found', PATIENT_MS)
  }))

test('in a cluster all keys of a deployment lie together, and who holds them is followed when it dies', async () => {
  const cluster = await openRedisCluster()
  const works = probe(cluster.address)
  await until(works, 'it works', PATIENT_MS)
  const owner = await cluster.ownerOf('sophia:{test}:kept')
  assert.match(await kept(owner), /^news/)
  await replicate(cluster.spare, owner)
  owner.freeze()
  await until(works, 'it works through the replica', PATIENT_MS)
  assert.match(await kept(cluster.spare), /^news/)
  owner.thaw()
})

test('in a cluster a slot that moves is followed without anything dying', async () => {
  const cluster = await openRedisCluster()
  const works = probe(cluster.address)
  await until(works, 'it works', PATIENT_MS)
  const owner = await cluster.ownerOf('sophia:{test}:kept')
  const slot = String(await owner.command('CLUSTER', 'KEYSLOT', 'sophia:{test}:kept'))
  const heir = cluster.primaries.find((node) => node !== owner)
  assert.ok(heir)
  await owner.command('FLUSHALL')
  const [id, ownerId] = [String(await heir.command('CLUSTER', 'MYID')), String(await owner.command('CLUSTER', 'MYID'))]
  // As a cluster is resharded: only who was importing has the newer claim, and no gossip of the owner's undoes it.
  await heir.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ownerId)
  for (const node of [heir, ...cluster.primaries]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', id)
  await until(works, 'it works at the heir', PATIENT_MS)
  assert.match(await kept(heir), /^news/)
})
