import { z } from 'zod'
import type { RedisAddress, RedisNode } from '#platform/config/redis-address.ts'
import { askNode, isRefusal, type RedisClient, type RedisManner } from './redis-client.ts'

/** Who takes writes just now. Rejects when nobody who is asked knows one. */
export type FindPrimary = () => Promise<RedisNode>

const Text = z.union([z.instanceof(Buffer), z.string()]).transform(String)
const Count = z.union([z.number(), Text.transform(Number)])

/** By what the sentinels say: all are asked, and the one that knows of the latest election is believed. */
export function findBySentinels({ nodes, name }: RedisAddress, manner: RedisManner): FindPrimary {
  const bare = { ...manner, user: null, password: null, database: 0 }
  // Sentinels are often open where Redis is not; those that are not usually share its credentials.
  let asSentinel: RedisManner = bare
  const askName = async (client: RedisClient): Promise<Heard> => {
    const facts = Facts.parse(await client.sendCommand(['SENTINEL', 'MASTER', name]))
    const node = { host: facts.get('ip') ?? '', port: Number(facts.get('port')) }
    return { node, epoch: Number(facts.get('config-epoch')) }
  }
  const askSentinel = (sentinel: RedisNode): Promise<Heard> => {
    const tried = asSentinel
    return askNode(sentinel, tried, askName).catch((error: unknown) => {
      if (tried !== bare || !isRefusal(error) || !error.message.startsWith('NOAUTH')) throw error
      asSentinel = { ...manner, database: 0 }
      return askNode(sentinel, asSentinel, askName)
    })
  }
  return async () => latestOf(await askAll(nodes, askSentinel))
}

/** The primary of one key's slot, by the nodes of the cluster that are known: the one that knows of the latest election is believed. */
export function findInCluster({ nodes }: RedisAddress, manner: RedisManner, key: string): FindPrimary {
  let known: readonly RedisNode[] = nodes
  return async () => {
    const views = await askAll(known, (node) =>
      askNode(node, manner, async (client) => {
        const [slot, info, slots] = await Promise.all([
          client.sendCommand(['CLUSTER', 'KEYSLOT', key]),
          client.sendCommand(['CLUSTER', 'INFO']),
          client.sendCommand(['CLUSTER', 'SLOTS']),
        ])
        return readView({ slot: Count.parse(slot), info: Text.parse(info), slots: Slots.parse(slots), asked: node })
      }),
    )
    const latest = views.toSorted((one, other) => other.epoch - one.epoch)[0]
    // The nodes that were set stay: the others may all be gone one day.
    if (latest) known = distinct([...nodes, ...latest.nodes])
    return latestOf(views)
  }
}

interface Heard {
  readonly node: RedisNode
  /** Grows with each election. */
  readonly epoch: number
}

/** RESP 3 answers with a map, older Redis with a flat list. */
const Facts = z.union([
  z.array(Text).transform((flat) => {
    const pairs = flat.flatMap((word, place): [string, string][] =>
      place % 2 === 0 ? [[word, flat[place + 1] ?? '']] : [],
    )
    return new Map(pairs)
  }),
  z.record(z.string(), Text).transform((facts) => new Map(Object.entries(facts))),
])

/** Range of slots, then its primary and replicas: host, port, id and more. A host that is not known is the one that was asked. */
const Place = z.tuple([Text.nullable(), Count], z.unknown())
const Slots = z.array(z.tuple([Count, Count], Place))

interface View {
  readonly slot: number
  readonly info: string
  readonly slots: z.infer<typeof Slots>
  readonly asked: RedisNode
}

function readView({ slot, info, slots, asked }: View): Heard & { readonly nodes: readonly RedisNode[] } {
  const nodeOf = ([host, port]: z.infer<typeof Place>): RedisNode => ({ host: host || asked.host, port })
  const primary = slots.find(([from, to]) => from <= slot && slot <= to)?.[2]
  if (primary === undefined) throw new Error(`No node of the cluster holds slot ${slot}.`)
  const epoch = Number(/^cluster_current_epoch:(\d+)/m.exec(info)?.[1] ?? 0)
  const nodes = slots.flatMap(([, , ...places]) => places.map(nodeOf))
  return { node: nodeOf(primary), epoch, nodes }
}

/**
 * What those answer who answer in time. More than half are enough, so that one that hangs holds nobody up. Rejects with a refusal
 * when nobody answers.
 */
function askAll<Answer>(
  nodes: readonly RedisNode[],
  ask: (node: RedisNode) => Promise<Answer>,
): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = []
    let refusal: unknown
    const asking = nodes.map((node) =>
      ask(node).then(
        (answer) => {
          if (answers.push(answer) > nodes.length / 2) resolve(answers)
        },
        // The others may know; if they do not, this is why.
        (error: unknown) => (refusal ??= error),
      ),
    )
    void Promise.all(asking).then(() => (answers.length > 0 ? resolve(answers) : reject(refusal)))
  })
}

function latestOf(heard: readonly Heard[]): RedisNode {
  const [latest] = heard.toSorted((one, other) => other.epoch - one.epoch)
  if (!latest || latest.node.host === '') throw new Error('Nobody names a primary.')
  return latest.node
}

function distinct(nodes: readonly RedisNode[]): RedisNode[] {
  return [...new Map(nodes.map((node) => [`${node.host} ${node.port}`, node])).values()]
}
