import type { Clock } from '#domain/clock.ts'
import { CACHE_CLASSES, type CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { SeasonOf } from '#domain/cache-policy/expiry.ts'
import { CACHE_POLICIES, type CachePolicy } from '#domain/cache-policy/policy.ts'
import type { Log } from '#platform/log/log.ts'
import type { RedisLink } from '#platform/redis/redis-link.ts'
import { createFlightDeck } from './flight.ts'
import { formInSeason } from './form-in-season.ts'
import { createFreshSince, type FreshSince } from './fresh-since.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { watchLosses } from './loss-watch.ts'
import type { SharedForm } from './shared-making.ts'
import { createSharedTier, type SharedTier } from './shared-tier.ts'
import { createShelf, type Shelf } from './shelf.ts'
import { createSpace, type Space } from './space.ts'
import { createTagBook, type TagBook } from './tag-book.ts'
import { createTroubles, type Troubles } from './troubles.ts'

export interface CacheNeeds {
  readonly clock: Clock
  /** See `createCoarseClock`. */
  readonly coarseMs?: () => number
  readonly log: Log
  /** From 0 up to, not including, 1; for lifetimes and early renewal, nothing secret. */
  readonly random: () => number
  /** What the calendar asks of lifetimes; without it they are as the policies say. */
  readonly seasonOf?: SeasonOf
  /** Other policies than those that Sophia ships with. */
  readonly policies?: Readonly<Record<CacheClass, CachePolicy>>
  /** The second tier. Without it the first is alone. */
  readonly redis?: RedisLink | null
}

/** Values that may vanish at any moment without loss: only time and money are spared by them. */
export interface Cache {
  /**
   * A space of its own for values of one kind; the name says whose. All spaces of a class share its room and its ledger. With a
   * form its values go to Redis as well, where there is one and the policy of the class allows.
   */
  space<Value>(cacheClass: CacheClass, name: string, form?: SharedForm<Value>): Space<Value>
  /** From now on no value made before under one of these tags answers, in no process that hears of it. Never rejects. */
  invalidate(tags: readonly string[]): Promise<void>
  /** The same for this process only: for what each of the others hears of by itself. */
  invalidateHere(tags: readonly string[]): void
  /** Lets go of all that lies in this process, to make room in its memory; what is in Redis stays. */
  empty(): void
  /** How often all that was kept here, or in Redis, was let go of or lost since the process began. */
  losses(): number
  /** What is wrong with what lies in Redis, as this process meets it. */
  readonly troubles: Pick<Troubles, 'now' | 'counts'>
  /** Of the classes that are in use, in the order of the list. */
  ledgers(): readonly CacheReport[]
  close(): Promise<void>
}

export interface CacheReport {
  readonly ledger: Readonly<Ledger>
  readonly policy: CachePolicy
  /** Whether values of the class may lie in Redis too. */
  readonly isShared: boolean
}

interface Class extends CacheReport {
  readonly ledger: Ledger
  readonly shelf: Shelf
  readonly names: Set<string>
  readonly fresh: FreshSince
}

export function createCache(needs: CacheNeeds): Cache {
  const { policies = CACHE_POLICIES, clock } = needs
  const tags = createTagBook()
  const deck = createFlightDeck(clock)
  let losses = 0
  const troubles = createTroubles(needs)
  const onLost = (): void => ((losses += 1), troubles.note('emptied'))
  const tier = openTier(needs, { tags, note: troubles.note, onLost })
  const classes = new Map<CacheClass, Class>()
  const classOf = (cacheClass: CacheClass): Class => {
    const known = classes.get(cacheClass)
    if (known) return known
    const policy = policies[cacheClass]
    const ledger = createLedger(cacheClass)
    const isShared = tier !== null && policy.tiers.includes('l2')
    const fresh = createFreshSince(needs, cacheClass)
    const shelf = createShelf(policy, ledger.tiers.l1)
    const made = { ledger, policy, isShared, shelf, names: new Set<string>(), fresh }
    classes.set(cacheClass, made)
    return made
  }
  return {
    space(cacheClass, name, form) {
      const { ledger, policy, isShared, shelf, names, fresh } = classOf(cacheClass)
      if (names.has(name)) throw new Error(`There is a space "${name}" of class ${cacheClass} already.`)
      names.add(name)
      const place = `${cacheClass} ${name}`
      const shared = form && tier && isShared ? { tier, place, formNow: formInSeason(form, { clock, fresh }) } : null
      return createSpace({ ...needs, ledger, policy, shelf, tags, deck, fresh, shared })
    },
    async invalidate(names) {
      tags.invalidate(names)
      await tier?.invalidate(names)
    },
    invalidateHere: tags.invalidate,
    empty() {
      for (const { shelf } of classes.values()) shelf.empty()
      losses += 1
    },
    losses: () => losses,
    troubles,
    ledgers: () => CACHE_CLASSES.flatMap((cacheClass) => classes.get(cacheClass) ?? []),
    async close() {
      deck.close()
      tier?.close()
    },
  }
}

interface TierNeeds extends Pick<Troubles, 'note'> {
  readonly tags: TagBook
  readonly onLost: () => void
}

/** The second tier with the look for losses; null without Redis. */
function openTier(
  { redis, clock }: Pick<CacheNeeds, 'redis' | 'clock'>,
  { tags, note, onLost }: TierNeeds,
): SharedTier | null {
  if (!redis) return null
  const onBack = (): void => tags.unsettle(clock.monotonicMs())
  const tier = createSharedTier({ redis, clock, onForgotten: tags.invalidate, onBack, note })
  const watch = watchLosses({ redis, clock, onLost })
  return { ...tier, close: () => (watch.close(), tier.close()) }
}
