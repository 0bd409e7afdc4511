import type { Clock } from '#domain/clock.ts'
import { CACHE_CLASSES, type CacheClass } from '#domain/cache-policy/cache-class.ts'
import type { SeasonOf } from '#domain/cache-policy/expiry.ts'
import { CACHE_POLICIES, type CachePolicy } from '#domain/cache-policy/policy.ts'
import type { Log } from '#platform/log/log.ts'
import { createFlightDeck } from './flight.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createShelf, type Shelf } from './shelf.ts'
import { createSpace, type Space } from './space.ts'
import { createTagBook } from './tag-book.ts'

export interface CacheNeeds {
  readonly clock: Clock
  readonly log: Log
  /** From 0 up to, not including, 1; for lifetimes and early renewal, nothing secret. */
  readonly random: () => number
  /** What the calendar asks of lifetimes; without it they are as the policies say. */
  readonly seasonOf?: SeasonOf
  /** Other policies than those that Sophia ships with. */
  readonly policies?: Readonly<Record<CacheClass, CachePolicy>>
}

/** Values that may vanish at any moment without loss: only time and money are spared by them. */
export interface Cache {
  /** A space of its own for values of one kind; the name says whose. All spaces of a class share its room and its ledger. */
  space<Value>(cacheClass: CacheClass, name: string): Space<Value>
  /** From now on no value made before under one of these tags answers. */
  invalidate(tags: readonly string[]): Promise<void>
  /** Of the classes that are in use, in the order of the list. */
  ledgers(): readonly CacheReport[]
  close(): Promise<void>
}

export interface CacheReport {
  readonly ledger: Readonly<Ledger>
  readonly policy: CachePolicy
}

interface Class extends CacheReport {
  readonly ledger: Ledger
  readonly shelf: Shelf
  readonly names: Set<string>
}

export function createCache(needs: CacheNeeds): Cache {
  const { policies = CACHE_POLICIES } = needs
  const tags = createTagBook()
  const deck = createFlightDeck(needs.clock)
  const classes = new Map<CacheClass, Class>()
  const classOf = (cacheClass: CacheClass): Class => {
    const known = classes.get(cacheClass)
    if (known) return known
    const policy = policies[cacheClass]
    const ledger = createLedger(cacheClass)
    const made = { ledger, policy, shelf: createShelf(policy, ledger.tiers.l1), names: new Set<string>() }
    classes.set(cacheClass, made)
    return made
  }
  return {
    space(cacheClass, name) {
      const { ledger, policy, shelf, names } = classOf(cacheClass)
      if (names.has(name)) throw new Error(`There is a space "${name}" of class ${cacheClass} already.`)
      names.add(name)
      return createSpace({ ...needs, ledger, policy, shelf, tags, deck })
    },
    async invalidate(names) {
      tags.invalidate(names)
    },
    ledgers: () => CACHE_CLASSES.flatMap((cacheClass) => classes.get(cacheClass) ?? []),
    async close() {
      deck.close()
    },
  }
}
