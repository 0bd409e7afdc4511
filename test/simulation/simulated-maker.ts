import pino from 'pino'
import { z } from 'zod'
import { CACHE_POLICIES, type CachePolicy } from '#domain/cache-policy/policy.ts'
import { createFlightDeck, type Maker } from '#platform/cache/flight.ts'
import { createFreshSince } from '#platform/cache/fresh-since.ts'
import { createLedger } from '#platform/cache/ledger.ts'
import type { SharedTier } from '#platform/cache/shared-tier.ts'
import { createShelf } from '#platform/cache/shelf.ts'
import { createSpace } from '#platform/cache/space.ts'
import { createTagBook, type TagBook } from '#platform/cache/tag-book.ts'
import { createFreezable } from './freezable.ts'
import { createSimulatedTier, type TierWorld } from './simulated-tier.ts'
import { createVirtualClock } from './virtual-clock.ts'

const Value = z.strictObject({ owner: z.string(), version: z.int() })
export type Value = z.infer<typeof Value>

/** Faults between the parts of the product. */
export interface Plant {
  readonly tier?: (tier: SharedTier) => SharedTier
  readonly tags?: (tags: TagBook) => TagBook
}

/** Short lives, so that values age within a run; a making ends long before anybody gives up waiting for it. */
export const POLICY: CachePolicy = {
  ...CACHE_POLICIES.directory,
  softMs: 6000,
  hardMs: 12_000,
  staleIfErrorMs: 20_000,
  jitter: 0,
  hardFactoryMs: 60_000,
}
export const LONGEST_MAKING_MS = 7000

const PLACE = 'directory simulated'
/** Where a value lies in Redis. */
export const placeOf = (key: string, owner: string): string => `${PLACE} ${owner.length} ${owner}${key}`

const log = pino({ level: 'silent' })
const form = { shape: 'simulated', read: (raw: unknown) => Value.parse(raw) }

export type SimulatedMaker = ReturnType<typeof createMaker>

interface MakerNeeds {
  readonly world: TierWorld
  readonly name: string
  readonly plant: Plant
  /** Another process said that what was made before under these is over. */
  readonly onHeard: (keys: readonly string[]) => void
}

/** A process whose cache is the product's own, over a Redis that is not there. It may freeze, and lose its line to Redis. */
export function createMaker({ world, name, plant, onHeard }: MakerNeeds) {
  const { time } = world
  const freezable = createFreezable(time)
  const clock = createVirtualClock(time, freezable.later)
  const ledger = createLedger('directory')
  const tags = plant.tags?.(createTagBook()) ?? createTagBook()
  const simulated = createSimulatedTier({
    world,
    name,
    freezable,
    onForgotten(keys) {
      onHeard(keys)
      tags.invalidate(keys)
    },
    onBack: () => tags.unsettle(clock.monotonicMs()),
  })
  const tier = plant.tier?.(simulated.tier) ?? simulated.tier
  const deck = createFlightDeck(clock)
  const space = createSpace<Value>({
    clock,
    random: () => time.between(0, 1),
    log,
    policy: POLICY,
    ledger,
    tags,
    deck,
    shelf: createShelf(POLICY, ledger.tiers.l1),
    fresh: createFreshSince({ clock }, 'directory'),
    shared: { tier, place: PLACE, formNow: () => form },
  })
  const back = (): void => freezable.later(time.between(0, 50), simulated.back)
  let cutUntilMs = 0
  return {
    later: freezable.later,
    isUp: tier.isUp,
    /** When something last kept it from Redis or from its work; a time to come while it does. */
    troubledMs: () => Math.max(simulated.failedMs(), freezable.frozenUntilMs(), cutUntilMs, world.outageUntilMs),
    ask: async (key: string, owner: string, make: Maker<Value>): Promise<Value> =>
      space.getOrSet(key, { owner, tags: [key] }, make),
    async invalidate(key: string): Promise<void> {
      tags.invalidate([key])
      await tier.invalidate([key])
    },
    freeze: freezable.freeze,
    cut(ms: number): void {
      cutUntilMs = time.nowMs() + ms
      simulated.cut(ms)
      time.after(ms + 1, back)
    },
    /** Redis is there again after it was away for all. */
    back,
    close: () => deck.close(),
  }
}
