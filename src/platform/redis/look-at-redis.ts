import { z } from 'zod'
import type { ClockReference } from '#domain/doctor/judge-machine.ts'
import type { RedisAddress, RedisNode } from '#platform/config/redis-address.ts'
import { findBySentinels, findInCluster } from './find-primary.ts'
import { askNode, isRefusal, type RedisManner } from './redis-client.ts'
import { describeServer, type ServerState } from './server-state.ts'

export interface RedisLook {
  /** Whoever takes writes. */
  readonly node: RedisNode
  /** Null: its user may not ask. */
  readonly state: ServerState | null
  readonly clock: Omit<ClockReference, 'name'> | null
}

const Text = z.union([z.instanceof(Buffer), z.string()]).transform(String)
const Time = z.tuple([z.coerce.number(), z.coerce.number()])

/** Finds whoever takes writes and asks it what it is. Writes nothing. Rejects when nobody answers. */
export async function lookAtRedis(address: RedisAddress, ca: string | null): Promise<RedisLook> {
  const manner: RedisManner = { ...address, ca }
  const node = await findPrimary(address, manner)
  return askNode(node, manner, async (client) => {
    const way = { ...address, host: node.host, hasPassword: address.password !== null }
    await client.sendCommand(['PING'])
    // Of a user with fewer rights than ship, what may be asked is asked.
    const info = await unlessRefused(client.sendCommand(['INFO']))
    const askedMs = Date.now()
    const time = await unlessRefused(client.sendCommand(['TIME']))
    const uncertaintyMs = (Date.now() - askedMs) / 2
    return {
      node,
      state: info === null ? null : describeServer(Text.parse(info), way),
      clock: time === null ? null : { aheadMs: millis(time) - (askedMs + uncertaintyMs), uncertaintyMs },
    }
  })
}

function findPrimary(address: RedisAddress, manner: RedisManner): Promise<RedisNode> {
  switch (address.kind) {
    case 'single':
      return Promise.resolve(address.nodes[0] ?? { host: '', port: 0 })
    case 'sentinel':
      return findBySentinels(address, manner)()
    case 'cluster':
      return findInCluster(address, manner, 'sophia')()
  }
}

async function unlessRefused(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => (isRefusal(error) ? null : Promise.reject(error)))
}

function millis(time: unknown): number {
  const texts = Array.isArray(time) ? time.map(String) : time
  const [seconds, micros] = Time.parse(texts)
  return seconds * 1000 + micros / 1000
}
