import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const FOLDER = join(import.meta.dirname, '../peers')
const TTL_MS = 3_600_000

/** What all are measured by: the kept value, or one that is made. */
export interface Peer {
  readonly name: string
  getOrSet(key: string, make: () => Promise<unknown>): unknown
  close(): Promise<unknown>
}

// The peers are no dependency of the project, so their types are not here; each is used by a few calls named below.
// oxlint-disable-next-line typescript/no-explicit-any
type Library = any

/** Peers stand in a folder with a lockfile of their own; it is filled when they are first wanted. */
export function installPeers(): void {
  if (existsSync(join(FOLDER, 'node_modules/lru-cache'))) return
  process.stderr.write('Installing the peers of the benchmark from bench/peers/package-lock.json ...\n')
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('the peers could not be installed')
}

function load(name: string): Promise<Library> {
  const found = createRequire(join(FOLDER, 'package.json')).resolve(name)
  return import(pathToFileURL(found).href)
}

/** Each with its values in the process only. */
export async function openMemoryPeers(): Promise<Peer[]> {
  const [{ LRUCache }, { BentoCache, bentostore }, { memoryDriver }, { Cacheable }, { createCache }] =
    await Promise.all([
      load('lru-cache'),
      load('bentocache'),
      load('bentocache/drivers/memory'),
      load('cacheable'),
      load('cache-manager'),
    ])
  const lru = new LRUCache({
    max: 100_000,
    ttl: TTL_MS,
    fetchMethod: (_key: string, _old: unknown, { context }: Library) => context(),
  })
  const bento = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 100_000, serialize: false })) },
  })
  const cacheable = new Cacheable({ ttl: TTL_MS })
  const manager = createCache({ ttl: TTL_MS })
  return [
    { name: 'lru-cache', getOrSet: (key, make) => lru.fetch(key, { context: make }), close: async () => lru.clear() },
    {
      name: 'bentocache',
      getOrSet: (key, make) => bento.getOrSet({ key, factory: make, ttl: TTL_MS }),
      close: () => bento.disconnectAll(),
    },
    {
      name: 'cacheable',
      getOrSet: (key, make) => cacheable.getOrSet(key, make),
      close: async () => cacheable.disconnect(),
    },
    {
      name: 'cache-manager',
      getOrSet: (key, make) => manager.wrap(key, make),
      close: async () => manager.disconnect(),
    },
  ]
}

/** Each over Redis, without what it would keep in the process; `cacheable` cannot do without. */
export async function openSharedPeers(url: string): Promise<Peer[]> {
  const [{ BentoCache, bentostore }, { redisDriver }, { createCache }, { Keyv }, { default: keyvRedis }, { Redis }] =
    await Promise.all([
      load('bentocache'),
      load('bentocache/drivers/redis'),
      load('cache-manager'),
      load('keyv'),
      load('@keyv/redis'),
      load('ioredis'),
    ])
  const store = (): Library => new Keyv({ store: new (keyvRedis.default ?? keyvRedis)(url) })
  const { hostname, port } = new URL(url)
  const connection = { host: hostname, port: Number(port) }
  const bento = new BentoCache({
    default: 'redis',
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection })) },
  })
  const manager = createCache({ stores: [store()], ttl: TTL_MS })
  const io = new Redis(connection)
  return [
    {
      name: 'bentocache',
      getOrSet: (key, make) => bento.getOrSet({ key, factory: make, ttl: TTL_MS }),
      close: () => bento.disconnectAll(),
    },
    { name: 'cache-manager', getOrSet: (key, make) => manager.wrap(key, make), close: () => manager.disconnect() },
    await openCacheable(store()),
    {
      name: 'ioredis get',
      async getOrSet(key, make) {
        const found = await io.get(key)
        if (found !== null) return found
        const made = JSON.stringify(await make())
        await io.set(key, made)
        return made
      },
      close: async () => io.disconnect(),
    },
  ]
}

/** In the process and in Redis, as it ships. */
async function openCacheable(secondary: Library): Promise<Peer> {
  const { Cacheable } = await load('cacheable')
  const cacheable = new Cacheable({ secondary, ttl: TTL_MS })
  return {
    name: 'cacheable',
    getOrSet: (key, make) => cacheable.getOrSet(key, make),
    close: () => cacheable.disconnect(),
  }
}

/** Each in the process and in Redis, as it ships. */
export async function openTieredPeers(url: string): Promise<Peer[]> {
  const [
    { BentoCache, bentostore },
    { memoryDriver },
    { redisDriver },
    { createCache },
    { Keyv },
    { default: keyvRedis },
  ] = await Promise.all([
    load('bentocache'),
    load('bentocache/drivers/memory'),
    load('bentocache/drivers/redis'),
    load('cache-manager'),
    load('keyv'),
    load('@keyv/redis'),
  ])
  const { hostname, port } = new URL(url)
  const connection = { host: hostname, port: Number(port) }
  const both = bentostore().useL1Layer(memoryDriver()).useL2Layer(redisDriver({ connection }))
  const bento = new BentoCache({ default: 'both', stores: { both } })
  const store = (): Library => new Keyv({ store: new (keyvRedis.default ?? keyvRedis)(url) })
  const manager = createCache({ stores: [new Keyv(), store()], ttl: TTL_MS })
  return [
    {
      name: 'bentocache',
      getOrSet: (key, make) => bento.getOrSet({ key, factory: make, ttl: TTL_MS }),
      close: () => bento.disconnectAll(),
    },
    { name: 'cache-manager', getOrSet: (key, make) => manager.wrap(key, make), close: () => manager.disconnect() },
    await openCacheable(store()),
  ]
}
