import type { Clock } from '#domain/clock.ts'
import { worthOf } from '#domain/cache-policy/eviction-by-cost.ts'
import { expiryOf, type Expiry, type SeasonOf } from '#domain/cache-policy/expiry.ts'
import type { CachePolicy } from '#domain/cache-policy/policy.ts'
import { estimateBytes } from '#domain/cache-policy/value-bytes.ts'
import { createEntry, type EntryIndex } from './entry.ts'
import type { Made } from './flight.ts'
import type { FreshSince } from './fresh-since.ts'
import type { Ledger } from './ledger.ts'
import type { Shelf } from './shelf.ts'
import { areCurrent, type HeldTag } from './tag-book.ts'

/** What a maker returns when there is nothing: remembered too, for a shorter while. */
export const NOTHING: unique symbol = Symbol('nothing')

export interface KeeperNeeds {
  readonly clock: Clock
  /** Monotonic and cheap, behind by a millisecond or so: enough to tell whether a value is fresh. Standard: the clock. */
  readonly coarseMs?: (() => number) | undefined
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  readonly policy: CachePolicy
  readonly ledger: Ledger
  readonly shelf: Shelf
  readonly seasonOf?: SeasonOf | undefined
  readonly fresh: FreshSince
}

/** A value on its way to those who asked, with all that decides about keeping it. */
export interface Landed<Value> {
  readonly made: Made<Value>
  readonly held: readonly HeldTag[]
  /** From when on its maker, or Redis, could know of changes. */
  readonly begunMs: number
  readonly expiry: Expiry
  readonly from: 'maker' | 'l2'
  /** Another process was making it when it was asked for: it was waited for as for a making of one's own. */
  readonly isAwaited?: boolean
}

/** The lifetimes of a value that was made just now. */
export function expiryNow({ clock, random, policy, ledger, seasonOf }: KeeperNeeds, isNothing: boolean): Expiry {
  const nowAt = clock.now().getTime()
  const season = seasonOf?.(ledger.cacheClass, nowAt)
  const freshAtMs = season?.freshAtMs ?? null
  const untilFreshMs = freshAtMs === null ? null : freshAtMs - nowAt
  const birth = { nowMs: clock.monotonicMs(), random: random(), isNothing, untilFreshMs }
  return expiryOf(policy, season ? { ...birth, season } : birth)
}

/** The room a value takes, or null when it is not for others or too large to be kept. */
export function bytesToKeep({ value, isKept }: Made<unknown>, key: string, policy: CachePolicy): number | null {
  if (!isKept) return null
  const bytes = estimateBytes(value, policy.maxEntryBytes) + 2 * key.length
  return bytes > policy.maxEntryBytes ? null : bytes
}

/** Puts values on the shelf, unless they are not to be kept, outdated already, or older than what stands there. */
export function createKeeper<Value>({ clock, fresh, policy, shelf }: KeeperNeeds, index: EntryIndex) {
  return ({ key, owner }: { readonly key: string; readonly owner: string }, landed: Landed<Value>): void => {
    const { made, held, begunMs, expiry } = landed
    if (!areCurrent(held) || fresh.isOlder(begunMs)) return
    const before = index.find(key, owner)
    if (before && before.begunMs > begunMs) return
    const bytes = bytesToKeep(made, key, policy)
    if (bytes === null) return
    const { value, costMicros, makingMs } = made
    const sinceMs = fresh.at(clock.monotonicMs())
    const facts = { index, key, owner, value, tags: held, begunMs, sinceMs, makingMs, costMicros, bytes }
    shelf.put(createEntry({ ...facts, worth: worthOf(made) }, expiry))
  }
}
