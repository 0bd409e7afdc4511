import pino from 'pino'
import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import type { Space } from '#platform/cache/space.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'

interface Value {
  readonly owner: string
  readonly version: number
}

/** The cache as the simulation asks it; a planted fault stands between. */
type AskedSpace = Pick<Space<Value>, 'getOrSet'>

interface Wish {
  readonly seed: number
  /** Puts a fault between the askers and the cache. */
  readonly plant?: (space: AskedSpace) => AskedSpace
}

interface Outcome {
  readonly breaches: readonly string[]
  readonly asked: number
  readonly made: number
}

const STORM_MS = 60_000
const POLICY = { ...CACHE_POLICIES.directory, jitter: 0 }

/**
 * The real cache in one process, in virtual time: askers of two owners, makers that are slow, fail or hang, and invalidations, in an
 * order of the seed's choosing. One making at a time answers all who wait, and none that began before an invalidation answers who asks
 * after it.
 */
export async function simulateCache({ seed, plant = (space) => space }: Wish): Promise<Outcome> {
  const time = createVirtualTime(seed)
  const policies = { ...CACHE_POLICIES, directory: POLICY }
  const log = pino({ level: 'silent' })
  const cache = createCache({ clock: createVirtualClock(time), log, random: () => time.between(0, 1), policies })
  const stage = createStage(time, plant(cache.space<Value>('directory', 'simulated')))
  for (let at = 0; at < 60; at += 1) time.after(time.between(0, STORM_MS), () => stage.ask())
  for (let at = 0; at < 8; at += 1)
    time.after(time.between(0, STORM_MS), () => {
      const key = stage.pickKey()
      stage.versions.set(key, stage.versionOf(key) + 1)
      void cache.invalidate([key])
    })
  await time.runSettling(STORM_MS + 4 * POLICY.hardFactoryMs)
  await cache.close()
  const open = stage.asked - stage.settled()
  const stuck = open === 0 ? [] : [`${open} of ${stage.asked} askers were never answered`]
  return { breaches: [...stage.breaches, ...stuck], asked: stage.asked, made: stage.made() }
}

function createStage(time: VirtualTime, space: AskedSpace) {
  const versions = new Map<string, number>()
  const breaches: string[] = []
  /** Makings under way, with the version they saw. */
  const making = new Map<string, number>()
  let settled = 0
  let made = 0
  const versionOf = (key: string): number => versions.get(key) ?? 1
  const pickKey = (): string => time.pick(['a', 'b']) ?? 'a'

  const makerOf = (key: string, owner: string) => async (): Promise<Value> => {
    const version = versionOf(key)
    const place = `${key} of ${owner} at version ${version}`
    made += 1
    making.set(place, (making.get(place) ?? 0) + 1)
    // One that hangs is given up at the hard limit; another may begin then.
    const ms = time.chance(0.05) ? 3 * POLICY.hardFactoryMs : time.between(1, POLICY.hardFactoryMs * 0.9)
    if ((making.get(place) ?? 0) > 1) breaches.push(`${place} was made twice at once`)
    if (ms > POLICY.hardFactoryMs) making.delete(place)
    await new Promise<void>((resolve) => time.after(ms, resolve))
    if (ms <= POLICY.hardFactoryMs) making.delete(place)
    if (time.chance(0.15)) throw new Error('could not be made')
    return { owner, version }
  }

  const stage = {
    versions,
    breaches,
    versionOf,
    pickKey,
    asked: 0,
    settled: () => settled,
    made: () => made,
    ask(): void {
      const key = pickKey()
      const owner = time.pick(['ada', 'bob']) ?? 'ada'
      const least = versionOf(key)
      stage.asked += 1
      Promise.resolve(space.getOrSet(key, { owner, tags: [key] }, makerOf(key, owner))).then(
        (value) => {
          settled += 1
          if (value.owner !== owner) breaches.push(`${owner} got what is ${value.owner}'s`)
          if (value.version < least)
            breaches.push(`${owner} got version ${value.version} of ${key} after ${least} was told`)
        },
        () => (settled += 1),
      )
    },
  }
  return stage
}
